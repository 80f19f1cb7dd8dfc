import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_LANES } from '../../../agent/events/delivery.ts';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const LANES = ['catraca-1', 'catraca-2', 'catraca-1', 'catraca-2'];
const events = LANES.map((lane, place) => eventOf(place + 1, { lane }));

test('pending of all lanes comes in the order of the sequences', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  await journal.accept({ events });
  const marked = journal.mark({ kind: 'delivered', webhook: 'crm', sequence: 2, atMs: 1, status: 200 });
  const page = await journal.pending('crm', undefined, 0, 2);
  assert.deepEqual(
    page.map(({ sequence, lane }) => [sequence, lane]),
    [
      [1, 'catraca-1'],
      [3, 'catraca-1'],
    ],
  );
  assert.deepEqual(
    (await journal.pending('crm', undefined, 3, 2)).map(({ sequence }) => sequence),
    [4],
  );
  await marked;
});

test('a batch is kept with its deliveries until they end', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events });
  const marked = journal.mark(
    { kind: 'delivered', webhook: 'crm', sequence: 3, atMs: 1, status: 200 },
    { kind: 'batch', webhook: 'crm', sequences: [1, 2, 3], batch: 'b' },
  );
  await journal.close();
  await marked;
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(
    (await next.pending('crm', undefined, 0, 9)).map(({ sequence, batch }) => [sequence, batch]),
    [
      [1, 'b'],
      [2, 'b'],
      [4, undefined],
    ],
  );
});

test('where the numbering, the backlog and the one lane of all stand survives a restart', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events });
  const lane = { webhook: 'crm', lane: ALL_LANES, step: 3, nextAtMs: 99 };
  const marked = journal.mark(
    { kind: 'backlog', webhook: 'crm', throughSequence: 3 },
    { kind: 'lane', state: lane },
  );
  await journal.close();
  await marked;
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.queues, [{ webhook: 'crm', lastSequence: 4, backlogThrough: 3 }]);
  assert.deepEqual(
    next.state.lanes.filter((state) => state.lane === ALL_LANES),
    [{ ...lane, pending: 0 }],
  );
});
