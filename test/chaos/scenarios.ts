import type { Scenario } from './scenario.ts';
import { crashPoints } from './scenarios/crash-points.ts';
import { damage } from './scenarios/damage.ts';
import { kill } from './scenarios/kill.ts';
import { tornLog } from './scenarios/torn-log.ts';

/** All of them, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [kill, crashPoints, tornLog, damage];
