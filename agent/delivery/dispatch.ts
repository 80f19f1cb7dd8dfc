import type { Clock } from '../../drivers/clock.ts';
import type { Logger } from '../../drivers/log.ts';
import type { Delivery, EndpointState, JournalState } from '../journal/records.ts';
import { HttpClient, type WebhookClient, type WebhookTarget } from './http-client.ts';
import type { DeliveryJournal } from './marks.ts';
import type { Random } from './schedule.ts';
import { WaitClock } from './wait-clock.ts';
import { WebhookQueue } from './webhook-queue.ts';

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

/** Delivers what the journal accepted to every webhook, in order per lane, however long that takes (DESIGN.md 5). */
export class Dispatcher {
  readonly #queues: ReadonlyMap<string, WebhookQueue>;

  constructor({ journal, log, random, webhooks, version, client, ...options }: DispatcherOptions) {
    const clock = new WaitClock(options.clock);
    const connect = client ?? ((target) => new HttpClient(target, { clock, version }));
    this.#queues = new Map(
      webhooks.map((target) => [
        target.id,
        new WebhookQueue(target, { journal, clock, log, random, client: connect(target) }),
      ]),
    );
  }

  /** Continues stored waits and begins with what is pending. Once, before the first `offer`. */
  start(state: Pick<JournalState, 'endpoints' | 'lanes' | 'queues'>): void {
    for (const [id, queue] of this.#queues) {
      queue.start(
        state.endpoints.find(({ webhook }) => webhook === id),
        state.lanes.filter(({ webhook }) => webhook === id),
        state.queues.find(({ webhook }) => webhook === id),
      );
    }
  }

  /** Just committed deliveries: each idle lane sends its first within this call, if its endpoint may be sent to. */
  offer(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.#queues.get(delivery.webhook)?.offer(delivery);
    }
  }

  /** Ends a pause, and what made the webhook wait (unless `now` is false) or gone. Resolves when it is stored. */
  async resume(webhook: string, now = true): Promise<void> {
    await this.#queues.get(webhook)?.resume(now);
  }

  /** Nothing is sent to a webhook until it is resumed; everything queues. Resolves when it is stored. */
  async pause(webhook: string): Promise<void> {
    await this.#queues.get(webhook)?.pause();
  }

  /** Deliveries that an operator discarded in the journal are not sent any more. */
  discard(webhook: string, sequences: readonly number[]): void {
    this.#queues.get(webhook)?.discard(sequences);
  }

  /** Deliveries that an operator made pending again in the journal are sent, as replays. */
  replay(webhook: string): void {
    this.#queues.get(webhook)?.replay();
  }

  /**
   * No new attempts; waits `graceMs` for those in flight, then aborts them (they are sent again, with the same id),
   * and stores what is known. Never rejects.
   */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.stop(graceMs)));
  }

  /** Where each webhook stands, for `status`. */
  endpoints(): EndpointState[] {
    return [...this.#queues.values()].map((queue) => queue.endpoint);
  }

  /** What stands still though nothing makes it wait: a fault of the program, for the watchdog. */
  get stall(): string | undefined {
    for (const [id, { stall }] of this.#queues) if (stall !== undefined) return `webhook ${id}: ${stall}`;
    return undefined;
  }

  /** Where each webhook stands, and what waits for it, for alarms. */
  health(): readonly { endpoint: EndpointState; isWaiting: boolean; failedTries: number }[] {
    return [...this.#queues.values()].map((queue) => ({ endpoint: queue.endpoint, ...queue.backlog }));
  }
}
