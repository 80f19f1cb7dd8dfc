import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { MIGRATIONS, migrate, schemaVersion } from '../../../agent/journal/migrations.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const NEWEST = MIGRATIONS.length;
const next = [
  ...MIGRATIONS,
  'ALTER TABLE events ADD COLUMN note TEXT',
  'CREATE TABLE notes (note TEXT) STRICT',
];

function openFile(t: TestContext, path: string) {
  const db = new Sqlite(path);
  t.after(() => db.close());
  return db;
}

test('a new file gets the newest schema, without a copy', (t) => {
  const folder = makeFolder(t);
  const db = openFile(t, join(folder, 'journal.db'));
  migrate(db);
  assert.equal(schemaVersion(db), MIGRATIONS.length);
  migrate(db);
  assert.deepEqual(readdirSync(folder), ['journal.db']);
});

test('an older file is copied, then brought forward with its events', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1)] });
  await journal.close();
  const unfinished = join(folder, `journal.db.before-${NEWEST + 1}.unfinished`);
  writeFileSync(unfinished, 'what a power cut left of an earlier copy');

  const db = openFile(t, join(folder, 'journal.db'));
  migrate(db, next);
  assert.equal(schemaVersion(db), NEWEST + 2);
  assert.deepEqual(db.prepare('SELECT id, note FROM events').all(), [{ id: eventOf(1).id, note: null }]);
  const copy = openFile(t, join(folder, `journal.db.before-${NEWEST + 1}`));
  assert.equal(schemaVersion(copy), NEWEST);
  assert.deepEqual(copy.prepare('SELECT id FROM events').all(), [{ id: eventOf(1).id }]);
  assert.equal(existsSync(unfinished), false);
});

test('a step that fails leaves the schema as it was before the step', (t) => {
  const db = openFile(t, join(makeFolder(t), 'journal.db'));
  migrate(db);
  const bad = [
    ...MIGRATIONS,
    'CREATE TABLE notes (note TEXT) STRICT',
    'CREATE TABLE more (x); SELECT nonsense',
  ];
  assert.throws(() => migrate(db, bad), /nonsense/);
  assert.equal(schemaVersion(db), NEWEST + 1);
  assert.deepEqual(
    db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('notes', 'more')").pluck().all(),
    ['notes'],
  );
});

test('a newer file is set aside untouched, and what both versions know lives on', async (t) => {
  const folder = makeFolder(t);
  const { journal: older } = await openJournal(t, folder);
  await older.accept({ events: [eventOf(1)] });
  await older.close();
  const db = openFile(t, join(folder, 'journal.db'));
  migrate(db, next);
  db.close();
  assert.throws(() => openReader(folder), { code: 'JOURNAL_NEWER' });
  const { journal, lines } = await openJournal(t, folder);
  assert.equal(lines[0]?.level, 'error');
  assert.equal(journal.health.salvaged?.reason, 'newer');
  const { duplicates } = await journal.accept({ events: [eventOf(1)] });
  assert.equal(duplicates.length, 1, 'the event of the newer version is known');
  const aside = openFile(t, join(folder, journal.health.salvaged?.setAside ?? ''));
  assert.equal(schemaVersion(aside), NEWEST + 2);
});
