import type { Clock } from '../../drivers/base/clock.ts';

/** How long a wait may go on unseen after it is over: for a machine that slept or a wall clock that was set. */
const LOOK_MS = 4_000;

/**
 * A clock whose waits end as soon as the wall clock or the monotonic one says so. A timer alone would stand still while
 * the machine sleeps; the wall clock alone would make a wait last a day longer when it is set back by one.
 */
export class WaitClock implements Clock {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, task: () => void): () => void {
    const wallMs = this.now() + delayMs;
    const monotonicMs = this.monotonic() + delayMs;
    let cancel = (): void => {};
    const arm = (remainingMs: number): void => {
      cancel = this.#clock.after(Math.min(remainingMs, LOOK_MS), look);
    };
    const look = (): void => {
      const remainingMs = Math.min(wallMs - this.now(), monotonicMs - this.monotonic());
      if (remainingMs > 0) {
        arm(remainingMs);
      } else {
        task();
      }
    };
    arm(delayMs);
    return () => cancel();
  }
}
