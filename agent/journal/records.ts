import type { Text } from '../../drivers/language.ts';
import type { Direction, Result } from '../../drivers/reading.ts';
import type { Timings, TlsFacts } from '../delivery/outcome.ts';
import type { AuditEntry } from './audit.ts';

/** Names of events that a body may carry (webhook.schema.json, `evento`). */
export type EventName =
  | 'notificarAcesso'
  | 'notificarCadastro'
  | 'notificarContrato'
  | 'notificarVendaAvulsa'
  | 'notificarPagamento'
  | 'giro.resumo'
  | 'eventoNuvem'
  | 'testeWebhook'
  | 'giro.alerta'
  | 'giro.lacuna';

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

/** One event on its way into the journal. */
export interface NewEvent {
  /** UUID; equal ids are one event. */
  readonly id: string;
  readonly name: EventName;
  /** `units[].id`. */
  readonly unit: string;
  /** What orders it: the turnstile's id, or the relay's. */
  readonly lane: string;
  /** Unix ms. */
  readonly occurredAtMs: number;
  /** Unix ms. */
  readonly recordedAtMs: number;
  /** What `events` searches and prints; absent for events that are no access. */
  readonly access?: {
    readonly result: Result;
    readonly passage: 'confirmada' | 'desistencia' | 'nao_informada';
    readonly direction: Direction;
    /** `pessoa.idExterno`. */
    readonly person?: string;
  };
  /** The body as a JSON object without `id` and `sequencia`, which the journal puts in front; frozen from here on. */
  readonly content: string;
  /** The webhooks that want it (`webhooks[].id`), and `FEED` where it is kept to be asked for. */
  readonly webhooks: readonly string[];
}

/** Among the webhooks of an event: the feed of its unit. No webhook can have this id. */
export const FEED = '@feed';

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

/** An open alarm: of a turnstile, of a webhook, or of this machine. Code and subject together are unique. */
export interface Alarm {
  /** Stable; `codigo` in bodies. */
  readonly code: string;
  readonly turnstile?: string;
  readonly webhook?: string;
  /** Unix ms since which it is so. */
  readonly sinceMs: number;
  /** Unix ms at which it closes, unless what it says is so again before; absent while it is so. */
  readonly closesAtMs?: number;
  /** What is wrong. */
  readonly what: Text;
  /** What a person does about it. */
  readonly remedy: Text;
}

