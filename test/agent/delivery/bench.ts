import { Dispatcher } from '../../../agent/delivery/dispatch.ts';
import type { Post, WebhookClient, WebhookTarget } from '../../../agent/delivery/http-client.ts';
import type { EndpointState } from '../../../agent/events/webhook-state.ts';
import { type Answer, type Outcome, OWN_FAULTS } from '../../../agent/http/outcome.ts';
import { ManualClock, settle } from '../../clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';
import { MemoryJournal } from './memory-journal.ts';

/** One request, as a receiver would see it. */
export interface Sent {
  readonly sequence: number;
  readonly id: string;
  readonly attempt: number;
  readonly replay: boolean;
  readonly atMs: number;
  /** The sequences of all its events. */
  readonly sequences: readonly number[];
  readonly body: string;
  readonly late: boolean;
}

/** What an answer says in its headers. */
type Says = Partial<Pick<Answer, 'date' | 'allowedRate'>>;

export function answer(status: number, retryAfter?: string, says: Says = {}): Outcome {
  const nothing = { location: undefined, date: undefined, body: new Uint8Array() };
  return { kind: 'answer', status, retryAfter, ms: 5, ...nothing, ...says };
}

/** A fault after `ms`; 2000 by default, too late for an instant second try. */
export function fault(code: string, ms = 2_000): Outcome {
  const sent = code === OWN_FAULTS.headersTimeout;
  return { kind: 'fault', code, sent, answered: false, ms };
}

type Answering = (sent: Sent) => Outcome | Promise<Outcome>;

interface Settings extends Partial<Omit<WebhookTarget, 'id' | 'url' | 'keys' | 'allow'>> {
  readonly clock?: ManualClock;
  readonly journal?: MemoryJournal;
  readonly random?: () => number;
}

/** A dispatcher with one webhook, `crm`, whose receiver is a function and whose time is moved by hand. */
export class Bench {
  readonly clock: ManualClock;
  readonly journal: MemoryJournal;
  readonly log = new RecordingLog();
  readonly sent: Sent[] = [];
  /** Sequences in the order in which the receiver took them. */
  readonly acknowledged: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  /** How the receiver answers from now on. */
  receiver: Answering = () => answer(200);
  readonly dispatcher: Dispatcher;

  constructor({ clock, journal, random, ...target }: Settings = {}) {
    this.clock = clock ?? new ManualClock();
    this.journal = journal ?? new MemoryJournal();
    const client: WebhookClient = { post: (post) => this.#post(post), close: () => Promise.resolve() };
    this.dispatcher = new Dispatcher({
      journal: this.journal,
      clock: this.clock,
      log: this.log,
      random: random ?? (() => 0.5), // no jitter
      webhooks: [
        {
          id: 'crm',
          url: new URL('https://crm.example/'),
          keys: [],
          allow: [],
          maxInFlight: 4,
          ...target,
        },
      ],
      version: '1',
      client: () => client,
    });
  }

  /** Starts with what the journal holds. */
  async start(): Promise<this> {
    this.dispatcher.start(this.journal.state);
    await settle();
    return this;
  }

  /** Commits and offers one event for each lane named. */
  async accept(...lanes: string[]): Promise<void> {
    this.dispatcher.offer(this.journal.accept(lanes));
    await settle();
  }

  get endpoint(): EndpointState {
    return this.dispatcher.endpoints()[0]!;
  }

  get sequences(): number[] {
    return this.sent.map(({ sequence }) => sequence);
  }

  /** Seconds between one request and the next. */
  get gapsS(): number[] {
    return this.sent.slice(1).map(({ atMs }, index) => (atMs - this.sent[index]!.atMs) / 1000);
  }

  async #post({ delivery, attempt, replay = false, signal, late = false, batch }: Post): Promise<Outcome> {
    const { id, body } = batch ?? delivery;
    const events = [JSON.parse(body)].flat() as { sequencia: number }[];
    const sequences = events.map(({ sequencia }) => sequencia);
    const sequence = sequences[0]!;
    const sent = { sequence, id, attempt, replay, atMs: this.clock.now(), sequences, body, late };
    this.sent.push(sent);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const cut = Promise.withResolvers<Outcome>();
    const onAbort = (): void => cut.resolve(fault(OWN_FAULTS.aborted));
    signal.addEventListener('abort', onAbort, { once: true });
    const outcome = await Promise.race([this.receiver(sent), cut.promise]);
    signal.removeEventListener('abort', onAbort);
    this.inFlight -= 1;
    if (outcome.kind === 'answer' && outcome.status === 200) this.acknowledged.push(...sequences);
    return outcome;
  }
}

/** A receiver that answers only when told to: each request in flight is one entry. */
export class HeldAnswers {
  readonly waiting: { readonly sent: Sent; readonly release: (outcome: Outcome) => Promise<void> }[] = [];

  /** Answers the request in flight for an event. */
  async release(sequence: number, outcome: Outcome): Promise<void> {
    const found = this.waiting.find(({ sent }) => sent.sequence === sequence);
    if (found === undefined) throw new Error(`no request in flight for ${sequence}`);
    await found.release(outcome);
  }

  readonly receiver: Answering = (sent) =>
    new Promise((resolve) => {
      const release = async (outcome: Outcome): Promise<void> => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        resolve(outcome);
        await settle();
      };
      const entry = { sent, release };
      this.waiting.push(entry);
    });
}
