import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mark } from '../../../agent/journal/records.ts';
import { ManualClock, settle } from '../../clock.ts';
import { countCommits, eventOf, makeFolder, openJournal } from './journals.ts';

const tried = (sequence: number, tries: number): Mark => ({ kind: 'tried', webhook: 'crm', sequence, tries });

test('what is given in one tick is one commit', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const before = countCommits(folder);
  await Promise.all(Array.from({ length: 256 }, (_, n) => journal.accept({ events: [eventOf(n)] })));
  assert.equal(countCommits(folder) - before, 1);
});

test('what is given while the writer is busy is the next commit', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const before = countCommits(folder);
  const first = journal.accept({ events: [eventOf(0)] });
  await Promise.resolve(); // it left at the microtask before this one
  const rest = Array.from({ length: 100 }, (_, n) => journal.accept({ events: [eventOf(n + 1)] }));
  await Promise.all([first, ...rest]);
  assert.equal(countCommits(folder) - before, 2);
});

test('marks alone gather for 20 ms', async (t) => {
  const folder = makeFolder(t);
  const clock = new ManualClock();
  const { journal } = await openJournal(t, folder, clock);
  await journal.accept({ events: [eventOf(1), eventOf(2)] });
  const before = countCommits(folder);
  let stored = 0;
  const count = () => {
    stored += 1;
  };
  const first = journal.mark(tried(1, 1)).then(count);
  await clock.advance(19);
  const second = journal.mark(tried(2, 1)).then(count);
  await settle();
  assert.equal(stored, 0);
  await clock.advance(1);
  await Promise.all([first, second]);
  assert.equal(countCommits(folder) - before, 1);
});

for (const companion of ['accept', 'pending', 'close'] as const) {
  test(`marks go along with ${companion} at once, before it`, async (t) => {
    const folder = makeFolder(t);
    const { journal } = await openJournal(t, folder); // its clock stands still
    await journal.accept({ events: [eventOf(1)] });
    const marked = journal.mark(tried(1, 2));
    if (companion === 'accept') await journal.accept({ events: [eventOf(2)] });
    if (companion === 'pending') {
      const [head] = await journal.pending('crm', 'catraca-1', 0, 1);
      assert.equal(head?.tries, 2);
    }
    if (companion === 'close') await journal.close();
    await marked;
  });
}

test('calls take effect in their order', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  await journal.accept({ events: [eventOf(1)] });
  const delivered: Mark = { kind: 'delivered', webhook: 'crm', sequence: 1, atMs: 1, status: 200 };
  const [before, , after, , last] = await Promise.all([
    journal.pending('crm', 'catraca-1', 0, 10),
    journal.mark(delivered),
    journal.pending('crm', 'catraca-1', 0, 10),
    journal.accept({ events: [eventOf(2)] }),
    journal.pending('crm', 'catraca-1', 0, 10),
  ]);
  const sequences = (page: readonly { sequence: number }[]) => page.map(({ sequence }) => sequence);
  assert.deepEqual([before, after, last].map(sequences), [[1], [], [2]]);
});

test('close finishes what was given, and nothing is taken after it', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const given = Array.from({ length: 2500 }, (_, n) => journal.accept({ events: [eventOf(n)] }));
  await journal.close();
  assert.equal((await Promise.all(given)).at(-1)?.deliveries[0]?.sequence, 2500);
  await assert.rejects(journal.accept({}), { code: 'JOURNAL_FAILED' });
  await assert.rejects(journal.mark(tried(1, 1)), { code: 'JOURNAL_FAILED' });
  const { journal: next } = await openJournal(t, folder);
  assert.equal(next.state.lanes[0]?.pending, 2500);
});
