import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import type { Delivery } from '../../../agent/events/delivery.ts';
import { LONGEST_BODY_BYTES, render } from '../../../agent/events/render.ts';
import type { Renderings } from '../../../agent/journal/accept.ts';
import { MIGRATIONS, migrate } from '../../../agent/journal/migrations.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { ManualClock } from '../../clock.ts';
import { CONTENT, KEY, rendering } from '../events/events.ts';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const RENDERINGS: Renderings = new Map([
  ['crm', rendering({ name: 'giro' }, { centro: KEY })],
  ['bus', rendering({ name: 'cloudevents' }, { centro: KEY })],
  ['binary', rendering({ name: 'cloudevents-binary' })],
  [
    'flat',
    rendering({ name: 'pacto-plano', fields: [{ name: 'matricula', path: ['pessoa', 'matricula'] }] }),
  ],
]);
const WEBHOOKS = [...RENDERINGS.keys(), 'other'];
const event = eventOf(7, { content: CONTENT, webhooks: WEBHOOKS });

async function pendingOf(
  journal: Awaited<ReturnType<typeof openJournal>>['journal'],
): Promise<readonly Delivery[]> {
  const pages = await Promise.all(WEBHOOKS.map((webhook) => journal.pending(webhook, 'catraca-1', 0, 10)));
  return pages.flat();
}

test('each webhook gets its format, and keeps it for what is queued when the configuration changes', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder, new ManualClock(), RENDERINGS);
  const { deliveries } = await journal.accept({ events: [event] });
  for (const { webhook, sequence, body, headers } of deliveries) {
    assert.deepEqual({ body, ...(headers && { headers }) }, render(RENDERINGS.get(webhook), event, sequence));
  }
  assert.deepEqual(await pendingOf(journal), deliveries);
  await journal.close();

  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(await pendingOf(next), deliveries);
  const later = await next.accept({ events: [eventOf(8, { content: CONTENT, webhooks: ['flat'] })] });
  assert.deepEqual(later.deliveries[0]?.body, render(undefined, eventOf(8, { content: CONTENT }), 2).body);
  assert.deepEqual(later.deliveries[0]?.headers, undefined);
});

test('what an older version queued is sent as it was', (t) => {
  const db = new Sqlite(join(makeFolder(t), 'journal.db'));
  t.after(() => db.close());
  migrate(db, MIGRATIONS.slice(0, 1));
  db.exec(
    `INSERT INTO deliveries (webhook, sequence, event, lane, body) VALUES ('crm', 1, 1, 'catraca-1', '{}')`,
  );
  migrate(db);
  assert.deepEqual(db.prepare('SELECT body, headers FROM deliveries').all(), [{ body: '{}', headers: null }]);
});

test('events lost beside their deliveries come back in every format', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder, new ManualClock(), RENDERINGS);
  const events = WEBHOOKS.map((webhook, index) => eventOf(index, { content: CONTENT, webhooks: [webhook] }));
  const { deliveries } = await journal.accept({ events });
  await journal.close();
  const db = new Sqlite(join(folder, 'journal.db'));
  db.exec('DELETE FROM events');
  db.close();
  writeFileSync(join(folder, 'journal.db.is-damaged'), '');

  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(await pendingOf(next), deliveries);
  await next.close();
  const salvaged = new Sqlite(join(folder, 'journal.db'), { readonly: true });
  t.after(() => salvaged.close());
  assert.deepEqual(
    salvaged.prepare('SELECT content FROM events ORDER BY number').pluck().all(),
    WEBHOOKS.map((webhook) => (webhook === 'flat' ? '{}' : CONTENT)),
  );
});

test('a body that is too large is parked at once, seen, and holds up nobody', async (t) => {
  const folder = makeFolder(t);
  const { journal, lines } = await openJournal(t, folder);
  const fill = (number: number, bytes: number) => {
    const rest = { ...eventOf(number), content: '{"evento":"notificarAcesso","x":""}' };
    const sequence = number; // numbered from 1, like the sequence that it will get
    const room = bytes - Buffer.byteLength(render(undefined, rest, sequence).body);
    const two = 'é'.repeat(Math.floor(room / 2)) + 'e'.repeat(room % 2); // bytes count, not characters
    return { ...rest, content: rest.content.replace('""', `"${two}"`) };
  };
  const { deliveries, large } = await journal.accept({
    events: [
      fill(1, 20_000),
      fill(2, 20_001),
      fill(3, LONGEST_BODY_BYTES),
      fill(4, LONGEST_BODY_BYTES + 1),
      eventOf(5),
    ],
  });
  assert.deepEqual(
    deliveries.map(({ sequence }) => sequence),
    [1, 2, 3, 5],
  );
  assert.deepEqual(
    large.map(({ sequence, bytes, parked }) => [sequence, bytes, parked]),
    [
      [2, 20_001, false],
      [3, LONGEST_BODY_BYTES, false],
      [4, LONGEST_BODY_BYTES + 1, true],
    ],
  );
  const pending = await journal.pending('crm', 'catraca-1', 0, 10);
  assert.deepEqual(
    pending.map(({ sequence }) => sequence),
    [1, 2, 3, 5],
  );
  assert.deepEqual(
    lines.map(({ level, data }) => [level, data.sequence, data.webhook]),
    [
      ['warn', 2, 'crm'],
      ['error', 4, 'crm'],
    ],
  );
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.deepEqual(
    reader.webhooks().map(({ pending, parked }) => [pending, parked]),
    [[4, 1]],
  );
  const [kept] = reader.events({ limit: 10, id: eventOf(4).id });
  assert.deepEqual(kept?.deliveries, [
    {
      webhook: 'crm',
      sequence: 4,
      state: 'parked',
      tries: 0,
      outcome: 'too_large',
      atMs: eventOf(4).recordedAtMs,
    },
  ]);
});
