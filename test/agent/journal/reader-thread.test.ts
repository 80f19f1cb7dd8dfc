import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReaderThread } from '../../../agent/journal/reader-thread.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

test('queries are answered in a thread of their own, in the order in which they were asked', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1), eventOf(2)] });
  const reader = new ReaderThread(folder);
  t.after(() => reader.close());

  const [events, webhooks, one] = await Promise.all([
    reader.ask('events', { limit: 10 }),
    reader.ask('webhooks'),
    reader.ask('events', { limit: 10, id: idOf(2) }),
  ]);
  assert.deepEqual([events.map(({ id }) => id), one.map(({ id }) => id)], [[idOf(1), idOf(2)], [idOf(2)]]);
  assert.equal(webhooks[0]?.pending, 2);

  await journal.accept({ events: [eventOf(3)] });
  assert.equal((await reader.ask('events', { limit: 10 })).length, 3, 'each sees the journal as of its turn');
});

test('a reader that cannot read says so each time, and reads once there is a journal', async (t) => {
  const folder = makeFolder(t);
  const reader = new ReaderThread(folder);
  t.after(() => reader.close());
  await assert.rejects(reader.ask('turnstiles'), { code: 'JOURNAL_FAILED', message: /has no journal/ });
  await openJournal(t, folder);
  assert.deepEqual(await reader.ask('turnstiles'), []);
});

test('closing answers what was asked, and closes once', async (t) => {
  const folder = makeFolder(t);
  await openJournal(t, folder);
  const reader = new ReaderThread(folder);
  await reader.close();
  const asked = reader.ask('alarms');
  await Promise.all([reader.close(), reader.close()]);
  assert.deepEqual(await asked, []);
});
