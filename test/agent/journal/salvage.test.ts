import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { Journal } from '../../../agent/journal/journal.ts';
import { MIGRATIONS } from '../../../agent/journal/migrations.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { ManualClock } from '../../clock.ts';
import { eventOf, makeFolder, openJournal, recordingLog } from './journals.ts';

const PAGE = 4096;
const EVENTS = 2000;
const ASIDE = 'journal.db.damaged-20260302-120000'; // the manual clock's start

/** A closed journal with delivered, parked and pending events. */
async function makeJournal(t: TestContext): Promise<string> {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const content = `{"evento":"notificarAcesso","unidade":{"apelido":"centro"},"x":"${'x'.repeat(600)}"}`;
  await journal.accept({
    events: Array.from({ length: EVENTS }, (_, n) => eventOf(n, { content, lane: `catraca-${n % 3}` })),
    cursor: { turnstile: 'catraca-1', position: '42' },
  });
  const marked = Array.from({ length: EVENTS / 2 }, (_, n) => {
    const common = { webhook: 'crm', sequence: n + 1, atMs: 5, status: 200 };
    return n % 10 === 0
      ? journal.mark({ kind: 'parked', outcome: 'http_400', ...common })
      : journal.mark({ kind: 'delivered', ...common });
  });
  await journal.close();
  await Promise.all(marked);
  return folder;
}

/** Writes over pages (numbered from 1) as a dying disk would. */
function spoil(path: string, pages: readonly number[]): void {
  const file = openSync(path, 'r+');
  for (const page of pages) writeSync(file, Buffer.alloc(PAGE, 0x5a), 0, PAGE, (page - 1) * PAGE);
  closeSync(file);
}

test('a damaged file is set aside as it is, and what can be read lives on', async (t) => {
  const folder = await makeJournal(t);
  const path = join(folder, 'journal.db');
  const pages = statSync(path).size / PAGE;
  spoil(path, [Math.floor(pages * 0.2), Math.floor(pages * 0.5), Math.floor(pages * 0.8)]);
  const damaged = readFileSync(path);

  const { journal, lines } = await openJournal(t, folder);
  const errors = lines.filter(({ level }) => level === 'error');
  assert.equal(errors.length, 1);
  assert.match(errors[0]!.message, /could not be used/);
  assert.equal(errors[0]!.data.setAside, ASIDE);
  assert.deepEqual(readFileSync(join(folder, ASIDE)), damaged);

  const { saved } = errors[0]!.data as { saved: { events: number; deliveries: number } };
  assert.ok(saved.events > EVENTS * 0.95, `${saved.events} events`);
  assert.ok(saved.deliveries > EVENTS * 0.95, `${saved.deliveries} deliveries`);
  const db = new Sqlite(path, { readonly: true });
  t.after(() => db.close());
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  const count = (sql: string) => db.prepare<[], number>(sql).pluck().get();
  assert.equal(
    journal.state.lanes.reduce((sum, { pending }) => sum + pending, 0),
    count('SELECT count(*) FROM deliveries WHERE state = 0'),
  );
  assert.equal(
    count('SELECT sum(parked) FROM lanes'),
    count('SELECT count(*) FROM deliveries WHERE state = 2'),
  );
  assert.equal(count('SELECT count(*) FROM events WHERE number NOT IN (SELECT event FROM ledger)'), 0);

  const again = await journal.accept({ events: [eventOf(3), eventOf(EVENTS)] });
  assert.deepEqual(again.duplicates, [eventOf(3).id]);
  assert.equal(again.deliveries[0]?.sequence, EVENTS + 1);
});

test('an event whose own page is bad is delivered all the same', async (t) => {
  const folder = await makeJournal(t);
  const path = join(folder, 'journal.db');
  const before = await pendingOf(t, folder);
  const db = new Sqlite(path);
  const leaf = db
    .prepare<[], number>(
      "SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1 OFFSET 3",
    )
    .pluck()
    .get() as number;
  db.close();
  spoil(path, [leaf]);

  const { journal, lines } = await openJournal(t, folder);
  const { unreadable } = lines.find(({ level }) => level === 'error')!.data as {
    unreadable: Record<string, number>;
  };
  assert.ok((unreadable.events ?? 0) > 0, 'the test must spoil events');
  const after = await Promise.all([0, 1, 2].map((n) => journal.pending('crm', `catraca-${n}`, 0, EVENTS)));
  assert.deepEqual(after.flat(), before);
});

