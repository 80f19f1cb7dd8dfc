import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TurnstileState } from '../../../agent/events/turnstile-state.ts';
import type { EndpointState } from '../../../agent/events/webhook-state.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

const endpoint: EndpointState = {
  webhook: 'crm',
  state: 'waiting',
  class: 'A',
  untilMs: 9000,
  step: 3,
  failingSinceMs: 1000,
  busyInARow: 2,
  parkedInARow: 1,
  last: { atMs: 8000, outcome: 'refused' },
};
const healthy: EndpointState = {
  webhook: 'crm',
  state: 'open',
  step: 0,
  busyInARow: 0,
  parkedInARow: 0,
  last: { atMs: 9500, status: 200, outcome: 'ok' },
};
const turnstile: TurnstileState = {
  turnstile: 'catraca-1',
  state: 'offline',
  sinceMs: 77,
  problem: { code: 'LINK_FAILED', detail: '192.168.0.200:3000' },
  manufacturer: 'Henry',
  model: 'Primme',
  serial: '123',
  firmware: '8.0.1',
  clockSkewMs: -1500,
};
const online: TurnstileState = { turnstile: 'catraca-1', state: 'online', sinceMs: 99 };

test('status of turnstiles and webhooks while the gateway writes, and after it ended', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.deepEqual([reader.turnstiles(), reader.webhooks(), reader.unrecognised()], [[], [], []]);

  const marked = journal.mark({ kind: 'endpoint', state: endpoint }, { kind: 'turnstile', state: turnstile });
  await journal.accept({ events: [eventOf(1), eventOf(2), eventOf(3, { lane: 'catraca-2' }), eventOf(4)] });
  await marked;
  assert.deepEqual(reader.turnstiles(), [{ ...turnstile, lastAccessAtMs: eventOf(4).occurredAtMs }]);
  assert.deepEqual(reader.webhooks(), [
    { ...endpoint, pending: 4, parked: 0, oldestPendingAtMs: eventOf(1).recordedAtMs },
  ]);

  const ended = journal.mark(
    { kind: 'delivered', webhook: 'crm', sequence: 1, atMs: 9500, status: 200 },
    { kind: 'parked', webhook: 'crm', sequence: 2, atMs: 9600, status: 400, outcome: 'http_400' },
    { kind: 'endpoint', state: healthy },
    { kind: 'turnstile', state: online },
  );
  await journal.close();
  await ended;
  assert.deepEqual(reader.turnstiles(), [{ ...online, lastAccessAtMs: eventOf(4).occurredAtMs }]);
  assert.deepEqual(reader.webhooks(), [
    {
      ...healthy,
      pending: 2,
      parked: 1,
      oldestPendingAtMs: eventOf(3).recordedAtMs,
      lastDeliveredAtMs: 9500,
    },
  ]);
});

test('events are found by time, unit, turnstile, person and id, newest last', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const reader = openReader(folder);
  t.after(() => reader.close());
  const { access: _, ...relayed } = eventOf(5, { name: 'notificarPagamento', lane: 'pacto', webhooks: [] });
  await journal.accept({
    events: [eventOf(2), eventOf(1), eventOf(3, { unit: 'sul', lane: 'catraca-9' }), eventOf(4), relayed],
  });
  const numbers = (filter: Parameters<typeof reader.events>[0]) =>
    reader.events(filter).map(({ id }) => Number.parseInt(id.slice(-12), 16));
  const at = (n: number) => eventOf(n).occurredAtMs;

  assert.deepEqual(numbers({ limit: 10 }), [1, 2, 3, 4, 5]);
  assert.deepEqual(numbers({ limit: 2 }), [4, 5]);
  assert.deepEqual(numbers({ limit: 10, sinceMs: at(2), untilMs: at(4) }), [2, 3]);
  assert.deepEqual(numbers({ limit: 10, unit: 'sul' }), [3]);
  assert.deepEqual(numbers({ limit: 10, turnstile: 'catraca-1' }), [1, 2, 4]);
  assert.deepEqual(numbers({ limit: 10, person: 'p1' }), [1, 4]);
  assert.deepEqual(numbers({ limit: 10, person: 'p1', sinceMs: at(2) }), [4]);
  assert.deepEqual(numbers({ limit: 10, id: idOf(4) }), [4]);
  assert.deepEqual(numbers({ limit: 10, id: idOf(99) }), []);
  assert.deepEqual(numbers({ limit: 10, id: 'nonsense' }), []);
});

test('an event shows what became of each of its deliveries', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const { content: _, webhooks: __, ...want } = eventOf(1);
  await journal.accept({ events: [eventOf(1, { webhooks: ['crm', 'bi', 'erp'] })] });
  const marked = journal.mark(
    { kind: 'tried', webhook: 'bi', sequence: 1, tries: 2 },
    { kind: 'delivered', webhook: 'crm', sequence: 1, atMs: 50, status: 204 },
    { kind: 'parked', webhook: 'erp', sequence: 1, atMs: 60, outcome: 'by_operator' },
  );
  await journal.close();
  await marked;
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.deepEqual(reader.events({ limit: 1 }), [
    {
      ...want,
      deliveries: [
        { webhook: 'crm', sequence: 1, state: 'delivered', tries: 0, status: 204, outcome: 'ok', atMs: 50 },
        { webhook: 'bi', sequence: 1, state: 'pending', tries: 2 },
        { webhook: 'erp', sequence: 1, state: 'parked', tries: 0, outcome: 'by_operator', atMs: 60 },
      ],
    },
  ]);
});

test('no journal, and a journal that nobody set up yet, are JOURNAL_MISSING', (t) => {
  const folder = makeFolder(t);
  assert.throws(() => openReader(join(folder, 'nowhere')), { code: 'JOURNAL_MISSING' });
  writeFileSync(join(folder, 'journal.db'), '');
  assert.throws(() => openReader(folder), { code: 'JOURNAL_MISSING' });
});

test('a file that cannot be read is JOURNAL_FAILED', (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'journal.db'), 'text '.repeat(1000));
  assert.throws(() => openReader(folder), { code: 'JOURNAL_FAILED' });
  const other = makeFolder(t);
  mkdirSync(join(other, 'journal.db'));
  assert.throws(() => openReader(other), { code: 'JOURNAL_FAILED' });
});
