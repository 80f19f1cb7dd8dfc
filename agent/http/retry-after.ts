import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Outcome } from './outcome.ts';

const LONGEST_MS = 24 * 3_600_000;

const SECONDS = /^\d+(?:\.\d+)?$/;
/** The three forms of an HTTP date (RFC 9110 5.6.7), so that `Date.parse` never guesses at garbage. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT| [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

/**
 * The wait that a `Retry-After` header asks for, in ms from `nowMs`: seconds (decimals rounded up) or an HTTP date
 * (0 once it is past), at most 24 h. `undefined` for anything else, negatives included.
 */
export function parseRetryAfter(value: string, nowMs: number): number | undefined {
  const text = value.trim();
  if (SECONDS.test(text)) {
    return Math.min(Math.ceil(Number(text)) * 1000, LONGEST_MS);
  }
  const atMs = parseHttpDate(text);
  return atMs === undefined ? undefined : Math.min(Math.max(atMs - nowMs, 0), LONGEST_MS);
}

/** Reads the `Retry-After` of one webhook's answers; the log names the last that made no sense once. */
export class RetryAfter {
  readonly #webhook: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #ignored: string | undefined;

  constructor(webhook: string, parts: { readonly clock: Clock; readonly log: Logger }) {
    this.#webhook = webhook;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** The wait that the answer asks for, in ms. */
  read(outcome: Outcome): number | undefined {
    if (outcome.kind === 'fault' || outcome.retryAfter === undefined) {
      return undefined;
    }
    const { retryAfter } = outcome;
    const waitMs = parseRetryAfter(retryAfter, this.#clock.now());
    if (waitMs === undefined && retryAfter !== this.#ignored) {
      this.#ignored = retryAfter;
      this.#log.warn({ webhook: this.#webhook, retryAfter }, 'Retry-After makes no sense, ignored');
    }
    return waitMs;
  }
}

/** Unix ms of an HTTP date; undefined for anything else. */
export function parseHttpDate(value: string): number | undefined {
  const text = value.trim();
  if (!HTTP_DATE.test(text)) {
    return undefined;
  }
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
