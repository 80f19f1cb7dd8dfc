import type { Clock } from '../drivers/clock.ts';

/** A clock that moves only when a test says so. */
export class ManualClock implements Clock {
  #nowMs: number;
  #tasks: { atMs: number; task: () => void }[] = [];

  constructor(startMs = Date.parse('2026-03-02T12:00:00Z')) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + Math.max(delayMs, 0), task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** When the next task is due; undefined with none. */
  get nextAtMs(): number | undefined {
    return this.#tasks.reduce<number | undefined>(
      (first, { atMs }) => (first === undefined || atMs < first ? atMs : first),
      undefined,
    );
  }

  /** Moves on by `ms` and runs what falls due on the way, in order, letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let next = this.nextAtMs; next !== undefined && next <= untilMs; next = this.nextAtMs) {
      this.#nowMs = Math.max(this.#nowMs, next);
      const due = this.#tasks.find(({ atMs }) => atMs === next);
      this.#tasks = this.#tasks.filter((entry) => entry !== due);
      due?.task();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  /** Steps the wall clock without running anything, as an operator or NTP would. */
  step(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Lets everything that is already resolved run on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
