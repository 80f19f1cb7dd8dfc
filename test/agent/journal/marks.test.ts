import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointState, LaneState } from '../../../agent/events/webhook-state.ts';
import type { Mark } from '../../../agent/journal/records.ts';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const delivered = (sequence: number): Mark => ({
  kind: 'delivered',
  webhook: 'crm',
  sequence,
  atMs: 5,
  status: 200,
});
const parked = (sequence: number): Mark => ({
  kind: 'parked',
  webhook: 'crm',
  sequence,
  atMs: 5,
  outcome: 'http_400',
});

for (const [first, second] of [
  [delivered, delivered],
  [delivered, parked],
  [parked, parked],
  [parked, delivered],
] as const) {
  test(`a delivery ends once: ${first.name}, then ${second.name}`, async (t) => {
    const folder = makeFolder(t);
    const { journal } = await openJournal(t, folder);
    await journal.accept({ events: [eventOf(1), eventOf(2)] });
    const marked = journal.mark(first(1), second(1), {
      kind: 'tried',
      webhook: 'crm',
      sequence: 1,
      tries: 9,
    });
    assert.deepEqual(
      (await journal.pending('crm', 'catraca-1', 0, 10)).map(({ sequence }) => sequence),
      [2],
    );
    await marked;
    await journal.close();
    const { journal: next } = await openJournal(t, folder);
    assert.deepEqual(next.state.lanes, [{ webhook: 'crm', lane: 'catraca-1', step: 0, pending: 1 }]);
  });
}

test('a mark of a delivery that does not exist changes nothing', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1)] });
  const marked = journal.mark(delivered(2), { ...delivered(1), webhook: 'gone' } as Mark);
  await journal.close();
  await marked;
  const { journal: next } = await openJournal(t, folder);
  assert.equal(next.state.lanes[0]?.pending, 1);
});

test('lanes and endpoints continue where their last mark left them', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const lane: LaneState = { webhook: 'crm', lane: 'catraca-1', step: 4, nextAtMs: 12_000 };
  const endpoint: EndpointState = {
    webhook: 'crm',
    state: 'gone',
    class: 'E',
    step: 0,
    busyInARow: 0,
    parkedInARow: 0,
  };
  await journal.accept({ events: [eventOf(1), eventOf(2, { lane: 'catraca-2' }), eventOf(3)] });
  const marked = Promise.all([
    journal.mark({ kind: 'lane', state: { ...lane, step: 3 } }, { kind: 'lane', state: lane }),
    journal.mark({ kind: 'lane', state: { webhook: 'crm', lane: 'catraca-3', step: 1 } }), // nothing pending
    journal.mark({ kind: 'endpoint', state: { ...endpoint, state: 'waiting', untilMs: 5 } }),
    journal.mark({ kind: 'endpoint', state: endpoint }),
  ]);
  await journal.close();
  await marked;
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.endpoints, [endpoint]);
  assert.deepEqual(next.state.lanes, [
    { ...lane, pending: 2 },
    { webhook: 'crm', lane: 'catraca-2', step: 0, pending: 1 },
  ]);
});

test('pending gives a page behind a sequence', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  const events = Array.from({ length: 20 }, (_, n) => eventOf(n, { lane: `catraca-${n % 2}` }));
  await journal.accept({ events });
  const page = await journal.pending('crm', 'catraca-1', 4, 3);
  assert.deepEqual(
    page.map(({ sequence }) => sequence),
    [6, 8, 10],
  );
});
