import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, Bench, fault, HeldAnswers } from './bench.ts';

const settings = { backlog: 'liveFirst' } as const;

/** Lane `a` with 1 to 5 from an outage that 1, the probe, has just ended; 2 is in flight. */
async function recovering(): Promise<{ bench: Bench; held: HeldAnswers }> {
  const bench = await new Bench(settings).start();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.accept(...Array<string>(5).fill('a'));
  const held = new HeldAnswers();
  bench.receiver = held.receiver;
  bench.sent.length = 0;
  await bench.clock.advance(1_000);
  await held.release(1, answer(200));
  return { bench, held };
}

const inFlight = (held: HeldAnswers): number[] => held.waiting.map(({ sent }) => sent.sequence).sort();

test('liveFirst: live events go beside the backlog, which stays in order and says that it is late', async () => {
  const { bench, held } = await recovering();
  await bench.accept('a', 'a');
  await held.release(2, answer(200)); // the drain began with one request
  assert.deepEqual(inFlight(held), [3, 6]);
  while (held.waiting.length > 0) await held.waiting.at(-1)!.release(answer(200));
  assert.deepEqual(
    bench.sequences.filter((sequence) => sequence <= 5),
    [1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    bench.sequences.filter((sequence) => sequence > 5),
    [6, 7],
  );
  assert.deepEqual(
    bench.sent.map(({ sequence, late }) => [sequence, late]).sort(([a], [b]) => Number(a) - Number(b)),
    [
      [1, false], // not passed by anyone yet
      [2, true],
      [3, true],
      [4, true],
      [5, true],
      [6, false],
      [7, false],
    ],
  );
});

test('inOrder, the default: live events wait behind the backlog, and nothing is late', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.accept('a', 'a');
  const held = new HeldAnswers();
  bench.receiver = held.receiver;
  await bench.clock.advance(1_000);
  await held.release(1, answer(200));
  await bench.accept('a');
  assert.deepEqual(inFlight(held), [2]);
  assert.ok(bench.sent.every(({ late }) => !late));
});

test('a restart in the middle: backlog and live events go on beside each other', async () => {
  const { bench, held } = await recovering();
  await bench.accept('a', 'a');
  await held.release(2, answer(200));
  const stopped = bench.dispatcher.stop(0);
  await bench.clock.advance(0);
  await stopped;
  const again = new Bench({ ...settings, journal: bench.journal, clock: bench.clock });
  again.receiver = held.receiver;
  held.waiting.length = 0;
  await again.start();
  assert.deepEqual(inFlight(held), [3, 6]);
  assert.deepEqual(again.sent.map(({ sequence, late }) => [sequence, late]).sort(), [
    [3, true],
    [6, false],
  ]);
});

test('a second outage before the backlog is gone: what waited in it joins the backlog behind the first', async () => {
  const { bench, held } = await recovering();
  await bench.accept('a', 'a', 'a'); // 6 to 8
  await held.release(2, answer(200));
  await held.release(6, answer(200));
  await held.release(3, fault('ENOTFOUND'));
  for (const { release } of [...held.waiting]) await release(fault('ENOTFOUND'));
  await bench.accept('a'); // 9, also in the outage
  bench.sent.length = 0;
  bench.receiver = () => answer(200);
  await bench.clock.advance(60_000);
  await bench.accept('a');
  assert.deepEqual(bench.journal.sequences('pending', 'a'), []);
  assert.deepEqual(
    [...bench.sequences].sort((x, y) => x - y),
    [3, 4, 5, 7, 8, 9, 10],
  );
  const late = bench.sent.filter((sent) => sent.late).map(({ sequence }) => sequence);
  assert.deepEqual(
    late,
    [...late].sort((x, y) => x - y),
  );
  assert.ok(!late.includes(10));
});
