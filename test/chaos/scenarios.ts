import type { Scenario } from './scenario.ts';
import { crashPoints } from './scenarios/crash-points.ts';
import { damage } from './scenarios/damage.ts';
import { delay } from './scenarios/delay.ts';
import { diskFull } from './scenarios/disk-full.ts';
import { endurance } from './scenarios/endurance.ts';
import { hostile } from './scenarios/hostile.ts';
import { idle } from './scenarios/idle.ts';
import { kill } from './scenarios/kill.ts';
import { network } from './scenarios/network.ts';
import { stop } from './scenarios/stop.ts';
import { suspend } from './scenarios/suspend.ts';
import { tornLog } from './scenarios/torn-log.ts';

/** All of them, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  kill,
  crashPoints,
  tornLog,
  damage,
  diskFull,
  network,
  delay,
  hostile,
  stop,
  suspend,
  endurance,
  idle,
];
