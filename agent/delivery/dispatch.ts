import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Delivery } from '../events/delivery.ts';
import type { EndpointState, QueueStates } from '../events/webhook-state.ts';
import { HttpClient, type WebhookClient, type WebhookTarget } from './http-client.ts';
import type { DeliveryJournal } from './marks.ts';
import type { Random } from './schedule.ts';
import { WaitClock } from './wait-clock.ts';
import { WebhookQueue } from './webhook-queue.ts';

/** How long a changed webhook may take to finish its requests in flight: longer than any of them lasts. */
const REPLACE_GRACE_MS = 60_000;

interface DispatcherOptions {
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  /** The active webhooks. Stored state of others is left alone. */
  readonly webhooks: readonly WebhookTarget[];
  readonly version: string;
  /** Sends to one webhook; an HttpClient without it. */
  readonly client?: (target: WebhookTarget) => WebhookClient;
}

/** One webhook. */
interface Entry {
  readonly queue: WebhookQueue;
  readonly fingerprint: string | undefined;
  /** Resolves when the queue has started. */
  readonly ready: Promise<void>;
  /** What the queue gets when it starts; undefined from then on. */
  held: ((queue: WebhookQueue) => void)[] | undefined;
}

/** Delivers what the journal accepted to every webhook, in order per lane, however long that takes (DESIGN.md 5). */
export class Dispatcher {
  readonly #journal: DeliveryJournal;
  readonly #make: (target: WebhookTarget) => WebhookQueue;
  readonly #entries: Map<string, Entry>;
  /** Queues of webhooks that changed or left, which finish what is in flight. */
  readonly #leaving = new Set<WebhookQueue>();

  constructor({ journal, log, random, webhooks, version, client, ...options }: DispatcherOptions) {
    const clock = new WaitClock(options.clock);
    const connect = client ?? ((target) => new HttpClient(target, { clock, version }));
    this.#journal = journal;
    this.#make = (target) =>
      new WebhookQueue(target, { journal, clock, log, random, client: connect(target) });
    this.#entries = new Map(
      webhooks.map((target) => {
        const { id, fingerprint } = target;
        return [id, { queue: this.#make(target), fingerprint, ready: Promise.resolve(), held: undefined }];
      }),
    );
  }

  /** Continues stored waits and begins with what is pending. Once, before the first `offer`. */
  start(states: QueueStates): void {
    for (const { queue } of this.#entries.values()) queue.start(states);
  }

  /**
   * The active webhooks from now on. One that changed finishes its requests in flight, then goes on with its queue as it
   * is now configured, with a probe at once; what is pending of one that left stays in the journal. Resolves when all
   * have started.
   */
  async apply(webhooks: readonly WebhookTarget[]): Promise<void> {
    const left = [...this.#entries.keys()].filter((id) => !webhooks.some((target) => target.id === id));
    const leaving = left.map((id) => {
      const queue = this.#entries.get(id)?.queue;
      this.#entries.delete(id);
      return this.#letGo(queue);
    });
    await Promise.all([...leaving, ...webhooks.map((target) => this.#put(target))]);
  }

  /** Just committed deliveries: each idle lane sends its first within this call, if its endpoint may be sent to. */
  offer(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.#tell(delivery.webhook, (queue) => queue.offer(delivery));
    }
  }

  /** Ends a pause, and what made the webhook wait (unless `now` is false) or gone. Resolves when it is stored. */
  async resume(webhook: string, now = true): Promise<void> {
    const entry = this.#entries.get(webhook);
    await entry?.ready;
    await entry?.queue.resume(now);
  }

  /** Nothing is sent to a webhook until it is resumed; everything queues. Resolves when it is stored. */
  async pause(webhook: string): Promise<void> {
    const entry = this.#entries.get(webhook);
    await entry?.ready;
    await entry?.queue.pause();
  }

  /** Deliveries that an operator discarded in the journal are not sent any more. */
  discard(webhook: string, sequences: readonly number[]): void {
    this.#tell(webhook, (queue) => queue.discard(sequences));
  }

  /** Deliveries that an operator made pending again in the journal are sent, as replays. */
  replay(webhook: string): void {
    this.#tell(webhook, (queue) => queue.replay());
  }

  /**
   * No new attempts; waits `graceMs` for those in flight, then aborts them (they are sent again, with the same id),
   * and stores what is known. Never rejects.
   */
  async stop(graceMs: number): Promise<void> {
    const queues = [...this.#entries.values()].map(({ queue }) => queue);
    await Promise.all([...queues, ...this.#leaving].map((queue) => queue.stop(graceMs)));
  }

  /** Where each webhook stands, for `status`. */
  endpoints(): EndpointState[] {
    return [...this.#entries.values()].map(({ queue }) => queue.endpoint);
  }

  /** What stands still though nothing makes it wait: a fault of the program, for the watchdog. */
  get stall(): string | undefined {
    for (const [id, { queue }] of this.#entries) {
      if (queue.stall !== undefined) return `webhook ${id}: ${queue.stall}`;
    }
    return undefined;
  }

  /** Where each webhook stands, and what waits for it, for alarms. */
  health(): readonly { endpoint: EndpointState; isWaiting: boolean; failedTries: number }[] {
    return [...this.#entries.values()].map(({ queue }) => ({ endpoint: queue.endpoint, ...queue.backlog }));
  }

  /** The new queue stands at once, and takes what is said to it when it starts. */
  async #put(target: WebhookTarget): Promise<void> {
    const { id, fingerprint } = target;
    const before = this.#entries.get(id);
    if (before !== undefined && before.fingerprint === fingerprint) return;
    const queue = this.#make(target);
    const started = this.#letGo(before?.queue).then(async () => queue.start(await this.#journal.queues()));
    const entry: Entry = { queue, fingerprint, ready: started, held: [] };
    this.#entries.set(id, entry);
    await started;
    const held = entry.held ?? [];
    entry.held = undefined;
    for (const action of held) action(queue);
  }

  async #letGo(queue: WebhookQueue | undefined): Promise<void> {
    if (queue === undefined) return;
    this.#leaving.add(queue);
    await queue.stop(REPLACE_GRACE_MS);
    this.#leaving.delete(queue);
  }

  #tell(webhook: string, action: (queue: WebhookQueue) => void): void {
    const entry = this.#entries.get(webhook);
    if (entry?.held !== undefined) entry.held.push(action);
    else if (entry !== undefined) action(entry.queue);
  }
}
