import assert from 'node:assert/strict';
import type { Idle } from '../idle-child.ts';
import { Part } from '../part.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Site } from '../site.ts';
import type { Tally } from '../tally.ts';
import { megabytes } from '../vitals.ts';

const HOURS = { short: 6, full: 24 } as const;
const WARM_UP_HOURS = 2;
/** In the short form the warm-up itself is what is seen. */
const GROWTH_BYTES = { short: 60e6, full: 10e6 } as const;
const EVENTS = 200;

export const idle: Scenario = {
  name: 'idle',
  what: `simulated hours without an access (${HOURS.full}, in the short form ${HOURS.short}), between some: memory and file descriptors stay as they are`,
  run,
};

async function run({ scale, open, note }: Run): Promise<Tally> {
  await using site = await open();
  await using gateway = new Part<Idle>('./idle-child.ts');
  await gateway.ask('start', { config: site.config });
  await deliver(site, EVENTS);
  const { rss, descriptors } = await gateway.ask('pass', { hours: HOURS[scale] });
  await deliver(site, 2 * EVENTS);
  await gateway.ask('stop', undefined);

  const warm = rss.slice(WARM_UP_HOURS);
  const growth = (warm.at(-1) ?? 0) - (warm[0] ?? 0);
  const opened = descriptors.slice(WARM_UP_HOURS);
  note(
    `memory ${megabytes(rss[0] ?? 0)} to ${megabytes(rss.at(-1) ?? 0)}, ${descriptors.at(-1)} descriptors`,
  );
  assert.ok(growth < GROWTH_BYTES[scale], `memory grew by ${megabytes(growth)}`);
  assert.ok(Math.max(...opened) - Math.min(...opened) <= 1, `file descriptors: ${opened.join(' ')}`);
  const acknowledged = await site.source.ask('count', undefined);
  return await site.receiver.ask('tally', { acknowledged });
}

async function deliver(site: Site, total: number): Promise<void> {
  await site.source.ask('burst', { count: EVENTS });
  await site.source.ask('drained', undefined);
  assert.equal(await site.receiver.ask('delivered', { count: total }), total);
}
