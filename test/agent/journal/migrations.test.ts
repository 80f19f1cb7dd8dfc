import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { version } from '../../../agent/base/version.ts';
import { DAMAGE_NOTE } from '../../../agent/journal/file.ts';
import { MIGRATIONS, migrate } from '../../../agent/journal/migrations.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { schemaVersion } from '../../../agent/journal/versions.ts';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const NEWEST = MIGRATIONS.length;
const PAGE = 4096;
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

test('a newer file is set aside as it is, even with a log and a damage note, and what it holds goes on', async (t) => {
  const folder = makeFolder(t);
  const { journal: older } = await openJournal(t, folder);
  await older.accept({ events: [eventOf(1)] });
  await older.close();
  const db = openFile(t, join(folder, 'journal.db'));
  migrate(db, next);
  db.pragma(`application_id = ${Buffer.from('G\x01\x02\x03').readInt32BE()}`);
  const cut = makeFolder(t); // what a power cut leaves: the new schema is in the log alone
  for (const file of ['journal.db', 'journal.db-wal']) copyFileSync(join(folder, file), join(cut, file));
  writeFileSync(join(cut, DAMAGE_NOTE), '');
  const found = new RegExp(
    `written by Giro 1\\.2\\.3 \\(schema ${NEWEST + 2}\\), this is Giro .+ \\(schema ${NEWEST}\\)$`,
  );
  assert.throws(() => openReader(cut), { code: 'JOURNAL_NEWER', message: found });

  const { journal } = await openJournal(t, cut);
  const { setAside = '', damage = '', isNewer, saved } = journal.health.salvaged ?? {};
  assert.match(setAside, /^journal\.db\.newer-/);
  assert.match(damage, found);
  assert.equal(isNewer, true);
  assert.equal(saved?.events, 1);
  for (const suffix of ['', '-wal']) {
    const kept = readFileSync(join(cut, setAside + suffix));
    assert.ok(
      kept.equals(readFileSync(join(folder, `journal.db${suffix}`))),
      `${setAside}${suffix} is as it was`,
    );
  }
  const { duplicates } = await journal.accept({ events: [eventOf(1)] });
  assert.deepEqual(duplicates, [eventOf(1).id]);
  await journal.close();
  const { journal: later } = await openJournal(t, cut);
  assert.equal(later.health.salvaged, undefined);
});

test('a number that no version will have is damage where the pages say so too, and a newer version where not', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'journal.db');
  const { journal: first } = await openJournal(t, folder);
  await first.accept({ events: Array.from({ length: 200 }, (_, number) => eventOf(number)) });
  await first.close();

  const reopened = async () => {
    const { journal } = await openJournal(t, folder);
    await journal.close();
    return journal.health.salvaged;
  };
  setSchema(t, path, -2);
  const below = await reopened();
  assert.equal(below?.damage, 'schema -2');
  assert.equal(below.saved.events, 200);

  setSchema(t, path, 9_999);
  const above = await reopened();
  assert.equal(above?.isNewer, true);
  assert.equal(above.saved.events, 200);

  setSchema(t, path, 9_999);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(PAGE, 0x5a), 0, PAGE, statSync(path).size - PAGE);
  closeSync(file);
  const spoiled = await reopened();
  assert.notEqual(spoiled, undefined);
  assert.equal(spoiled?.isNewer, undefined);
});

test('while a journal is open, the head of its file names the schema and the program: the package reads them there', async (t) => {
  const folder = makeFolder(t);
  await openJournal(t, folder);
  const head = readFileSync(join(folder, 'journal.db'));
  assert.equal(head.readInt32BE(60), NEWEST);
  assert.equal(`${head.toString('latin1', 68, 69)} ${head.subarray(69, 72).join('.')}`, `G ${version}`);
});

function setSchema(t: TestContext, path: string, schema: number): void {
  const db = openFile(t, path);
  db.pragma(`user_version = ${schema}`);
  db.close();
}
