import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { FEED } from '../../../agent/events/event.ts';
import { relayedContent } from '../../../agent/events/relayed.ts';
import { stripBackup } from '../../../agent/journal/backup.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { ManualClock } from '../../clock.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

const page = (unit: string, afterSequence = 0, limit = 100) => ({
  unit,
  afterSequence,
  limit,
  base64: false,
});
const fed = (number: number, unit: string, recordedAtMs = number) =>
  eventOf(number, { unit, recordedAtMs, webhooks: [FEED, 'crm'] });

test('each unit has a gap-free numbering of its own, which outlives a restart; a second copy is not fed', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const { deliveries, fed: units } = await journal.accept({
    events: [fed(1, 'centro'), fed(2, 'sul'), fed(3, 'centro'), eventOf(4, { unit: 'sul' })],
  });
  assert.deepEqual([...units].sort(), ['centro', 'sul']);
  assert.ok(deliveries.every(({ webhook }) => webhook === 'crm'));
  assert.deepEqual((await journal.accept({ events: [fed(1, 'centro')] })).fed, []);
  await journal.close();

  const { journal: again } = await openJournal(t, folder);
  await again.accept({ events: [fed(5, 'centro')] });
  const reader = openReader(folder);
  t.after(() => reader.close());
  const bodies = reader.feedPage(page('centro')).items.map(({ body }) => JSON.parse(body));
  assert.deepEqual(
    bodies.map(({ id, sequencia }) => [id, sequencia]),
    [
      [idOf(1), 1],
      [idOf(3), 2],
      [idOf(5), 3],
    ],
  );
  assert.equal(reader.feedBounds('sul')?.last, 1);
  assert.equal(reader.feedBounds('norte'), undefined);
  assert.notEqual(reader.feedBounds('sul')?.epoch, reader.feedBounds('centro')?.epoch);
});

test('a page ends at its limit or at 2 MiB, and says that there is more', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: Array.from({ length: 30 }, (_, n) => fed(n, 'centro')) });
  const content = relayedContent({ nuvem: { tipoConteudo: 'a' } }, Buffer.from(`"${'x'.repeat(200_000)}"`));
  await journal.accept({
    events: Array.from({ length: 20 }, (_, n) => ({ ...fed(100 + n, 'sul'), content, webhooks: [FEED] })),
  });
  const reader = openReader(folder);
  t.after(() => reader.close());
  const first = reader.feedPage(page('centro', 0, 20));
  assert.deepEqual([first.items.length, first.more], [20, true]);
  const second = reader.feedPage(page('centro', 20, 20));
  assert.deepEqual([second.items.length, second.more], [10, false]);
  const large = reader.feedPage(page('sul'));
  assert.deepEqual([large.items.length, large.more], [11, true]);
});

test('retention by time takes the oldest away; a moment is found; bounds say what is left', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder, new ManualClock());
  await journal.accept({ events: [10, 20, 30, 40].map((atMs) => fed(atMs, 'centro')) });
  assert.equal(await journal.pruneFeed('centro', 30), 2);
  assert.equal(await journal.pruneFeed('sul', 30), 0);
  const reader = openReader(folder);
  t.after(() => reader.close());
  const { epoch, ...bounds } = reader.feedBounds('centro')!;
  assert.match(epoch, /^[0-9a-f]{16}$/);
  assert.deepEqual(bounds, { first: 3, last: 4 });
  assert.equal(reader.feedPlace('centro', 35), 3);
  assert.equal(reader.feedPlace('centro', 41), undefined);
  await journal.pruneFeed('centro', 100);
  assert.deepEqual(reader.feedBounds('centro'), { epoch, first: 5, last: 4 });
});

test('a clock that was wrong for a while takes nothing out of the middle, and hides nothing from a moment', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder, new ManualClock());
  await journal.accept({
    events: [50, 5, 60, 55, 70].map((atMs, n) => ({ ...fed(n, 'centro'), recordedAtMs: atMs })),
  });
  assert.equal(await journal.pruneFeed('centro', 30), 0, 'the second looks old and is not the oldest');
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.equal(
    reader.feedPlace('centro', 52),
    2,
    'behind the second: the third is of 60, though the fourth is of 55',
  );
  assert.equal(await journal.pruneFeed('centro', 58), 2);
  assert.equal(reader.feedBounds('centro')?.first, 3);
});

test('a backup that is put in place begins new epochs: consumers read again what they may have missed', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.openFeeds(['centro']);
  const reader = openReader(folder);
  const before = reader.feedBounds('centro')?.epoch;
  reader.close();
  await journal.close();
  const file = join(folder, 'journal.db');
  const db = new Sqlite(file);
  db.exec('CREATE TABLE carried (name TEXT)');
  db.close();
  stripBackup(file);
  const after = openReader(folder);
  t.after(() => after.close());
  assert.match(String(before), /^[0-9a-f]{16}$/);
  assert.notEqual(after.feedBounds('centro')?.epoch, before);
});

test('a source’s position is stored with its events, or neither', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const relay = { relay: 'pacto', source: 'https://inbox/', position: 'a' };
  await journal.accept({ events: [fed(1, 'centro')], relay });
  await assert.rejects(
    journal.accept({
      events: [fed(2, 'centro'), { ...fed(3, 'centro'), id: 'no uuid' }],
      relay: { ...relay, position: 'b' },
    }),
  );
  const marked = journal.mark({ kind: 'relay', state: { relay: 'pacto', state: 'online', sinceMs: 7 } });
  await journal.close();
  await marked;
  const { journal: again } = await openJournal(t, folder);
  assert.deepEqual(again.state.relays, [relay]);
  const reader = openReader(folder);
  t.after(() => reader.close());
  assert.deepEqual(reader.relays(), [{ relay: 'pacto', state: 'online', sinceMs: 7 }]);
  assert.equal(reader.feedBounds('centro')?.last, 1);
});
