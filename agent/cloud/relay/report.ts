import type { Clock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import type { RelayState } from '../../events/relay-state.ts';
import type { Journal } from '../../journal/journal.ts';
import type { RelayHealth } from './health.ts';

interface ReportParts {
  /** `relay[].id`. */
  readonly relay: string;
  readonly journal: Pick<Journal, 'mark'>;
  readonly health: RelayHealth;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How a source is: stored for `status`, noted for the alarms and logged whenever that changes. */
export class RelayReport {
  readonly #parts: ReportParts;
  #state: RelayState | undefined;

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  online(): void {
    if (this.#state?.state === 'online') return;
    this.#parts.log.info({}, 'cloud events can come');
    this.#set({ state: 'online' });
  }

  /** What is no error of ours is a fault of the program, and goes to the log whole. */
  offline(error: unknown): void {
    const known = error instanceof GiroError;
    const problem = { code: known ? error.code : 'UNKNOWN', detail: known ? error.message : String(error) };
    const before = this.#state?.problem;
    if (before?.code === problem.code && before.detail === problem.detail) return;
    if (known) this.#parts.log.warn(problem, 'cloud events cannot come');
    else this.#parts.log.error({ err: error }, 'cloud events cannot come');
    this.#set({ state: 'offline', problem });
  }

  #set(change: Pick<RelayState, 'state' | 'problem'>): void {
    const { relay, journal, health, clock, log } = this.#parts;
    const last = health.last(relay);
    const sinceMs = last?.state === change.state ? last.sinceMs : clock.now();
    this.#state = { relay, sinceMs, ...change };
    health.note(this.#state);
    journal.mark({ kind: 'relay', state: this.#state }).catch((error: unknown) => {
      log.error({ err: error }, 'the state of a relay was not stored');
    });
  }
}
