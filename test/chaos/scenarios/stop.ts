import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { WELL } from '../behaviour.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Tally } from '../tally.ts';

const ROUNDS = { short: 3, full: 20 } as const;
/** The goal is 5 s; in the short form, which shares its machine with other tests, only a hang reaches the limit. */
const LONGEST_STOP_MS = { short: 30_000, full: 5_000 } as const;
const EVENTS_PER_SECOND = 500;
/** Longer than a stop waits for requests in flight. */
const SLOW_MS = 10_000;
/** A second signal within 1 s is the same Ctrl-C, sent twice. */
const SECOND_SIGNAL_MS = 1_200;

export const stop: Scenario = {
  name: 'stop',
  what: `SIGTERM under load with quick and slow requests in flight, and a second SIGTERM`,
  run,
};

async function run({ random, scale, open, note }: Run): Promise<Tally> {
  await using site = await open();
  let slowestMs = 0;
  for (let round = 0; round < ROUNDS[scale]; round += 1) {
    await site.behave({ ...WELL, delayMs: round % 2 === 0 ? random.between(0, 300) : SLOW_MS });
    const gateway = await site.start();
    await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
    await sleep(random.between(200, 1_500));
    const startedAt = performance.now();
    assert.equal(await gateway.end('SIGTERM'), 0, 'an orderly stop');
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await site.source.ask('rate', { perSecond: 0 });
  }
  assert.ok(slowestMs < LONGEST_STOP_MS[scale], `a stop took ${slowestMs.toFixed(0)} ms`);
  note(`slowest orderly stop ${slowestMs.toFixed(0)} ms`);

  await site.behave({ ...WELL, delayMs: SLOW_MS });
  const gateway = await site.start({ GIRO_LOG: 'info' });
  await sleep(500);
  gateway.child.kill('SIGTERM');
  await gateway.line(/gateway stopping/);
  await sleep(SECOND_SIGNAL_MS);
  const startedAt = performance.now();
  assert.equal(await gateway.end('SIGTERM'), 1, 'a second signal ends it at once');
  note(`the second SIGTERM took ${(performance.now() - startedAt).toFixed(0)} ms`);
  return await site.settle(await site.start());
}
