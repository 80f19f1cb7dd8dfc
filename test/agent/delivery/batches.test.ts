import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinBodies } from '../../../agent/delivery/batches.ts';
import type { Delivery } from '../../../agent/events/delivery.ts';
import { answer, Bench, fault, HeldAnswers, type Sent } from './bench.ts';
import { MemoryJournal } from './memory-journal.ts';

const batch = { size: 3, format: 'json' } as const;

function waiting(count: number, lane = 'a'): MemoryJournal {
  const journal = new MemoryJournal();
  journal.accept(Array<string>(count).fill(lane));
  return journal;
}

const membersOf = (sent: readonly Sent[]): (readonly number[])[] => sent.map(({ sequences }) => sequences);

test('events that wait go together, in order, at most `size` of them', async () => {
  const bench = await new Bench({ batch, journal: waiting(7) }).start();
  assert.deepEqual(membersOf(bench.sent), [[1, 2, 3], [4, 5, 6], [7]]);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 2, 3, 4, 5, 6, 7]);
  const [first, , last] = bench.sent;
  assert.equal(
    first?.body,
    '[{"id":"evt-crm-1","sequencia":1},{"id":"evt-crm-2","sequencia":2},{"id":"evt-crm-3","sequencia":3}]',
  );
  assert.match(first?.id ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(last?.id, 'evt-crm-7', 'one alone goes by its own id');
});

test('at most 256 KiB: a longer one goes alone', async () => {
  const of = (sequence: number, bytes: number): Delivery => ({
    ...new MemoryJournal().accept(['a'])[0]!,
    id: `evt-${sequence}`,
    sequence,
    body: `{"sequencia":${sequence},"x":"${'é'.repeat(bytes / 2)}"}`,
  });
  const journal = new MemoryJournal();
  const bench = await new Bench({ batch, journal }).start();
  bench.receiver = () => fault('ENOTFOUND');
  const rows = [of(1, 100_000), of(2, 100_000), of(3, 100_000), of(4, 300_000)];
  journal.pending = async (_webhook, _lane, after) => rows.filter(({ sequence }) => sequence > after);
  journal.mark = async () => {};
  bench.receiver = () => answer(200);
  bench.dispatcher.offer(rows);
  await bench.clock.advance(0);
  assert.deepEqual(membersOf(bench.sent), [[1, 2], [3], [4]]);
  assert.ok(Buffer.byteLength(bench.sent[0]!.body) <= 256 * 1024);
});

test('a batch stays what it is until it is acknowledged: at every try and after a restart', async () => {
  const bench = new Bench({ batch, journal: waiting(2) });
  bench.receiver = () => fault('ENOTFOUND');
  await bench.start();
  await bench.dispatcher.stop(0);
  const first = new Bench({ batch, journal: bench.journal, clock: bench.clock });
  first.receiver = () => fault('ENOTFOUND');
  const restarted = await first.start();
  await restarted.accept('a', 'a');
  await restarted.clock.advance(20_000);
  await restarted.dispatcher.stop(0);
  const last = await new Bench({ batch, journal: bench.journal, clock: bench.clock }).start();
  await last.clock.advance(60_000);
  const tries = [...bench.sent, ...restarted.sent, last.sent[0]!];
  assert.ok(tries.length > 3);
  assert.deepEqual(new Set(tries.map(({ body }) => body)).size, 1);
  assert.deepEqual(new Set(tries.map(({ id }) => id)).size, 1);
  assert.deepEqual(membersOf(last.sent), [
    [1, 2],
    [3, 4],
  ]);
});

test('a batch with a member less is another batch', async () => {
  const [one, two, three] = new MemoryJournal().accept(['a', 'a', 'a']);
  assert.notEqual(joinBodies([one!, two!], 'json').id, joinBodies([one!, two!, three!], 'json').id);
  assert.equal(
    joinBodies([one!, two!], 'cloudevents').contentType,
    'application/cloudevents-batch+json; charset=utf-8',
  );
});

test('a refused batch is sent event by event: the poison is parked alone', async () => {
  const bench = new Bench({ batch, journal: waiting(6) });
  bench.receiver = ({ sequences }) => answer(sequences.includes(2) ? 422 : 200);
  await bench.start();
  await bench.clock.advance(10_000);
  assert.deepEqual(membersOf(bench.sent), [[1, 2, 3], [1], [2], [2], [2], [3], [4, 5, 6]]);
  assert.deepEqual(bench.journal.sequences('parked', 'a'), [2]);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 3, 4, 5, 6]);
});

test('what left a refused batch goes alone after a restart too', async () => {
  const bench = new Bench({ batch, journal: waiting(3) });
  bench.receiver = ({ sequences }) => (sequences.length > 1 ? answer(400) : fault('ENOTFOUND'));
  await bench.start();
  await bench.dispatcher.stop(0);
  const again = await new Bench({ batch, journal: bench.journal, clock: bench.clock }).start();
  await again.clock.advance(1_000);
  assert.deepEqual(membersOf(again.sent), [[1], [2], [3]]);
});

test('order: none sends batches at a time', async () => {
  const held = new HeldAnswers();
  const bench = new Bench({ batch, order: 'none', journal: waiting(12) });
  bench.receiver = held.receiver;
  await bench.start();
  assert.deepEqual(membersOf(bench.sent), [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
    [10, 11, 12],
  ]);
});

test('a disk that does not take the batch: its events go one by one', async () => {
  const journal = waiting(2);
  const mark = journal.mark.bind(journal);
  journal.mark = (...marks) =>
    marks.some(({ kind }) => kind === 'batch') ? new Promise(() => {}) : mark(...marks);
  const bench = await new Bench({ batch, journal }).start();
  assert.deepEqual(bench.sequences, []);
  await bench.clock.advance(1_000);
  assert.deepEqual(membersOf(bench.sent), [[1], [2]]);
});
