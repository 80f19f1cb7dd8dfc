import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mark } from '../../../agent/journal/records.ts';
import { answer, Bench } from './bench.ts';

function parked(marks: readonly Mark[]): Mark[] {
  return marks.filter(({ kind }) => kind === 'parked');
}

test('a refused message is parked after three tries, with its last answer, and its lane goes on', async () => {
  const bench = await new Bench().start();
  bench.receiver = ({ sequence }) => answer(sequence === 1 ? 422 : 200);
  await bench.accept('a', 'b');
  await bench.accept('a', 'b');
  assert.deepEqual(bench.journal.sequences('delivered', 'b'), [2, 4]); // the other lane did not wait
  await bench.clock.advance(5_999);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), []);
  await bench.clock.advance(1);
  const tries = bench.sent.filter(({ sequence }) => sequence === 1);
  assert.deepEqual(
    tries.map(({ attempt, atMs }) => [attempt, atMs - tries[0]!.atMs]),
    [
      [1, 0],
      [2, 1_000],
      [3, 6_000],
    ],
  );
  assert.deepEqual(parked(bench.journal.marks), [
    {
      kind: 'parked',
      webhook: 'crm',
      sequence: 1,
      atMs: bench.clock.now(),
      status: 422,
      outcome: 'http_422',
    },
  ]);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [3]);
  assert.equal(bench.endpoint.state, 'open');
  assert.deepEqual(bench.log.at('warn'), ['parked']);
});

test('used-up tries survive a restart', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => answer(400);
  await bench.accept('a');
  await bench.clock.advance(1_000);
  assert.equal(bench.sent.length, 2);
  await bench.dispatcher.stop(0);

  const { journal, clock } = bench;
  const again = await new Bench({ journal, clock }).start();
  again.receiver = () => answer(400);
  await clock.advance(4_999);
  assert.equal(again.sent.length, 0);
  await clock.advance(1);
  assert.deepEqual(
    again.sent.map(({ attempt }) => attempt),
    [3],
  );
  assert.deepEqual(journal.sequences('parked', 'a'), [1]);
});

test('a receiver that refuses everything parks five, then counts as class C, and the backlog stays', async () => {
  const bench = await new Bench({ maxInFlight: 1 }).start();
  bench.receiver = () => answer(400);
  await bench.accept(...Array<string>(50).fill('a'));
  await bench.clock.advance(30 * 24 * 3_600_000);
  assert.deepEqual(bench.journal.sequences('parked', 'a'), [1, 2, 3, 4, 5]);
  assert.deepEqual([bench.endpoint.state, bench.endpoint.class], ['waiting', 'C']);

  bench.receiver = () => answer(200);
  await bench.clock.advance(300_000);
  assert.equal(bench.journal.sequences('delivered', 'a').length, 45);
  assert.equal(bench.endpoint.parkedInARow, 0);
});

test('a 2xx in between keeps single bad messages single', async () => {
  const bench = await new Bench().start();
  bench.receiver = ({ sequence }) => answer(sequence % 2 === 0 ? 400 : 200);
  await bench.accept(...Array<string>(20).fill('a'));
  await bench.clock.advance(10 * 6_000);
  assert.equal(bench.journal.sequences('parked', 'a').length, 10);
  assert.equal(bench.journal.sequences('delivered', 'a').length, 10);
});
