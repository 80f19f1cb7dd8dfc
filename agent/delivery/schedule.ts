import type { FailureClass } from '../events/attempt.ts';

/** Uniform in [0, 1), as `Math.random`. */
export type Random = () => number;

const S = 1000;
const LINK_LADDER_MS = [1 * S, 2 * S, 5 * S, 10 * S, 30 * S, 60 * S];
const ENDPOINT_LADDER_MS = [...LINK_LADDER_MS, 120 * S, 300 * S];
const LANE_LADDER_MS = [0, 250, ...ENDPOINT_LADDER_MS];
const MESSAGE_WAITS_MS = [1 * S, 5 * S];
const JITTER = 0.2;

/** Class B failures in a row, without a success, from which the whole endpoint waits. */
export const BUSY_LIMIT = 5;
/** Parked messages in a row, without a success, from which class D counts as C. */
export const PARKED_LIMIT = 5;

/** One wait of a ladder and the place from which the next one is taken. */
export interface Step {
  readonly waitMs: number;
  readonly nextStep: number;
}

/** The next wait of an endpoint, jitter included. Class A climbs to 60 s, the others to 300 s. */
export function endpointWait(failure: FailureClass, step: number, random: Random): Step {
  return climb(failure === 'A' ? LINK_LADDER_MS : ENDPOINT_LADDER_MS, step, random);
}

/** The next wait of a lane after a class B failure, jitter included. */
export function laneWait(step: number, random: Random): Step {
  return climb(LANE_LADDER_MS, step, random);
}

/** The wait before the next try of a message that class D refused `tries` times; undefined when it is to be parked. */
export function messageWait(tries: number, random: Random): number | undefined {
  const waitMs = MESSAGE_WAITS_MS[tries - 1];
  return waitMs === undefined ? undefined : jitter(waitMs, random);
}

/** The least wait after a status that names none itself (webhooks.md 1, penalty): jitter only lengthens it. */
export function penaltyMs(status: number | undefined, random: Random): number {
  const leastMs = status === 429 ? 60 * S : status === 503 ? 30 * S : 0;
  return leastMs * (1 + JITTER * random());
}

/** The longest that a lane's wait can be at `step`: what a stored wait is cut to when the wall clock was set back. */
export function longestLaneWaitMs(step: number): number {
  const ladderMs = LANE_LADDER_MS[Math.min(step, LANE_LADDER_MS.length - 1)] ?? 0;
  return Math.max(ladderMs, ...MESSAGE_WAITS_MS) * (1 + JITTER);
}

function climb(ladderMs: readonly number[], step: number, random: Random): Step {
  const last = ladderMs.length - 1;
  const place = Math.min(step, last);
  return { waitMs: jitter(ladderMs[place] ?? 0, random), nextStep: Math.min(place + 1, last) };
}

function jitter(waitMs: number, random: Random): number {
  return Math.round(waitMs * (1 - JITTER + 2 * JITTER * random()));
}
