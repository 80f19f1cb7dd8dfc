import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import type { NewEvent } from '../../../agent/events/event.ts';
import { prepareBatch } from '../../../agent/journal/batch.ts';
import { MIGRATIONS, migrate } from '../../../agent/journal/migrations.ts';
import { JournalReader } from '../../../agent/journal/queries.ts';
import type { Mark } from '../../../agent/journal/records.ts';
import { LATENCY_BOUNDS_MS } from '../../../agent/journal/statistics.ts';
import { eventOf, makeFolder } from './journals.ts';

const QUARTER = 900_000;
const NOON = Date.parse('2026-11-25T12:00:00Z');
const access = { result: 'liberado', passage: 'confirmada', direction: 'entrada' } as const;

function openFile(t: TestContext) {
  const db = new Sqlite(join(makeFolder(t), 'journal.db'));
  t.after(() => db.close());
  return db;
}

function journal(t: TestContext) {
  const db = openFile(t);
  migrate(db);
  const run = prepareBatch(db);
  const accept = (...events: NewEvent[]): void => {
    assert.ok('value' in run([{ kind: 'accept', accept: { events } }]).results[0]!);
  };
  const mark = (...marks: Mark[]): void => {
    assert.ok('value' in run([{ kind: 'mark', marks }]).results[0]!);
  };
  return { db, reader: new JournalReader(db), run, accept, mark };
}

/** Six accesses: two entries in one quarter, one in the next, a denial, an exit, and somebody who gave up. */
const six: NewEvent[] = [
  eventOf(1, { occurredAtMs: NOON, access }),
  eventOf(2, { occurredAtMs: NOON + QUARTER - 1, access: { ...access, direction: 'indefinido' } }),
  eventOf(3, { occurredAtMs: NOON + QUARTER, access: { ...access, passage: 'nao_informada' } }),
  eventOf(4, { occurredAtMs: NOON, access: { ...access, result: 'negado', passage: 'nao_informada' } }),
  eventOf(5, { occurredAtMs: NOON, access: { ...access, direction: 'saida' } }),
  eventOf(6, { occurredAtMs: NOON, access: { ...access, passage: 'desistencia' }, lane: 'catraca-2' }),
];
const counted = [
  { atMs: NOON, turnstile: 'catraca-1', accesses: 4, entries: 2, denied: 1 },
  { atMs: NOON, turnstile: 'catraca-2', accesses: 1, entries: 0, denied: 0 },
  { atMs: NOON + QUARTER, turnstile: 'catraca-1', accesses: 1, entries: 1, denied: 0 },
];

test('accesses are counted by quarter of an hour and turnstile, once each, in the commit of the event', (t) => {
  const { reader, accept } = journal(t);
  accept(...six);
  accept(...six);
  const { access: _, ...alarm } = eventOf(7, { name: 'giro.alerta', occurredAtMs: NOON });
  accept(alarm);
  assert.deepEqual(reader.accessCounts(NOON, NOON + 2 * QUARTER), counted);
  assert.deepEqual(reader.accessCounts(NOON + QUARTER, NOON + QUARTER + 1), counted.slice(2));
  assert.deepEqual(reader.accessCounts(NOON - QUARTER, NOON), []);
});

test('what a journal of before had is counted when it is brought forward', (t) => {
  const { db, accept, reader } = journal(t);
  accept(...six);
  const tables = ['access_quarters', 'latency_totals', 'latency_quarters', 'depth_minutes', 'audit'];
  for (const table of tables) db.exec(`DROP TABLE ${table}`);
  const step = MIGRATIONS.findIndex((sql) => sql.includes('CREATE TABLE access_quarters'));
  db.exec(MIGRATIONS[step] ?? '');
  assert.deepEqual(reader.accessCounts(NOON, NOON + 2 * QUARTER), counted);
});

test('the time of each first delivery is counted in its class; a replay is not', (t) => {
  const { reader, run, accept, mark } = journal(t);
  const at = (number: number) => eventOf(number, { recordedAtMs: NOON });
  accept(at(1), at(2), at(3));
  const delivered = (sequence: number, afterMs: number): void =>
    mark({ kind: 'delivered', webhook: 'crm', sequence, atMs: NOON + afterMs, status: 200 });
  delivered(1, 50);
  delivered(2, 51);
  delivered(3, 2 * 86_400_000);
  delivered(3, 2 * 86_400_000);
  const longest = LATENCY_BOUNDS_MS.length;
  assert.deepEqual(reader.latencyTotals(), [
    { webhook: 'crm', bucket: 0, deliveries: 1, totalMs: 50 },
    { webhook: 'crm', bucket: 1, deliveries: 1, totalMs: 51 },
    { webhook: 'crm', bucket: longest, deliveries: 1, totalMs: 172_800_000 },
  ]);
  const scope = { webhook: 'crm', first: 1, last: 1 };
  run([{ kind: 'operate', operation: { action: 'resend', dryRun: false, filter: {}, scope, atMs: NOON } }]);
  delivered(1, 9_000);
  assert.equal(reader.latencyTotals().length, 3);
});

test('the ring of times forgets what is a day old, and starts its places anew', (t) => {
  const { db, reader, accept, mark } = journal(t);
  const days = [0, 1, 2];
  for (const day of days) {
    const recordedAtMs = NOON + day * 86_400_000;
    accept(eventOf(day + 1, { recordedAtMs }));
    mark({ kind: 'delivered', webhook: 'crm', sequence: day + 1, atMs: recordedAtMs + 10, status: 200 });
  }
  const nowMs = NOON + 2 * 86_400_000;
  const latest = { webhook: 'crm', bucket: 0, atMs: nowMs, deliveries: 1 };
  assert.deepEqual(reader.latencyQuarters(nowMs), [latest]);
  assert.deepEqual(reader.latencyQuarters(nowMs + 86_400_000), []);
  assert.equal(db.prepare('SELECT count(*) FROM latency_quarters').pluck().get(), 1);
});

test('what waits is noted by minute in a ring of a day', (t) => {
  const { db, reader, accept, mark } = journal(t);
  accept(eventOf(1), eventOf(2));
  for (let minute = 0; minute < 3_000; minute += 1) mark({ kind: 'depths', atMs: NOON + minute * 60_000 });
  assert.equal(db.prepare('SELECT count(*) FROM depth_minutes').pluck().get(), 1440);
  const found = reader.depths(NOON + 2_999 * 60_000);
  assert.equal(found.length, 1440);
  assert.ok(found.every(({ webhook, pending }) => webhook === 'crm' && pending === 2));
  assert.equal(Math.max(...found.map(({ atMs }) => atMs)), NOON + 2_999 * 60_000);
});

test('of what operators did the newest 10,000 are kept', (t) => {
  const { reader, run } = journal(t);
  const audits = Array.from({ length: 10_005 }, (_, index) => ({
    atMs: index,
    action: 'pause',
    subject: 'crm',
    origin: 'command',
    outcome: 'ok',
  }));
  run([{ kind: 'accept', accept: { audits } }]);
  const kept = reader.audit(20_000);
  assert.deepEqual([kept.length, kept[0]?.atMs, kept.at(-1)?.atMs], [10_000, 10_004, 5]);
});
