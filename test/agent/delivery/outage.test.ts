import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WINDOW_SIZE } from '../../../agent/delivery/lane.ts';
import { ManualClock, settle } from '../../clock.ts';
import { answer, Bench, fault } from './bench.ts';

const DAY_MS = 24 * 3_600_000;
const DAYS = 30;
const LANES = ['a', 'b', 'c', 'd'];
/** Events of one lane and day: 100,000 in all. */
const PER_DAY = Math.ceil(100_000 / DAYS / LANES.length);

/** Lets promises run on at every 16th task only: 650,000 times a turn of the loop would be most of this test's time. */
function seldom(): () => Promise<void> {
  const at = Promise.resolve();
  let calls = 0;
  return () => {
    calls += 1;
    return calls % 16 === 0 ? settle() : at;
  };
}

test('30 days offline with 100,000 events: nothing lost, nothing out of order, nothing used up', async () => {
  const clock = new ManualClock(undefined, seldom());
  const bench = await new Bench({ clock, random: Math.random }).start();
  const kinds = [
    fault('ENOTFOUND'),
    fault('ECONNREFUSED'),
    answer(401),
    answer(503),
    answer(302),
    answer(500),
  ];
  bench.receiver = ({ atMs }) => kinds[Math.floor(atMs / DAY_MS) % kinds.length]!;
  for (let day = 0; day < DAYS; day += 1) {
    for (let count = 0; count < PER_DAY; count += 1) bench.dispatcher.offer(bench.journal.accept(LANES));
    await clock.advance(DAY_MS);
  }
  assert.ok(bench.journal.largestPage <= WINDOW_SIZE, 'what is in memory is bounded');
  const before = bench.sent.length;
  bench.receiver = () => answer(200);
  const drained = (): boolean =>
    bench.sent.length - before >= DAYS * PER_DAY * LANES.length && bench.inFlight === 0;
  for (let second = 0; second < 3_600 && !drained(); second += 1) {
    await clock.advance(1_000);
    for (let turn = 0; turn < 1_000 && !drained(); turn += 1) await settle();
  }

  for (const lane of LANES) {
    const delivered = bench.journal.sequences('delivered', lane);
    assert.equal(delivered.length, DAYS * PER_DAY);
    const mine = new Set(delivered);
    const firstSent = [...new Set(bench.sequences)].filter((sequence) => mine.has(sequence));
    assert.deepEqual(firstSent, delivered);
  }
  assert.equal(bench.sent.length - before, DAYS * PER_DAY * LANES.length, 'each once');
  assert.deepEqual(
    bench.journal.marks.filter(({ kind }) => kind === 'tried' || kind === 'parked'),
    [],
  );
});
