import type { Clock } from '../../drivers/base/clock.ts';
import type { DeliveryJournal } from '../delivery/marks.ts';
import type { AttemptRecord } from '../events/attempt.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import type { Mark } from '../journal/records.ts';

/** Attempts of one webhook that came to one thing. */
export interface AttemptTally {
  readonly webhook: string;
  readonly class: AttemptRecord['class'];
  /** HTTP status, or the name of what kept an answer away. */
  readonly code: string;
  readonly count: number;
}

/** What Prometheus is told that nothing stores: counted since the start of the process. */
export class Tallies {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #attempts = new Map<string, AttemptTally>();
  readonly #connections = { reused: 0, opened: 0 };
  readonly #dropped = new Map<string, number>();
  /** Ended outages, ms; and since when the current one is. */
  readonly #offline = new Map<string, { endedMs: number; sinceMs: number | undefined }>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.now();
  }

  get attempts(): readonly AttemptTally[] {
    return [...this.#attempts.values()];
  }

  get connections(): { readonly reused: number; readonly opened: number } {
    return this.#connections;
  }

  /** Events that were given up, by why. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  drop(reason: string, count: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
  }

  /** For how long each webhook has been failing, s, within the life of this process. */
  offlineSeconds(): ReadonlyMap<string, number> {
    const nowMs = this.#clock.now();
    return new Map(
      [...this.#offline].map(([webhook, { endedMs, sinceMs }]) => [
        webhook,
        (endedMs + (sinceMs === undefined ? 0 : nowMs - sinceMs)) / 1000,
      ]),
    );
  }

  /** The journal as delivery uses it, with what goes by counted. */
  observing(journal: DeliveryJournal): DeliveryJournal {
    return {
      pending: (...query) => journal.pending(...query),
      queues: () => journal.queues(),
      mark: async (...marks) => {
        await journal.mark(...marks);
        for (const mark of marks) this.#observe(mark);
      },
    };
  }

  /** Where a webhook stands as the process starts. */
  begin(endpoints: readonly EndpointState[]): void {
    for (const endpoint of endpoints) this.#endpoint(endpoint);
  }

  #observe(mark: Mark): void {
    if (mark.kind === 'attempt') this.#attempt(mark.attempt);
    if (mark.kind === 'endpoint') this.#endpoint(mark.state);
  }

  #attempt({ webhook, class: kind, status, outcome, timings }: AttemptRecord): void {
    const code = String(status ?? outcome);
    const key = `${webhook}\n${kind}\n${code}`;
    const count = (this.#attempts.get(key)?.count ?? 0) + 1;
    this.#attempts.set(key, { webhook, class: kind, code, count });
    if (timings.connectMs !== null) this.#connections.opened += 1;
    else if (timings.firstByteMs !== null) this.#connections.reused += 1;
  }

  #endpoint({ webhook, failingSinceMs }: EndpointState): void {
    const { endedMs, sinceMs } = this.#offline.get(webhook) ?? { endedMs: 0, sinceMs: undefined };
    if (failingSinceMs !== undefined) {
      const beganMs = sinceMs ?? Math.max(failingSinceMs, this.#startedAtMs);
      this.#offline.set(webhook, { endedMs, sinceMs: beganMs });
    } else if (sinceMs !== undefined) {
      const ended = endedMs + Math.max(0, this.#clock.now() - sinceMs);
      this.#offline.set(webhook, { endedMs: ended, sinceMs: undefined });
    }
  }
}
