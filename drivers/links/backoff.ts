/** Waits before the retries, in seconds; the last one repeats. */
const LADDER_S = [0, 1, 2, 5, 10, 15, 30] as const;
const LONGEST_S = 30;
const JITTER = 0.2;

/**
 * Milliseconds to wait before retry number `attempt` (0 is the first, which goes at once), at most `longestMs` before
 * the jitter. `random` answers 0 to 1 and spreads the waits by 20 % either way, so that turnstiles that were lost together do not dial together for ever.
 */
export function backoffMs(attempt: number, random: () => number, longestMs = LONGEST_S * 1_000): number {
  const waitMs = Math.min((LADDER_S[attempt] ?? LONGEST_S) * 1_000, longestMs);
  return Math.round(waitMs * (1 - JITTER + 2 * JITTER * random()));
}
