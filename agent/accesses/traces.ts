import type { Trace } from '../journal/records.ts';

/** A device may date its live event and its stored record this far apart (henry.md 8.4). */
export const SAME_WITHIN_MS = 2_000;
/** Far more than can cross on the wire. */
const MOST_KEPT = 500;

/**
 * Traces of what was taken, to find second copies by. A trace that names somebody is found by any copy that names the
 * same; where either names nobody, one trace answers for one copy, so that two turns in a row stay two.
 */
export class Traces {
  readonly #kept = new Map<string, Trace>();
  readonly #answered = new Set<Trace>();

  constructor(traces: Iterable<Trace> = []) {
    for (const trace of traces) this.#kept.set(keyOf(trace), trace);
  }

  /** Keeps one more, and forgets the oldest of too many. */
  add(trace: Trace): void {
    this.#kept.set(keyOf(trace), trace);
    const [oldest] = this.#kept;
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) {
      this.#kept.delete(oldest[0]);
      this.#answered.delete(oldest[1]);
    }
  }

  [Symbol.iterator](): Iterator<Trace> {
    return this.#kept.values();
  }

  /** Whether `copy` is the second copy of one of these, which then has answered. */
  claim(copy: Trace): boolean {
    const nearest = this.#nearest(copy);
    if (nearest === undefined) return false;
    this.#answered.add(nearest);
    return true;
  }

  /** Which of these are second copies. The nearest claim first: a trace of nobody answers for its own, not for the one before. */
  claimAll(copies: readonly Trace[]): ReadonlySet<Trace> {
    const byDistance = copies.toSorted((a, b) => this.#distanceMs(a) - this.#distanceMs(b));
    return new Set(byDistance.filter((copy) => this.claim(copy)));
  }

  #nearest(copy: Trace): Trace | undefined {
    const [nearest] = [...this.#kept.values()]
      .filter((trace) => this.#isSame(trace, copy))
      .sort((a, b) => distanceMs(a, copy) - distanceMs(b, copy));
    return nearest;
  }

  #distanceMs(copy: Trace): number {
    const nearest = this.#nearest(copy);
    return nearest === undefined ? SAME_WITHIN_MS : distanceMs(nearest, copy);
  }

  #isSame(trace: Trace, copy: Trace): boolean {
    if (trace.code !== copy.code || distanceMs(trace, copy) > SAME_WITHIN_MS) return false;
    if (trace.who !== '' && copy.who !== '') return trace.who === copy.who;
    return !this.#answered.has(trace);
  }
}

function distanceMs(a: Trace, b: Trace): number {
  return Math.abs(a.atMs - b.atMs);
}

function keyOf({ atMs, code, who }: Trace): string {
  return `${atMs} ${code} ${who}`;
}