/** What becomes of the row of an alarm. */
export interface AlarmChange {
  readonly kind: 'opened' | 'changed' | 'closed';
  readonly alarm: Alarm;
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

/**
 * The lane of what an operator sends again, one a webhook: the lanes of the turnstiles go on beside it. No turnstile
 * can have this id.
 */
export const REPLAY_LANE = '@replay';

/** One event for one webhook, waiting. */
export interface Delivery {
  readonly webhook: string;
  readonly lane: string;
  /** `sequencia`: gap-free per webhook, from 1. */
  readonly sequence: number;
  /** The event's id, the `webhook-id` header. */
  readonly id: string;
  readonly name: EventName;
  readonly unit: string;
  /** The frozen body, UTF-8 JSON. */
  readonly body: string;
  /** Sent in place of `body`: bytes of the cloud that are no UTF-8 (`format: transparente`). */
  readonly bytes?: Uint8Array;
  /** Headers that were frozen with it, lower case: those of its format. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries that class D used up. */
  readonly tries: number;
  /** Id of the batch that it is frozen into; `ALONE` once it left one that was refused. */
  readonly batch?: string;
}

/** Stands for a batch id where a delivery is to be sent by itself. */
export const ALONE = 'alone';

/** The lane of webhooks whose deliveries, but for replays, have one queue across turnstiles (`order: strict`, `none`). */
export const ALL_LANES = '*';

export interface Accepted {
  /** In the order of `sequence`; without the events that were already known, or whose body is too large. */
  readonly deliveries: readonly Delivery[];
  /** Ids of events that the ledger already had: nothing was stored again. */
  readonly duplicates: readonly string[];
  readonly large: readonly LargeBody[];
  /** Units whose feed grew. */
  readonly fed: readonly string[];
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

/** Failure classes of reference webhooks.md section 1. */
export type FailureClass = 'A' | 'B' | 'C' | 'D' | 'E';

/** What the last attempt came to, for `status`. */
export interface LastAnswer {
  /** Unix ms. */
  readonly atMs: number;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Stable code of the outcome (`delivery/classes.ts`), `ok` on success. */
  readonly outcome: string;
}

/** Where an endpoint stands; every change is stored, so a restart continues the same wait. */
export interface EndpointState {
  readonly webhook: string;
  /** `open`: sends. `waiting`: until `untilMs`. `gone`: answered 410, sends nothing until an operator resumes. */
  readonly state: 'open' | 'waiting' | 'gone';
  readonly class?: FailureClass;
  /** Unix ms. */
  readonly untilMs?: number;
  /** Place on the ladder of waits, from 0. */
  readonly step: number;
  /** Unix ms of the first failure since the last success. */
  readonly failingSinceMs?: number;
  /** Class B failures in a row without a success. */
  readonly busyInARow: number;
  /** Parked in a row without a success (class D counts as C from 5). */
  readonly parkedInARow: number;
  readonly last?: LastAnswer;
  /** Receiver's clock minus agent's clock, ms, as its answers last told. */
  readonly clockSkewMs?: number;
  /** Fingerprint of the configuration that this state came about under. */
  readonly configuration?: string;
  /** Unix ms at which an operator paused it: nothing is sent, whatever its state. Absent while it is not paused. */
  readonly pausedAtMs?: number;
}

/** Where a lane stands. */
export interface LaneState {
  readonly webhook: string;
  readonly lane: string;
  /** Place on the ladder of waits of class B, from 0. */
  readonly step: number;
  /** Unix ms before which its head is not sent; absent when it may go at once. */
  readonly nextAtMs?: number;
}

/** Where the numbering of a webhook's deliveries stands. */
export interface QueueState {
  readonly webhook: string;
  /** 0 before the first. */
  readonly lastSequence: number;
  /** What is pending up to here is older than the end of the last outage; 0 when there was none. */
  readonly backlogThrough: number;
}

/** One HTTP request, as the attempt log keeps it. */
export interface AttemptRecord {
  readonly webhook: string;
  readonly sequence: number;
  /** Unix ms at which it ended. */
  readonly atMs: number;
  readonly class: FailureClass | 'ok';
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Stable code (`delivery/classes.ts`). */
  readonly outcome: string;
  readonly timings: Timings;
  readonly remoteAddress?: string;
  /** Absent without TLS, or when its handshake failed. */
  readonly tls?: TlsFacts;
  /** Where a redirect pointed. */
  readonly location?: string;
  readonly contentType?: string;
  /** The first 16 KiB of the answer's body; absent when it had none. */
  readonly answer?: Uint8Array;
  /** The receiver's clock (`Date`, whole seconds) minus ours, ms. */
  readonly clockSkewMs?: number;
  /** Absent after a 2xx. */
  readonly next?: NextTry;
}

/** What follows a failed attempt. */
export interface NextTry {
  /**
   * `instant`: the second try of a connection that failed at once; `lane`, `message`, `endpoint`: what waits, on its own
   * ladder; `retryAfter`: the receiver asked for it; `paused` and `gone`: until an operator resumes; `parked`: none.
   */
  readonly why: 'instant' | 'lane' | 'message' | 'endpoint' | 'retryAfter' | 'paused' | 'gone' | 'parked';
  /** Unix ms before which there is none; absent when no time is set. */
  readonly atMs?: number;
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

/** Where a turnstile stands, for `status`. */
export interface TurnstileState {
  readonly turnstile: string;
  readonly state: 'online' | 'offline';
  /** Unix ms of the last change. */
  readonly sinceMs: number;
  /** Code of the GiroError that ended the last connection or refused it, with its detail. */
  readonly problem?: { readonly code: string; readonly detail: string };
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  /** Device clock minus agent clock, ms, when last measured. */
  readonly clockSkewMs?: number;
}

/** Where a source of cloud events stands, for `status`. */
export interface RelayState {
  /** `relay[].id`. */
  readonly relay: string;
  /** `online`: the inbox answers, or the endpoint listens. */
  readonly state: 'online' | 'offline';
  /** Unix ms of the last change. */
  readonly sinceMs: number;
  /** Code of the GiroError that stands in its way, with its detail. */
  readonly problem?: { readonly code: string; readonly detail: string };
}

/** Where the queues of all webhooks stand. */
export interface QueueStates {
  readonly endpoints: readonly EndpointState[];
  /** Where each webhook's numbering stands. */
  readonly queues: readonly QueueState[];
  /** Every lane that has pending deliveries, with its stored state, and `ALL_LANES` if it was ever stored. */
  readonly lanes: readonly (LaneState & { readonly pending: number })[];
}

/** What a start of the gateway needs to know. */
export interface JournalState extends QueueStates {
  readonly openAccesses: readonly OpenAccess[];
  readonly turnstiles: readonly TurnstileState[];
  readonly cursors: readonly { readonly turnstile: string; readonly position: string }[];
  readonly relays: readonly RelayPosition[];
  /** Open when the last run ended. */
  readonly alarms: readonly Alarm[];
}
