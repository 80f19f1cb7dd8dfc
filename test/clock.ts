import type { Clock } from '../drivers/base/clock.ts';

/** A clock that moves only when a test says so. Its timers follow the monotonic clock, as those of Node do. */
export class ManualClock implements Clock {
  readonly #startMs: number;
  readonly #settle: () => Promise<void>;
  /** Since the start. */
  #elapsedMs = 0;
  /** What the wall clock was stepped by. */
  #steppedMs = 0;
  #tasks: { atMs: number; task: () => void }[] = [];

  /** `letSettle` lets promises run on between two tasks; a test of very many tasks gives a quicker one. */
  constructor(startMs = Date.parse('2026-03-02T12:00:00Z'), letSettle = settle) {
    this.#startMs = startMs;
    this.#settle = letSettle;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs + this.#steppedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.#elapsedMs + Math.max(delayMs, 0), task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** When the next task is due, by the wall clock; undefined with none. */
  get nextAtMs(): number | undefined {
    const next = this.#next;
    return next === undefined ? undefined : next.atMs + this.#startMs + this.#steppedMs;
  }

  /** Moves on by `ms` and runs what falls due on the way, in order, letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await this.#settle();
    for (let next = this.#next; next !== undefined && next.atMs <= untilMs; next = this.#next) {
      const due = next;
      this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs);
      this.#tasks = this.#tasks.filter((entry) => entry !== due);
      due.task();
      await this.#settle();
    }
    this.#elapsedMs = untilMs;
  }

  /** Lets `ms` pass without running anything, as for a process that is stopped: what fell due runs with `advance`. */
  stall(ms: number): void {
    this.#elapsedMs += ms;
  }

  /** Steps the wall clock without running anything, as an operator or NTP would. */
  step(ms: number): void {
    this.#steppedMs += ms;
  }

  get #next(): { readonly atMs: number; readonly task: () => void } | undefined {
    return this.#tasks.reduce<{ atMs: number; task: () => void } | undefined>(
      (first, entry) => (first === undefined || entry.atMs < first.atMs ? entry : first),
      undefined,
    );
  }
}

/** Lets everything that is already resolved run on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
