import type { Clock } from '../../../drivers/base/clock.ts';

/** Enough turns for what a chunk of bytes sets off in a driver: a stream passes it on in steps of its own. */
const TURNS = 4;

/** A clock that stands until it is told the time of the next thing in a file: hours of a recording take milliseconds. */
export class ReplayClock implements Clock {
  readonly #startMs: number;
  #nowMs: number;
  #tasks: { readonly atMs: number; readonly task: () => void }[] = [];

  /** @param startMs Unix ms */
  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs - this.#startMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.#nowMs + Math.max(delayMs, 0), task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** Moves on and runs what falls due on the way, in order. A time that has passed already is now. */
  async moveTo(atMs: number): Promise<void> {
    for (let due = this.#next(); due !== undefined && due.atMs <= atMs; due = this.#next()) {
      const { task } = due;
      this.#tasks = this.#tasks.filter((entry) => entry !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      task();
      await settled();
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #next() {
    return this.#tasks.toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Lets run on what needs no time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
