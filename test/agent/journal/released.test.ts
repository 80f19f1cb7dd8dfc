import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite, { type Database } from 'better-sqlite3';
import { MIGRATIONS, migrate } from '../../../agent/journal/migrations.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { schemaVersion } from '../../../agent/journal/versions.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

/** Journals of every schema that was ever in use, as SQL; a new one is added when its schema is released. */
const FOLDER = 'test/fixtures/journals';
const RELEASED = 6;

if (process.env.GIRO_WRITE_JOURNALS !== undefined) {
  mkdirSync(FOLDER, { recursive: true });
  for (let version = 1; version <= RELEASED; version += 1) {
    writeFileSync(join(FOLDER, `schema-${version}.sql`), dump(filled(version)));
  }
}

/** A journal with three events: delivered, pending and parked. */
function filled(version: number): Database {
  const db = new Sqlite(':memory:');
  migrate(db, MIGRATIONS.slice(0, version));
  for (const number of [1, 2, 3]) {
    const { id, occurredAtMs, recordedAtMs, content } = eventOf(number);
    db.prepare(
      `INSERT INTO events VALUES (?, ?, 'notificarAcesso', 'centro', 'catraca-1', ?, ?, 'liberado', 'confirmada',
         'entrada', 'p1', ?)`,
    ).run(number, id, occurredAtMs, recordedAtMs, content);
    db.prepare("INSERT INTO ledger VALUES (unhex(?, '-'), ?, ?)").run(id, number, recordedAtMs);
    const state = [1, 0, 2][number - 1];
    db.prepare(
      `INSERT INTO deliveries (webhook, sequence, event, lane, state, at, body)
       VALUES ('crm', ?, ?, 'catraca-1', ?, ?, ?)`,
    ).run(number, number, state, state === 0 ? null : recordedAtMs, `{"id":"${id}","sequencia":${number}}`);
  }
  db.exec(`
    INSERT INTO webhooks (id, last_sequence, state, last_at, last_status, last_outcome)
      VALUES ('crm', 3, 'open', 1700000000600, 200, 'ok');
    INSERT INTO lanes (webhook, lane, pending, parked) VALUES ('crm', 'catraca-1', 1, 1);
    INSERT INTO open_accesses VALUES ('catraca-1', 'k', 1700000009000, '{}');
    INSERT INTO cursors VALUES ('catraca-1', '42');
    INSERT INTO turnstiles (turnstile, state, since, serial) VALUES ('catraca-1', 'online', 1700000000000, '00123');
    INSERT INTO unrecognised (turnstile, at, bytes) VALUES ('catraca-1', 1700000000700, x'0102');
  `);
  if (version >= 3) db.exec(`INSERT INTO alarms VALUES ('x', '', 'crm', 1700000000000, NULL, '{}')`);
  if (version >= 4) {
    db.exec(`INSERT INTO attempts (webhook, sequence, number, at, class, outcome, total)
      VALUES ('crm', 1, 1, 1700000000600, 'ok', 'ok', 12)`);
  }
  if (version >= 5) db.exec(`INSERT INTO traces VALUES ('catraca-1', 1700000000000, '81', '')`);
  return db;
}

function dump(db: Database): string {
  const schema = db
    .prepare<[], { name: string; type: string; sql: string }>(
      'SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid',
    )
    .all();
  const rows = schema
    .filter(({ type }) => type === 'table')
    .flatMap(({ name }) => {
      const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name);
      const values = columns.map((column) => `quote(${column})`).join(` || ', ' || `);
      const all = db.prepare<[], string>(`SELECT ${values} FROM ${name}`).pluck().all();
      return all.map((row) => `INSERT INTO ${name} VALUES (${row});`);
    });
  return [
    ...schema.map(({ sql }) => `${sql};`),
    ...rows,
    `PRAGMA user_version = ${schemaVersion(db)};`,
    '',
  ].join('\n');
}

/** The columns of every table, and the indexes. */
function shape(db: Database): unknown {
  return db
    .prepare(
      `SELECT m.type, m.name, c.name AS col, c.type AS kind, c."notnull", c.pk FROM sqlite_schema AS m
       LEFT JOIN pragma_table_info(m.name) AS c ON m.type = 'table' ORDER BY m.type, m.name, c.name`,
    )
    .all();
}

function freshShape(t: TestContext): unknown {
  const db = new Sqlite(':memory:');
  t.after(() => db.close());
  migrate(db);
  return shape(db);
}

for (let version = 1; version <= RELEASED; version += 1) {
  test(`a journal of schema ${version} goes on: nothing lost, counted wrong or taken twice`, async (t) => {
    const folder = makeFolder(t);
    const path = join(folder, 'journal.db');
    const old = new Sqlite(path);
    old.pragma('auto_vacuum = INCREMENTAL');
    old.exec(readFileSync(join(FOLDER, `schema-${version}.sql`), 'utf8'));
    old.close();

    const { journal } = await openJournal(t, folder);
    const { state } = journal;
    assert.deepEqual(state.cursors, [{ turnstile: 'catraca-1', position: '42' }]);
    assert.equal(state.openAccesses.length, 1);
    assert.equal(state.turnstiles[0]?.serial, '00123');
    assert.equal(state.endpoints[0]?.last?.status, 200);
    assert.equal(state.alarms.length, version >= 3 ? 1 : 0);
    assert.deepEqual(await journal.parked(), [{ webhook: 'crm', parked: 1 }]);
    const pending = await journal.pending('crm', 'catraca-1', 0, 10);
    assert.deepEqual(
      pending.map(({ id, sequence }) => [id, sequence]),
      [[idOf(2), 2]],
    );
    const accepted = await journal.accept({ events: [eventOf(1), eventOf(3), eventOf(4)] });
    assert.deepEqual(accepted.duplicates, [idOf(1), idOf(3)]);
    assert.equal(accepted.deliveries[0]?.sequence, 4);
    assert.equal(existsSync(`${path}.before-${version + 1}`), version < MIGRATIONS.length);
    const reader = openReader(folder);
    t.after(() => reader.close());
    assert.equal(reader.events({ limit: 10 }).length, 4);
    const db = new Sqlite(path, { readonly: true });
    t.after(() => db.close());
    assert.deepEqual(shape(db), freshShape(t));
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  });
}
