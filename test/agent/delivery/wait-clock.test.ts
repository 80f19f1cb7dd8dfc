import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitClock } from '../../../agent/delivery/wait-clock.ts';
import { ManualClock } from '../../clock.ts';
import { answer, Bench } from './bench.ts';

const DAY_MS = 24 * 3_600_000;
/** Nothing may stay due and unsent for longer. */
const LATEST_MS = 5_000;

/** A bench whose one event waits an hour, as its receiver asked. */
async function waitingAnHour(): Promise<Bench> {
  const bench = await new Bench().start();
  bench.receiver = () => answer(503, '3600');
  await bench.accept('a');
  bench.receiver = () => answer(200);
  await bench.clock.advance(60_000);
  return bench;
}

test('a wall clock set forward by a day: what is due by it is sent within 5 s', async () => {
  const bench = await waitingAnHour();
  bench.clock.step(DAY_MS);
  await bench.clock.advance(LATEST_MS);
  assert.equal(bench.sent.length, 2);
});

test('a wall clock set back by a day: a wait lasts no longer than it was made for', async () => {
  const bench = await waitingAnHour();
  bench.clock.step(-DAY_MS);
  await bench.clock.advance(3_600_000 - 60_000);
  assert.equal(bench.sent.length, 2);
});

test('timers that stood still, as in a process that was stopped: what fell due is sent within 5 s', async () => {
  const bench = await waitingAnHour();
  bench.clock.stall(2 * 3_600_000);
  await bench.clock.advance(LATEST_MS);
  assert.equal(bench.sent.length, 2);
});

test('a machine that slept: its monotonic clock stood still, the wall clock did not', async () => {
  const bench = await waitingAnHour();
  bench.clock.step(2 * 3_600_000); // the same, seen from the process
  await bench.clock.advance(LATEST_MS);
  assert.equal(bench.sent.length, 2);
});

test('also the wait of a lane, of a refused message and of the rate', async () => {
  for (const [outcome, settings] of [
    [answer(500), {}],
    [answer(422), {}],
    [answer(200), { rateLimit: 1 }],
  ] as const) {
    for (const stepMs of [DAY_MS, -DAY_MS]) {
      const bench = await new Bench(settings).start();
      bench.receiver = () => outcome;
      await bench.accept('a', 'a');
      await bench.clock.advance(30_000);
      bench.receiver = () => answer(200);
      bench.clock.step(stepMs);
      await bench.clock.advance(65_000);
      assert.deepEqual(bench.journal.sequences('pending', 'a'), []);
    }
  }
});

test('a wait that nothing disturbs ends to the millisecond, and one that is cancelled never', async () => {
  const clock = new ManualClock();
  const waits = new WaitClock(clock);
  const startMs = clock.now();
  const endedMs: number[] = [];
  waits.after(10_001, () => endedMs.push(clock.now() - startMs));
  waits.after(0, () => endedMs.push(clock.now() - startMs));
  const cancel = waits.after(9_000, () => assert.fail('was cancelled'));
  await clock.advance(8_500);
  cancel();
  await clock.advance(60_000);
  assert.deepEqual(endedMs, [0, 10_001]);
  assert.equal(clock.nextAtMs, undefined);
});