async function pendingOf(t: TestContext, folder: string) {
  const { journal } = await openJournal(t, folder);
  const pages = await Promise.all([0, 1, 2].map((n) => journal.pending('crm', `catraca-${n}`, 0, EVENTS)));
  await journal.close();
  return pages.flat();
}

const foreign = [
  { name: 'a text file', bytes: Buffer.from('not a journal at all\n'.repeat(500)) },
  { name: 'zeros', bytes: Buffer.alloc(10 * PAGE) },
];
for (const { name, bytes } of foreign) {
  test(`${name} in its place is set aside and a new journal begins`, async (t) => {
    const folder = makeFolder(t);
    writeFileSync(join(folder, 'journal.db'), bytes);
    const { journal, lines } = await openJournal(t, folder);
    assert.equal(lines.filter(({ level }) => level === 'error').length, 1);
    assert.deepEqual(readFileSync(join(folder, ASIDE)), bytes);
    const { deliveries } = await journal.accept({ events: [eventOf(1)] });
    assert.equal(deliveries[0]?.sequence, 1);
  });
}

test('an empty file is simply new', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'journal.db'), '');
  const { journal, lines } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1)] });
  assert.deepEqual(lines, []);
});

test('an empty file where a gateway ran before is a lost journal', async (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'journal.db'), '');
  const { log, lines } = recordingLog();
  const journal = await Journal.open(folder, { log, clock: new ManualClock(), wasInUse: true });
  t.after(() => journal.close());
  assert.equal(lines[0]?.data.damage, 'the file is empty');
  assert.equal(journal.health.salvaged?.setAside, ASIDE);
  await journal.accept({ events: [eventOf(1)] });
});

test('two damaged files of one second are both kept', async (t) => {
  const folder = makeFolder(t);
  for (const text of ['first', 'second']) {
    writeFileSync(join(folder, 'journal.db'), text.repeat(2000));
    const { journal } = await openJournal(t, folder);
    await journal.close();
  }
  assert.match(readFileSync(join(folder, ASIDE), 'utf8'), /^first/);
  assert.match(readFileSync(join(folder, `${ASIDE}-2`), 'utf8'), /^second/);
});

test('damage met while running ends the writer, and the next start salvages', async (t) => {
  const folder = await makeJournal(t);
  const path = join(folder, 'journal.db');
  const { journal } = await openJournal(t, folder);
  spoil(
    path,
    Array.from({ length: statSync(path).size / PAGE - 1 }, (_, index) => index + 2),
  );
  const other = new Sqlite(path);
  other.pragma(`user_version = ${MIGRATIONS.length}`); // a commit by another makes the writer forget the pages it knows
  other.close();

  const refused = assert.rejects(journal.accept({ events: [eventOf(EVENTS)] }), { code: 'JOURNAL_FAILED' });
  assert.equal((await journal.failed).code, 'JOURNAL_FAILED');
  await refused;
  await assert.rejects(journal.accept({}), { code: 'JOURNAL_FAILED' });
  await journal.close();

  const { journal: next, lines } = await openJournal(t, folder);
  assert.equal(lines.filter(({ level }) => level === 'error').length, 1);
  await next.accept({ events: [eventOf(1)] });
  await next.close();
  const { lines: quiet } = await openJournal(t, folder);
  assert.deepEqual(quiet, [], 'salvaged once');
});

test('a replacement that was cut off between its renames is ended by the next start', async (t) => {
  const folder = await makeJournal(t);
  const path = join(folder, 'journal.db');
  renameSync(path, `${path}.salvaging`);
  writeFileSync(`${path}-wal`, 'log of the damaged file');
  const { journal } = await openJournal(t, folder);
  assert.equal((await journal.accept({ events: [eventOf(1)] })).duplicates.length, 1);
  assert.equal(readFileSync(join(folder, `${ASIDE}-wal`), 'utf8'), 'log of the damaged file');
});

test('a salvage that was cut off before its end begins anew', async (t) => {
  const folder = await makeJournal(t);
  const path = join(folder, 'journal.db');
  copyFileSync(path, `${path}.salvaging`);
  spoil(`${path}.salvaging`, [1, 2, 3]);
  writeFileSync(`${path}.is-damaged`, '');
  const { journal } = await openJournal(t, folder);
  await journal.close();
  assert.equal(existsSync(`${path}.salvaging`), false);
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.equal(reader.events({ limit: EVENTS + 1 }).length, EVENTS);
});
