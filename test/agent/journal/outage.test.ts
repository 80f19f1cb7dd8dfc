import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import Sqlite, { type Database } from 'better-sqlite3';
import { prepareBatch } from '../../../agent/journal/batch.ts';
import { migrate } from '../../../agent/journal/migrations.ts';
import { ManualClock, settle } from '../../clock.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

const refusedLine = /cannot be written/;

/** Another program that holds the write lock: to the writer, a disk that takes nothing. */
function holdDisk(t: TestContext, folder: string): Database {
  const other = new Sqlite(join(folder, 'journal.db'));
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  return other;
}

async function retryArmed(clock: ManualClock): Promise<void> {
  while (clock.nextAtMs === undefined) await settle();
}

test('while the disk refuses, calls wait and reads are answered; then all is stored in order', async (t) => {
  const folder = makeFolder(t);
  const clock = new ManualClock();
  const { journal, lines, line } = await openJournal(t, folder, clock);
  await journal.accept({ events: [eventOf(1)] });
  const disk = holdDisk(t, folder);

  let settled = 0;
  const waiting = [2, 3, 4].map((n) => journal.accept({ events: [eventOf(n)] }));
  for (const accept of waiting) void accept.then(() => (settled += 1));
  const refused = await line(refusedLine);
  assert.equal(refused.level, 'error');
  assert.equal(refused.data.waiting, 3);
  const marked = journal.mark({ kind: 'tried', webhook: 'crm', sequence: 1, tries: 1 });
  const page = await journal.pending('crm', 'catraca-1', 0, 10);
  assert.deepEqual(
    page.map(({ sequence, tries }) => [sequence, tries]),
    [[1, 0]],
  );

  await retryArmed(clock);
  await clock.advance(1000);
  await retryArmed(clock); // refused again
  assert.equal(settled, 0);
  disk.exec('ROLLBACK');
  await clock.advance(1000);
  const accepted = await Promise.all(waiting);
  assert.deepEqual(
    accepted.map(({ deliveries }) => [deliveries[0]?.id, deliveries[0]?.sequence]),
    [2, 3, 4].map((n) => [idOf(n), n]),
  );
  await clock.advance(20);
  await marked;
  assert.equal(lines.filter(({ level }) => level === 'error').length, 1);
  const recovered = await line(/written again/);
  assert.deepEqual(recovered.data, { outageMs: 2000 });
  assert.deepEqual(
    (await journal.pending('crm', 'catraca-1', 0, 1)).map(({ tries }) => tries),
    [1],
  );
});

test('closing while the disk refuses gives up what waits and frees the folder', async (t) => {
  const folder = makeFolder(t);
  const { journal, line } = await openJournal(t, folder);
  const disk = holdDisk(t, folder);
  const accepted = assert.rejects(journal.accept({ events: [eventOf(1)] }), { code: 'JOURNAL_FAILED' });
  await line(refusedLine);
  await journal.close();
  await accepted;
  disk.exec('ROLLBACK');
  const { journal: next } = await openJournal(t, folder);
  const { duplicates } = await next.accept({ events: [eventOf(1)] });
  assert.deepEqual(duplicates, [], 'it had left no trace');
});

test('above 100,000 waiting calls accept refuses at once', async (t) => {
  const folder = makeFolder(t);
  const { journal, line } = await openJournal(t, folder);
  holdDisk(t, folder);
  const waiting = [journal.accept({})];
  await line(refusedLine);
  for (let n = 1; n < 100_000; n += 1) waiting.push(journal.accept({}));
  const all = Promise.allSettled(waiting);
  await assert.rejects(journal.accept({}), { code: 'JOURNAL_FAILED', message: /100000/ });
  await journal.close();
  const results = await all;
  assert.ok(results.every(({ status }) => status === 'rejected'));
});

test('a full file refuses a batch whole and takes it later', (t) => {
  const db = new Sqlite(join(makeFolder(t), 'journal.db'));
  t.after(() => db.close());
  db.pragma('journal_mode = WAL');
  migrate(db);
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 4}`);
  const run = prepareBatch(db);
  const ops = Array.from({ length: 50 }, (_, n) => ({
    kind: 'accept' as const,
    accept: { events: [eventOf(n)] },
  }));
  const refused = run(ops);
  assert.deepEqual(refused.results, []);
  assert.match(refused.disk?.message ?? '', /^SQLITE_FULL/);
  assert.equal(db.prepare('SELECT count(*) FROM events').pluck().get(), 0);
  db.pragma('max_page_count = 100000');
  assert.equal(run(ops).results.length, 50);
  assert.equal(db.prepare('SELECT last_sequence FROM webhooks').pluck().get(), 50);
});

// A real full disk: a file system of 2 MiB that only the child process sees.
const mountsTmpfs = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
test('a full disk is waited out without a restart', {
  skip: mountsTmpfs ? false : 'SKIPPED: this machine lets no test mount a file system (unshare -rm)',
}, async () => {
  const script = join(import.meta.dirname, 'full-disk-child.ts');
  const child = spawn(
    'unshare',
    [
      '-rm',
      'sh',
      '-c',
      'mount -t tmpfs -o size=2m none /mnt && exec "$0" "$1" /mnt',
      process.execPath,
      script,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 60_000 },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.deepEqual(output.trim().split('\n'), [
    'refused SQLITE_FULL',
    'still pending',
    'accepted 1 2 3',
    'stored 3',
  ]);
});
