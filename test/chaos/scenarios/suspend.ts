import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GiroProcess } from '../../e2e/processes.ts';
import { type Behaviour, DOWN, WELL } from '../behaviour.ts';
import type { Run, Scenario } from '../scenario.ts';
import type { Site } from '../site.ts';
import type { Tally } from '../tally.ts';

const SUSPENDED_MS = { short: 5_000, full: 60_000 } as const;
/** The promise is 5 s; in the short form, which shares its machine with other tests, only a hang reaches the limit. */
const LONGEST_CATCH_UP_MS = { short: 30_000, full: 5_000 } as const;
/** A busy evening at four turnstiles. */
const EVENTS_PER_SECOND = 5;
/** Long enough for requests in flight, or for a wait after a failure that ends while the process stands still. */
const BEFORE_MS = 1_500;
const SLOW: Behaviour = { ...WELL, delayMs: 300 };
/** How the receiver is when the process is suspended. */
const BEFORE = { short: [DOWN], full: [DOWN, SLOW] } as const;

export const suspend: Scenario = {
  name: 'suspend',
  what: `SIGSTOP for ${SUSPENDED_MS.full / 1_000} s while it waits and while requests are in flight; after SIGCONT all that is due goes out`,
  missing: () => (process.platform === 'win32' ? 'no SIGSTOP' : undefined),
  run,
};

async function run({ scale, open, note }: Run): Promise<Tally> {
  await using site = await open();
  const gateway = await site.start();
  for (const behaviour of BEFORE[scale]) {
    await site.source.ask('rate', { perSecond: EVENTS_PER_SECOND });
    const before = await site.receiver.ask('delivered', { count: 0 });
    await gateway.whileRunning(site.receiver.ask('delivered', { count: before + 1 }));
    await site.behave(behaviour);
    await gateway.whileRunning(sleep(BEFORE_MS));
    const { behind, tookMs } = await suspended(site, gateway, SUSPENDED_MS[scale]);
    note(`${behind} events to send after it, all of them ${(tookMs / 1_000).toFixed(1)} s after SIGCONT`);
    assert.ok(behind > 0, 'something was due');
    assert.ok(tookMs < LONGEST_CATCH_UP_MS[scale], `all that was due went out after ${tookMs.toFixed(0)} ms`);
  }
  return await site.settle(gateway);
}

/** Stops the process; meanwhile accesses happen and the receiver gets well. How much was due then and how long that took. */
async function suspended(
  site: Site,
  gateway: GiroProcess,
  forMs: number,
): Promise<{ behind: number; tookMs: number }> {
  gateway.child.kill('SIGSTOP');
  await sleep(SLOW.delayMs * 2); // what was on its way arrives, and is answered
  await site.behave(WELL);
  const delivered = await site.receiver.ask('delivered', { count: 0 });
  await sleep(forMs);
  assert.equal(await site.receiver.ask('delivered', { count: 0 }), delivered, 'it stands still');
  await site.source.ask('rate', { perSecond: 0 });

  const resumedAt = performance.now();
  gateway.child.kill('SIGCONT');
  await gateway.whileRunning(site.source.ask('drained', undefined));
  const count = await site.accepted();
  await gateway.whileRunning(site.receiver.ask('delivered', { count }));
  return { behind: count - delivered, tookMs: performance.now() - resumedAt };
}
