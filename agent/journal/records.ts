import type { Alarm, AlarmChange } from '../events/alarm.ts';
import type { AttemptRecord } from '../events/attempt.ts';
import type { Delivery } from '../events/delivery.ts';
import type { NewEvent } from '../events/event.ts';
import type { RelayState } from '../events/relay-state.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { EndpointState, LaneState, QueueStates } from '../events/webhook-state.ts';

/** An access that is not finished: kept in the journal, so that a restart between card and turn loses nothing. */
export interface OpenAccess {
  readonly turnstile: string;
  /** Differs among the open accesses of one turnstile. */
  readonly key: string;
  /** Unix ms (agent's clock) at which the access closes by itself. */
  readonly deadlineMs: number;
  /** The readings so far, credentials already hashed; JSON made and read by `accesses/`. */
  readonly state: string;
}

/** What a device's memory keeps of a reading that was taken: its second copy is found by it. */
export interface Trace {
  readonly turnstile: string;
  /** The device's time, Unix ms. */
  readonly atMs: number;
  /** The device's own code. */
  readonly code: string;
  /** Reference of the credential, or the person's `idExterno`; empty for nobody. */
  readonly who: string;
}

/** What one call of a driver's `record` comes to: committed together, with a full sync. */
export interface Accept {
  /** Open accesses that are new or changed. */
  readonly opened?: readonly OpenAccess[];
  /** Open accesses that ended, by turnstile and key. */
  readonly closed?: readonly Pick<OpenAccess, 'turnstile' | 'key'>[];
  readonly events?: readonly NewEvent[];
  readonly cursor?: { readonly turnstile: string; readonly position: string };
  readonly unrecognised?: readonly Unrecognised[];
  /** Numbers of kept lines that were read after all: they are kept no longer. */
  readonly recognised?: readonly number[];
  readonly traces?: readonly Trace[];
  readonly alarms?: readonly AlarmChange[];
  /** Numbers of events that a configured limit removes; in the same commit as the events that say so. */
  readonly removed?: readonly number[];
  readonly audits?: readonly AuditEntry[];
  readonly relay?: RelayPosition;
}

/** How far a source of cloud events was read. */
export interface RelayPosition {
  /** `relay[].id`. */
  readonly relay: string;
  /** What the position belongs to: another URL starts from its beginning. */
  readonly source: string;
  /** As the source gave it. */
  readonly position: string;
}

/** Bytes that matched nothing; parsed again when the pattern changes. */
export interface Unrecognised {
  readonly turnstile: string;
  /** Unix ms. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** An unrecognised line as the journal keeps it. */
export interface KeptLine extends Unrecognised {
  /** Counts up with each kept line. */
  readonly number: number;
}

export interface Accepted {
  /** In the order of `sequence`; without the events that were already known, or whose body is too large. */
  readonly deliveries: readonly Delivery[];
  /** Ids of events that the ledger already had: nothing was stored again. */
  readonly duplicates: readonly string[];
  readonly large: readonly LargeBody[];
  /** Units whose feed grew. */
  readonly fed: readonly string[];
}

/** The door by which events come in (`delivery/outbox.ts`), as whoever makes events sees it. */
export interface EventOutbox {
  /** The webhooks that want an event as it is configured now, and the feed. */
  wanting(event: Pick<NewEvent, 'name' | 'unit'>): readonly string[];
  /** Resolves after the commit with a full sync, when the lanes have what was committed. */
  accept(accept: Accept): Promise<Accepted>;
}

/** A body that is larger than it should be. */
export interface LargeBody {
  readonly webhook: string;
  readonly sequence: number;
  /** The event's. */
  readonly id: string;
  readonly bytes: number;
  /** Too large to be sent: parked as `too_large`, where an operator finds it. */
  readonly parked: boolean;
}

/** What delivery tells the journal. Losing one of these in a crash costs a duplicate or an early try, never an event. */
export type Mark =
  | {
      readonly kind: 'delivered';
      readonly webhook: string;
      readonly sequence: number;
      readonly atMs: number;
      readonly status: number;
    }
  | {
      readonly kind: 'parked';
      readonly webhook: string;
      readonly sequence: number;
      readonly atMs: number;
      readonly status?: number;
      readonly outcome: string;
    }
  /** The head used up one of its tries. */
  | { readonly kind: 'tried'; readonly webhook: string; readonly sequence: number; readonly tries: number }
  /** Deliveries are sent together under `batch`, the batch's id, or each by itself (`ALONE`), until they end. */
  | {
      readonly kind: 'batch';
      readonly webhook: string;
      readonly sequences: readonly number[];
      readonly batch: string;
    }
  /** An outage ended: what is pending up to `throughSequence` is its backlog. */
  | { readonly kind: 'backlog'; readonly webhook: string; readonly throughSequence: number }
  | { readonly kind: 'lane'; readonly state: LaneState }
  | { readonly kind: 'endpoint'; readonly state: EndpointState }
  | { readonly kind: 'turnstile'; readonly state: TurnstileState }
  /** What waits for each webhook is noted, for pictures. */
  | { readonly kind: 'depths'; readonly atMs: number }
  | { readonly kind: 'relay'; readonly state: RelayState }
  /** In the same call as the marks of what the attempt led to. */
  | { readonly kind: 'attempt'; readonly attempt: AttemptRecord };

/** What a start of the gateway needs to know. */
export interface JournalState extends QueueStates {
  readonly openAccesses: readonly OpenAccess[];
  readonly turnstiles: readonly TurnstileState[];
  readonly cursors: readonly { readonly turnstile: string; readonly position: string }[];
  readonly relays: readonly RelayPosition[];
  /** Open when the last run ended. */
  readonly alarms: readonly Alarm[];
}

/** What somebody did, or tried to do, to the queues or to the panel. Never holds a person. */
export interface AuditEntry {
  /** Unix ms. */
  readonly atMs: number;
  /** The command (`resend`, `pause` ...), `signIn` or `signOut`. */
  readonly action: string;
  /** What it was done to, such as `crm #12`; empty for nothing in particular. */
  readonly subject: string;
  /** `command`, or `panel` and the address of whoever used it. */
  readonly origin: string;
  /** `ok`, with what it came to, or the code of its error. */
  readonly outcome: string;
}
