import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openReader } from '../../../agent/journal/queries.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

test('an accepted event is a delivery with the body that will be sent', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  const event = eventOf(7, { webhooks: ['crm', 'bi'], content: '{"evento":"notificarAcesso","x":"é"}' });
  const { deliveries, duplicates } = await journal.accept({ events: [event] });
  const want = {
    lane: 'catraca-1',
    sequence: 1,
    id: idOf(7),
    name: 'notificarAcesso',
    unit: 'centro',
    body: `{"id":"${idOf(7)}","sequencia":1,"evento":"notificarAcesso","x":"é"}`,
    tries: 0,
  } as const;
  assert.deepEqual(deliveries, [
    { webhook: 'crm', ...want },
    { webhook: 'bi', ...want },
  ]);
  assert.deepEqual(duplicates, []);
  assert.deepEqual(await journal.pending('crm', 'catraca-1', 0, 10), [{ webhook: 'crm', ...want }]);
});

test('sequences are gap-free for each webhook under concurrent accepts and duplicates', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  const accepted = await Promise.all(
    Array.from({ length: 600 }, (_, n) =>
      journal.accept({
        // every third comes twice; every second goes to a second webhook as well
        events: [eventOf(n), ...(n % 3 === 0 ? [eventOf(n)] : [])].map((event) => ({
          ...event,
          lane: `catraca-${n % 4}`,
          webhooks: n % 2 === 0 ? ['crm', 'bi'] : ['crm'],
        })),
      }),
    ),
  );
  const sequences = (webhook: string) =>
    accepted.flatMap(({ deliveries }) =>
      deliveries.filter((delivery) => delivery.webhook === webhook).map(({ sequence }) => sequence),
    );
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  assert.deepEqual(sequences('crm'), upTo(600), 'in the order of the calls');
  assert.deepEqual(sequences('bi'), upTo(300));
  assert.equal(accepted.flatMap(({ duplicates }) => duplicates).length, 200);
});

test('a known id stores no event, while the rest of its call counts', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const access = { turnstile: 'catraca-1', key: '17', deadlineMs: 5, state: '{}' };
  await journal.accept({ opened: [access], events: [eventOf(1)] });
  const again = await journal.accept({
    closed: [access],
    opened: [{ ...access, key: '18' }],
    events: [eventOf(1), eventOf(2)],
    cursor: { turnstile: 'catraca-1', position: '42' },
  });
  assert.deepEqual(again.duplicates, [idOf(1)]);
  assert.deepEqual(
    again.deliveries.map(({ id, sequence }) => ({ id, sequence })),
    [{ id: idOf(2), sequence: 2 }],
  );
  await journal.close();
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.openAccesses, [{ ...access, key: '18' }]);
  assert.deepEqual(next.state.cursors, [{ turnstile: 'catraca-1', position: '42' }]);
});

test('a key may be closed and opened again in one call', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const access = { turnstile: 'catraca-1', key: '17', deadlineMs: 5, state: 'first' };
  await journal.accept({ opened: [access] });
  await journal.accept({ closed: [access], opened: [{ ...access, state: 'second' }] });
  await journal.close();
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.openAccesses, [{ ...access, state: 'second' }]);
});

const refused = [
  { name: 'an id that is no UUID', event: eventOf(2, { id: 'seventeen' }), message: /no lower-case UUID/ },
  { name: 'content that is no object', event: eventOf(2, { content: '[]' }), message: /no JSON object/ },
  { name: 'a time with a fraction', event: eventOf(2, { occurredAtMs: 1.5 }), message: /SQLITE_CONSTRAINT/ },
];
for (const { name, event, message } of refused) {
  test(`${name} is refused alone and leaves nothing of its call behind`, async (t) => {
    const folder = makeFolder(t);
    const { journal } = await openJournal(t, folder);
    const [before, bad, after] = await Promise.allSettled([
      journal.accept({ events: [eventOf(1)] }),
      journal.accept({
        opened: [{ turnstile: 'catraca-1', key: 'k', deadlineMs: 1, state: '{}' }],
        events: [eventOf(10), event],
      }),
      journal.accept({ events: [eventOf(3)] }),
    ]);
    assert.equal(bad.status, 'rejected');
    assert.equal(bad.reason.code, 'JOURNAL_FAILED');
    assert.match(bad.reason.message, message);
    assert.equal(before.status === 'fulfilled' && before.value.deliveries[0]?.sequence, 1);
    assert.equal(after.status === 'fulfilled' && after.value.deliveries[0]?.sequence, 2);
    await journal.close();
    const { journal: next } = await openJournal(t, folder);
    assert.deepEqual(next.state.openAccesses, []);
    const reader = openReader(folder);
    t.after(() => reader.close());
    assert.deepEqual(
      reader.events({ limit: 10 }).map(({ id }) => id),
      [idOf(1), idOf(3)],
    );
  });
}

test('unrecognised bytes are kept as they were at the call, without the buffer behind them', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const buffer = new Uint8Array(1 << 20).fill(0x41);
  const stored = journal.accept({
    unrecognised: [
      { turnstile: 'catraca-1', atMs: 5, bytes: buffer.subarray(10, 13) },
      { turnstile: 'catraca-1', atMs: 9, bytes: buffer.subarray(0, 1) },
    ],
  });
  buffer.fill(0);
  await stored;
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.deepEqual(reader.unrecognised(), [{ turnstile: 'catraca-1', count: 2, lastAtMs: 9 }]);
  await journal.close();
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(join(folder, 'journal.db'), { readonly: true });
  t.after(() => db.close());
  assert.deepEqual(db.prepare('SELECT bytes FROM unrecognised ORDER BY at').pluck().all(), [
    Buffer.from('AAA'),
    Buffer.from('A'),
  ]);
});

test('nobody but the owner may read the files', { skip: process.platform === 'win32' }, async (t) => {
  const folder = join(makeFolder(t), 'data');
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1)] });
  const modes = ['.', 'journal.db', 'journal.db-wal', 'journal.db-shm', 'owner.lock', 'owner.pid'].map(
    (name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)],
  );
  assert.deepEqual(modes, [
    ['.', '700'],
    ['journal.db', '600'],
    ['journal.db-wal', '600'],
    ['journal.db-shm', '600'],
    ['owner.lock', '600'],
    ['owner.pid', '600'],
  ]);
});
