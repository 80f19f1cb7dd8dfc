import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, Bench, fault, HeldAnswers } from './bench.ts';
import { MemoryJournal } from './memory-journal.ts';

const batch = { size: 3, format: 'json' } as const;
const ways = [
  { order: 'strict' },
  { order: 'none' },
  { backlog: 'liveFirst' },
  { batch },
  { order: 'none', batch },
] as const;

for (const way of ways) {
  test(`${JSON.stringify(way)}: what an operator sends again goes by itself, as a replay, also after a restart`, async () => {
    const bench = await new Bench(way).start();
    bench.receiver = () => fault('ENOTFOUND');
    await bench.accept('a', 'b', 'a', 'b');
    bench.receiver = () => answer(200);
    await bench.clock.advance(60_000);
    const first = bench.sent.length;
    bench.journal.replay([2, 3]);
    bench.dispatcher.replay('crm');
    await bench.clock.advance(0);
    const again = bench.sent.slice(first);
    assert.deepEqual(
      again.map(({ sequences, id, replay, late }) => [sequences, id, replay, late]),
      [
        [[2], 'evt-crm-2', true, false],
        [[3], 'evt-crm-3', true, false],
      ],
    );
    await bench.dispatcher.stop(0);

    bench.journal.replay([1]);
    const restarted = await new Bench({ ...way, journal: bench.journal, clock: bench.clock }).start();
    await restarted.accept('a');
    await restarted.clock.advance(0);
    assert.deepEqual([...restarted.sequences].sort(), [1, 5]);
    assert.deepEqual(restarted.journal.sequences('pending', '@replay'), []);
  });

  test(`${JSON.stringify(way)}: what an operator discards is not sent any more, and the rest is`, async () => {
    const bench = await new Bench(way).start();
    bench.receiver = () => fault('ENOTFOUND');
    await bench.accept('a', 'b', 'a', 'b', 'a', 'b');
    bench.sent.length = 0;
    bench.journal.discard([1, 4]);
    bench.dispatcher.discard('crm', [1, 4]);
    bench.receiver = () => answer(200);
    await bench.clock.advance(60_000);
    const all = bench.sent.flatMap(({ sequences }) => sequences);
    assert.deepEqual([...all].sort(), [2, 3, 5, 6]);
  });
}

test('a member discarded while its batch is in flight: what is tried again is another batch without it', async () => {
  const journal = new MemoryJournal();
  journal.accept(['a', 'a', 'a']);
  const held = new HeldAnswers();
  const bench = new Bench({ batch, journal });
  bench.receiver = held.receiver;
  await bench.start();
  journal.discard([2]);
  bench.dispatcher.discard('crm', [2]);
  await held.release(1, answer(500));
  await bench.clock.advance(0);
  assert.deepEqual(
    bench.sent.map(({ sequences }) => sequences),
    [
      [1, 2, 3],
      [1, 3],
    ],
  );
  assert.notEqual(bench.sent[0]?.id, bench.sent[1]?.id);
});

test('a batch in the attempt log: a row for each event, the answer with the first', async () => {
  const journal = new MemoryJournal();
  journal.accept(['a', 'a']);
  const bench = new Bench({ batch, journal });
  bench.receiver = () => ({ ...answer(200), body: Buffer.from('ok') }) as ReturnType<typeof answer>;
  await bench.start();
  const rows = journal.marks.flatMap((mark) => (mark.kind === 'attempt' ? [mark.attempt] : []));
  assert.deepEqual(
    rows.map(({ sequence, outcome, answer }) => [sequence, outcome, answer !== undefined]),
    [
      [1, 'ok', true],
      [2, 'ok', false],
    ],
  );
});
