import type { Logger } from '../../drivers/log.ts';
import type { EndpointState, FailureClass } from '../journal/records.ts';
import type { Classified } from './classes.ts';

const HOUR_MS = 3_600_000;
const GONE = 'endpoint gone, sending stopped until resumed';

/**
 * What the log says of one webhook's outages: a line when one begins, one for each further class of failure in it, one
 * an hour while it lasts, one when it ends and one when the backlog is gone. A failed attempt is no line of its own.
 */
export class OutageLog {
  readonly #log: Logger;
  readonly #webhook: string;
  #sinceMs: number | undefined;
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

  recovered(nowMs: number): void {
    const lastedMs = nowMs - (this.#sinceMs ?? nowMs);
    this.#log.info({ webhook: this.#webhook, lastedMs }, 'endpoint answers again');
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
    if (this.#delivered !== undefined) {
      this.#log.info({ webhook: this.#webhook, delivered: this.#delivered }, 'backlog delivered');
      this.#delivered = undefined;
    }
  }
}
