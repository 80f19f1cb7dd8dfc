/** How the receiver behaves. */
export interface Behaviour {
  /** Whether connections are taken at all; else they are reset, as by a host whose program is down. */
  readonly isUp: boolean;
  /** Share of requests answered with 500, 0 to 1. */
  readonly failing: number;
  /** Before the answer. */
  readonly delayMs: number;
}

export const WELL: Behaviour = { isUp: true, failing: 0, delayMs: 0 };
export const DOWN: Behaviour = { ...WELL, isUp: false };
export const FAILING: Behaviour = { ...WELL, failing: 0.2 };
