import type { Logger } from '../../drivers/base/log.ts';
import type { FailureClass } from '../events/attempt.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import type { Classified } from '../http/classes.ts';

const HOUR_MS = 3_600_000;
const GONE = 'endpoint gone, sending stopped until resumed';

/**
 * What the log says of one webhook's outages: a line when one begins, one for each further class of failure in it, one
 * an hour while it lasts, one when its backlog is delivered. A failed attempt is no line of its own.
 */
export class OutageLog {
  readonly #log: Logger;
  readonly #webhook: string;
  #sinceMs: number | undefined;
  /** How long the last one was. */
  #lastedMs = 0;
  #lastLineMs = 0;
  #named = new Set<FailureClass | 'ok'>();
  /** Delivered since the outage ended; undefined once it has caught up. */
  #delivered: number | undefined;

  constructor(webhook: string, log: Logger) {
    this.#webhook = webhook;
    this.#log = log;
  }

  /** The endpoint waits, or is gone. */
  failed(what: Classified, nowMs: number): void {
    this.#endRecovery('endpoint answered again for a while, backlog not finished');
    this.#sinceMs ??= nowMs;
    if (this.#named.has(what.class) && nowMs - this.#lastLineMs < HOUR_MS) {
      return;
    }
    this.#named.add(what.class);
    this.#lastLineMs = nowMs;
    const { class: failure, outcome, cause } = what;
    const lastsMs = nowMs - this.#sinceMs;
    this.#log.warn(
      { webhook: this.#webhook, class: failure, outcome, cause: cause.en, lastsMs },
      failure === 'E' ? GONE : 'endpoint failing, events wait',
    );
  }

  /** A stored outage goes on after a restart. One that nothing will end by itself is named again. */
  restored({ state, failingSinceMs }: EndpointState, nowMs: number): void {
    this.#sinceMs = failingSinceMs ?? nowMs;
    if (state === 'gone') {
      this.#log.warn({ webhook: this.#webhook, lastsMs: nowMs - this.#sinceMs }, GONE);
    }
  }

  /** A 2xx after the outage. The line comes when the backlog is gone, with how many events that were. */
  recovered(nowMs: number): void {
    this.#lastedMs = nowMs - (this.#sinceMs ?? nowMs);
    this.#sinceMs = undefined;
    this.#named = new Set();
    this.#delivered = 0;
  }

  get isCatchingUp(): boolean {
    return this.#delivered !== undefined;
  }

  delivered(events: number): void {
    if (this.#delivered !== undefined) {
      this.#delivered += events;
    }
  }

  /** Nothing is pending. */
  caughtUp(): void {
    this.#endRecovery('endpoint answers again, backlog delivered');
  }

  #endRecovery(message: string): void {
    if (this.#delivered === undefined) return;
    const { lastedMs, delivered } = { lastedMs: this.#lastedMs, delivered: this.#delivered };
    this.#log.info({ webhook: this.#webhook, lastedMs, delivered }, message);
    this.#delivered = undefined;
  }
}
