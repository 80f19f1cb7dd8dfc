import assert from 'node:assert/strict';
import type { Run, Scenario } from '../scenario.ts';
import type { Tally } from '../tally.ts';
import { descriptorsOf, megabytes, rssOf } from '../vitals.ts';

const EVENTS = { short: 20_000, full: 1_000_000 } as const;
/** In so many steps, each delivered before the next begins. */
const STEPS = 50;
/** Share of the steps after which nothing more may grow. */
const WARM_UP = 0.4;
/** In the short form the warm-up itself is what is seen. */
const GROWTH_BYTES = { short: 60e6, full: 10e6 } as const;
/** On average; connections to the receiver come and go, and a leak of one a step would be 15. */
const DESCRIPTORS = 4;

export const endurance: Scenario = {
  name: 'endurance',
  what: `events as fast as they go (${EVENTS.full}, in the short form ${EVENTS.short}): memory and file descriptors stay as they are`,
  run,
};

async function run({ scale, open, note }: Run): Promise<Tally> {
  await using site = await open({ window: 256 });
  const gateway = await site.start();
  const pid = gateway.child.pid ?? 0;
  const rss: number[] = [];
  const descriptors: number[] = [];
  const startedAt = performance.now();
  for (let step = 1; step <= STEPS; step += 1) {
    await site.source.ask('burst', { count: EVENTS[scale] / STEPS });
    await gateway.whileRunning(site.source.ask('drained', undefined));
    await gateway.whileRunning(site.receiver.ask('delivered', { count: (EVENTS[scale] / STEPS) * step }));
    rss.push(rssOf(pid));
    descriptors.push(descriptorsOf(pid));
  }
  const perSecond = EVENTS[scale] / ((performance.now() - startedAt) / 1000);
  note(`${perSecond.toFixed(0)} events/s from the controller to the receiver`);

  const growth = growthOf(rss.slice(WARM_UP * STEPS));
  const opened = growthOf(descriptors.slice(WARM_UP * STEPS));
  note(`memory ${megabytes(Math.min(...rss))} to ${megabytes(Math.max(...rss))}`);
  note(`growth after the warm-up ${megabytes(growth)}, and ${opened.toFixed(1)} file descriptors`);
  assert.ok(growth < GROWTH_BYTES[scale], `memory grew by ${megabytes(growth)}`);
  assert.ok(opened <= DESCRIPTORS, `file descriptors grew by ${opened}: ${descriptors.join(' ')}`);
  return await site.settle(gateway);
}

/** From the first half to the second, on average. */
function growthOf(values: readonly number[]): number {
  const middle = Math.floor(values.length / 2);
  return mean(values.slice(middle)) - mean(values.slice(0, middle));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
