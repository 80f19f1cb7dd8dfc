import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { connect } from '../../../agent/journal/file.ts';
import { readLog } from '../../../agent/journal/wal.ts';
import { makeFolder } from './journals.ts';

const FRAME = 24 + 4096;

/** Ten commits of a page each in the log, copied away as a kill would leave it. */
function tornFile(t: TestContext): { db: string; log: string } {
  const folder = makeFolder(t);
  const writer = connect(join(folder, 'writer.db'));
  writer.exec('CREATE TABLE numbers (n INTEGER)');
  writer.pragma('wal_checkpoint(TRUNCATE)');
  for (let n = 1; n <= 10; n += 1) writer.prepare('INSERT INTO numbers VALUES (?)').run(n);
  const [db, log] = [join(folder, 'copy.db'), join(folder, 'copy.db-wal')];
  copyFileSync(join(folder, 'writer.db'), db);
  copyFileSync(join(folder, 'writer.db-wal'), log);
  writer.close();
  return { db, log };
}

/** What SQLite itself plays. */
function played(path: string): unknown {
  const db = new Sqlite(path);
  try {
    return db.prepare('SELECT count(*) FROM numbers').pluck().get();
  } finally {
    db.close();
  }
}

test('a whole log is all played', (t) => {
  const { db, log } = tornFile(t);
  assert.deepEqual(readLog(log), { committedPages: 10, lostPages: 0, isTorn: false });
  assert.equal(played(db), 10);
});

test('a log that was cut within a page ends with the commit before it', (t) => {
  const { db, log } = tornFile(t);
  truncateSync(log, 32 + 6 * FRAME + 1000);
  assert.deepEqual(readLog(log), { committedPages: 6, lostPages: 1, isTorn: true });
  assert.equal(played(db), 6);
});

for (const { what, at, want } of [
  { what: 'a page', at: 32 + 3 * FRAME + 2000, want: { committedPages: 3, lostPages: 7, isTorn: true } },
  { what: 'the head', at: 17, want: { committedPages: 0, lostPages: 10, isTorn: true } },
]) {
  test(`a flipped bit in ${what} is found where SQLite finds it`, (t) => {
    const { db, log } = tornFile(t);
    const bytes = readFileSync(log);
    bytes[at]! ^= 0x10;
    writeFileSync(log, bytes);
    assert.deepEqual(readLog(log), want);
    assert.equal(played(db), want.committedPages);
  });
}

test('what an earlier round of the log left behind its end is no damage', (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'a.db');
  const writer = connect(path);
  t.after(() => writer.close());
  writer.exec('CREATE TABLE numbers (n INTEGER)');
  for (let n = 1; n <= 10; n += 1) writer.prepare('INSERT INTO numbers VALUES (?)').run(n);
  writer.pragma('wal_checkpoint(RESTART)');
  writer.prepare('INSERT INTO numbers VALUES (11)').run();
  assert.ok(statSync(`${path}-wal`).size > 10 * FRAME);
  assert.deepEqual(readLog(`${path}-wal`), { committedPages: 1, lostPages: 0, isTorn: false });
});

test('no log and an empty one say nothing', (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'empty-wal'), '');
  assert.equal(readLog(join(folder, 'empty-wal')), undefined);
  assert.equal(readLog(join(folder, 'none-wal')), undefined);
});
