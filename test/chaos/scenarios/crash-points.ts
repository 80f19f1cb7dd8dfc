import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRASH_POINTS, type CrashPoint } from '../../../agent/journal/crash-points.ts';
import { DAMAGE_NOTE } from '../../../agent/journal/file.ts';
import { MIGRATIONS } from '../../../agent/journal/migrations.ts';
import { OLD_EVENTS, OLD_TURNSTILE, writeOldJournal } from '../old-journal.ts';
import type { Random } from '../random.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Site } from '../site.ts';
import type { Tally } from '../tally.ts';

const TIMES = { short: 1, full: 10 } as const;
const EVENTS_PER_SECOND = 200;
/** Pruning begins at 80 % of the limit, which this many delivered events take. */
const LIMIT = 'journal: { limitMb: 16 }\n';
const PRUNED_EVENTS = 8_000;

export const crashPoints: Scenario = {
  name: 'crash-points',
  what: `the process dies at each of ${CRASH_POINTS.length} points around accept, freeze, deliver, mark, prune, migrate, checkpoint, salvage`,
  run,
};

async function run({ random, scale, open, note }: Run): Promise<Tally> {
  await using site = await open({ extra: LIMIT });
  mkdirSync(site.data, { mode: 0o700 });
  writeOldJournal(site.data);
  await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
  let crashes = 0;
  for (let time = 0; time < TIMES[scale]; time += 1) {
    for (const point of CRASH_POINTS) {
      // The schema is new after the first time; what migrates was met then.
      if (stepOf(point) === 'migrate' && time > 0) continue;
      await crash(site, point, random);
      crashes += 1;
    }
  }
  note(`${crashes} crashes`);
  return await site.settle(await site.start(), new Map([[OLD_TURNSTILE, OLD_EVENTS]]));
}

async function crash(site: Site, point: CrashPoint, random: Random): Promise<void> {
  const step = stepOf(point);
  // What was not pruned before a crash is there for the next point.
  if (point === 'prune:before') await fillUp(site);
  if (step === 'salvage') writeFileSync(join(site.data, DAMAGE_NOTE), '');
  const gateway = site.launch({ GIRO_CRASH_AT: `${point}@${passOf(point, random)}` });
  if (step === 'checkpoint') {
    await gateway.whileRunning(site.source.ask('connected', undefined));
    gateway.child.kill('SIGTERM');
  }
  assert.equal(await gateway.exit, 'SIGKILL', `the process passes ${point}`);
}

/** Enough delivered events for something to be pruned at the next start. */
async function fillUp(site: Site): Promise<void> {
  await site.source.ask('rate', { perSecond: 0 });
  const gateway = await site.start();
  await site.source.ask('burst', { count: PRUNED_EVENTS });
  await gateway.whileRunning(site.source.ask('drained', undefined));
  await gateway.whileRunning(site.receiver.ask('delivered', { count: await site.accepted() }));
  await gateway.end('SIGKILL');
  await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
}

/** Which time that the point is passed. */
function passOf(point: CrashPoint, random: Random): number {
  switch (stepOf(point)) {
    case 'migrate':
      return point === 'migrate:step' ? random.between(1, MIGRATIONS.length - 1) : 1;
    case 'salvage':
    case 'prune':
    case 'checkpoint':
      return 1;
    default:
      return random.between(1, 100);
  }
}

function stepOf(point: CrashPoint): string {
  return point.slice(0, point.indexOf(':'));
}
