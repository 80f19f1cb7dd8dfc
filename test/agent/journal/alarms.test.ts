import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Alarm } from '../../../agent/events/alarm.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const words = {
  what: { en: 'not connected', 'pt-BR': 'não conectada' },
  remedy: { en: 'check the cable', 'pt-BR': 'verifique o cabo' },
};
const offline: Alarm = { code: 'catraca_desconectada', turnstile: 'catraca-1', sinceMs: 20, ...words };
const failing: Alarm = { code: 'webhook_falhando', webhook: 'crm', sinceMs: 10, closesAtMs: 99, ...words };
const disk: Alarm = { code: 'disco_cheio', sinceMs: 30, ...words };

test('open alarms outlive a restart as they were, the oldest first', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  assert.deepEqual(journal.state.alarms, []);
  await journal.accept({
    alarms: [offline, failing, disk].map((alarm) => ({ kind: 'opened', alarm })),
    events: [eventOf(1, { name: 'giro.alerta', lane: 'giro' })],
  });
  await journal.accept({ alarms: [{ kind: 'changed', alarm: { ...offline, closesAtMs: 50 } }] });
  await journal.accept({ alarms: [{ kind: 'closed', alarm: disk }] });
  const want = [failing, { ...offline, closesAtMs: 50 }];
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.deepEqual(reader.alarms(), want);
  await journal.close();
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.alarms, want);
});

test('an alarm whose event cannot be stored is not stored either', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const events = [eventOf(1, { id: 'no uuid' })];
  await assert.rejects(journal.accept({ alarms: [{ kind: 'opened', alarm: disk }], events }));
  await journal.close();
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.alarms, []);
});

test('parked deliveries are counted by webhook', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  const lanes = ['catraca-1', 'catraca-2', 'catraca-2'];
  await journal.accept({ events: lanes.map((lane, n) => eventOf(n, { lane, webhooks: ['crm', 'erp'] })) });
  assert.deepEqual(await journal.parked(), []);
  const parked = { kind: 'parked', webhook: 'crm', atMs: 1, status: 400, outcome: 'http_400' } as const;
  void journal.mark({ ...parked, sequence: 1 }, { ...parked, sequence: 3 });
  assert.deepEqual(await journal.parked(), [{ webhook: 'crm', parked: 2 }]);
});

test('a salvage keeps open alarms and is itself part of the journal’s health', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  assert.deepEqual(journal.health, { refusingSinceMs: undefined, isDamaged: false, salvaged: undefined });
  await journal.accept({ alarms: [{ kind: 'opened', alarm: offline }] });
  await journal.close();
  writeFileSync(join(folder, 'journal.db.is-damaged'), '');
  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual(next.state.alarms, [offline]);
  assert.match(next.health.salvaged?.setAside ?? '', /^journal\.db\.damaged-/);
});
