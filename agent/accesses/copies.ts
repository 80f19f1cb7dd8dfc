import type { Trace } from '../journal/records.ts';
import type { Join, JoinReading, JoinStep } from './join.ts';
import { Traces } from './traces.ts';

/** A reading on its way into the join, with what the device's memory keeps of it. */
export interface TracedReading extends JoinReading {
  readonly trace?: Trace;
}

export interface Taken {
  readonly steps: readonly JoinStep[];
  /** To be kept with them. */
  readonly traces: readonly Trace[];
}

/**
 * Stands before the join of one turnstile and keeps second copies out: what the device tells live and its memory tells
 * again, in whichever order the two arrive.
 */
export class Copies {
  readonly #join: Join;
  readonly #live = new Traces();
  /** What the memory told; its live copy may still be on the wire. */
  readonly #recovered = new Traces();

  constructor(join: Join) {
    this.#join = join;
  }

  takeLive(inputs: readonly TracedReading[]): Taken {
    const news = inputs.filter(({ trace }) => trace === undefined || !this.#recovered.claim(trace));
    const traces = news.flatMap(({ trace }) => trace ?? []);
    for (const trace of traces) this.#live.add(trace);
    return { steps: news.flatMap((input) => this.#join.push(input)), traces };
  }

  /**
   * `stored` is what the journal knew a moment ago. A passage of which anything is known was reported already: what
   * else the memory tells of it can only end it, if it is still open.
   */
  takeRecovered(inputs: readonly TracedReading[], stored: readonly Trace[]): Taken {
    const known = new Traces([...stored, ...this.#live]);
    const claimed = known.claimAll(inputs.flatMap(({ trace }) => trace ?? []));
    const copies = new Set(inputs.filter(({ trace }) => trace !== undefined && claimed.has(trace)));
    const reported = new Set([...copies].flatMap(({ reading }) => reading.key ?? []));
    const news = inputs.filter((input) => !copies.has(input));
    const traces = news.flatMap(({ trace }) => trace ?? []);
    for (const trace of traces) this.#recovered.add(trace);
    const steps = news.flatMap((input) => {
      const { key, kind } = input.reading;
      const isReported = key !== undefined && reported.has(key);
      if (isReported && !((kind === 'passed' || kind === 'gaveUp') && this.#join.awaits(input))) return [];
      return this.#join.push(input);
    });
    return { steps, traces };
  }
}
