import type { Logger } from '../base/log.ts';
import type { Reading } from './reading.ts';

/** Calls of `record` that may wait for their commit; a turnstile needs hours of a full disk to get there. */
const MOST_PENDING = 1000;

/**
 * Hands readings to the journal without waiting for it: a decision at the door never waits for a disk. For
 * devices without an acknowledgement: what cannot be kept is lost; it is counted and said.
 */
export class Recorder {
  readonly #record: (...readings: Reading[]) => Promise<void>;
  readonly #log: Logger;
  #pending = 0;
  #dropped = 0;
  #hasFailed = false;

  constructor(record: (...readings: Reading[]) => Promise<void>, log: Logger) {
    this.#record = record;
    this.#log = log;
  }

  /** Whether the next reading would be lost. */
  get isFull(): boolean {
    return this.#pending >= MOST_PENDING;
  }

  /** Never throws and never blocks; readings are committed in the order of the calls. */
  report(readings: readonly Reading[]): void {
    if (readings.length === 0) return;
    if (this.isFull) {
      if (this.#dropped === 0)
        this.#log.error({ pending: this.#pending }, 'journal too far behind, readings are lost');
      this.#dropped += readings.length;
      return;
    }
    this.#pending++;
    void this.#commit(readings);
  }

  /** Says how much was lost, when the conversation is over. */
  end(): void {
    if (this.#dropped > 0)
      this.#log.error({ dropped: this.#dropped }, 'readings were lost, journal too far behind');
  }

  async #commit(readings: readonly Reading[]): Promise<void> {
    try {
      await this.#record(...readings);
    } catch (error) {
      if (!this.#hasFailed) this.#log.error({ err: error }, 'readings were not recorded');
      this.#hasFailed = true; // said once: the reason stays the same, and the door goes on
    } finally {
      this.#pending--;
    }
  }
}
