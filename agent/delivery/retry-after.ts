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
  if (!HTTP_DATE.test(text)) {
    return undefined;
  }
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(atMs - nowMs, 0), LONGEST_MS);
}
