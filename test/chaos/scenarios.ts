import type { Scenario } from './scenario.ts';
import { crashPoints } from './scenarios/crash-points.ts';
import { kill } from './scenarios/kill.ts';

/** All of them, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [kill, crashPoints];
