import type { Clock } from '../../../drivers/base/clock.ts';

/** Wakes those who wait for a unit's next event. */
export class FeedNews {
  readonly #clock: Clock;
  readonly #versions = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts up with each event of the unit; taken before a look, it tells what that look could not see. */
  version(unit: string): number {
    return this.#versions.get(unit) ?? 0;
  }

  tell(units: readonly string[]): void {
    for (const unit of units) {
      this.#versions.set(unit, this.version(unit) + 1);
      for (const wake of [...(this.#waiting.get(unit) ?? [])]) wake();
    }
  }

  /** Resolves when there is more than at `version`, when `waitMs` have passed, or when `signal` aborts. */
  wait(unit: string, version: number, waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.version(unit) !== version || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(unit) ?? new Set();
      this.#waiting.set(unit, waiting);
      const wake = (): void => {
        waiting.delete(wake);
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.#clock.after(waitMs, wake);
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
