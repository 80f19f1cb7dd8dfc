import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lane } from '../../../agent/delivery/lane.ts';
import type { Delivery } from '../../../agent/events/delivery.ts';
import { MemoryJournal } from './memory-journal.ts';

/** Deliveries 1 to `count` of one lane. */
function deliveries(count: number): Delivery[] {
  return new MemoryJournal().accept(Array<string>(count).fill('a'));
}

const sequencesOf = (lane: Lane): number[] => lane.window.map(({ sequence }) => sequence);

/** Reads one page of `journal`, as the queue would. Answers where it began, undefined when the lane wants none. */
function read(lane: Lane, journal: readonly Delivery[]): number | undefined {
  const page = lane.nextPage();
  if (page === undefined) return undefined;
  const rows = journal.filter(({ sequence }) => sequence > page.afterSequence);
  lane.fill(rows.slice(0, page.limit), page.limit);
  return page.afterSequence;
}

test('a lane leaves its backlog: the older lane reads up to the boundary, the lane goes on behind it', () => {
  const journal = deliveries(9);
  const lane = new Lane('a', { behind: true, windowSize: 4 });
  const older = new Lane('a', { behind: false, windowSize: 4 });
  read(lane, journal);
  lane.leave(6, older);
  assert.deepEqual([sequencesOf(older), sequencesOf(lane)], [[1, 2, 3, 4], []]);
  for (let count = 0; count < 3; count += 1) older.advance();
  read(older, journal);
  assert.deepEqual(sequencesOf(older), [4, 5, 6]);
  assert.equal(older.nextPage(), undefined);
  lane.offer(journal[8]!, false);
  read(lane, journal);
  assert.deepEqual(sequencesOf(lane), [7, 8, 9]);
});

test('a page that was on its way when the lane left its backlog brings nothing of that', () => {
  const journal = deliveries(6);
  const lane = new Lane('a', { behind: true });
  const older = new Lane('a', { behind: false });
  const page = lane.nextPage()!;
  lane.leave(4, older);
  lane.fill(journal, page.limit);
  assert.deepEqual(sequencesOf(lane), [5, 6]);
  read(older, journal);
  assert.deepEqual(sequencesOf(older), [1, 2, 3, 4]);
});

test('a second backlog is read behind the first, without what was sent between them', () => {
  const journal = deliveries(9);
  const lane = new Lane('a', { behind: true });
  const older = new Lane('a', { behind: false });
  read(lane, journal.slice(0, 3));
  lane.leave(3, older);
  for (const delivery of journal.slice(3)) lane.offer(delivery, true);
  lane.advance();
  lane.advance(); // 4 and 5 are done, though the journal may not know it yet
  lane.leave(8, older);
  assert.deepEqual([sequencesOf(older), sequencesOf(lane)], [[1, 2, 3], [9]]);
  assert.equal(read(older, journal), 5);
  assert.deepEqual(sequencesOf(older), [1, 2, 3, 6, 7, 8]);
});

test('the tries of a head and a frozen batch go along', () => {
  const lane = new Lane('a', { behind: false });
  const older = new Lane('a', { behind: false });
  for (const delivery of deliveries(3)) lane.offer(delivery, true);
  lane.compose(2, 'batch');
  lane.attempts = 7;
  lane.leave(3, older);
  assert.deepEqual(
    older.load.map(({ sequence, batch }) => [sequence, batch]),
    [
      [1, 'batch'],
      [2, 'batch'],
    ],
  );
  assert.deepEqual([older.attempts, lane.attempts, lane.isComposed], [7, 0, false]);
});

test('the first deliveries detached go their own way', () => {
  const lane = new Lane('a', { behind: false });
  for (const delivery of deliveries(3)) lane.offer(delivery, true);
  lane.compose(2);
  const one = lane.detach();
  assert.deepEqual([sequencesOf(one), sequencesOf(lane)], [[1, 2], [3]]);
  one.advance();
  assert.ok(one.isIdle);
});

test('a batch of which the journal has more is not sent in part', () => {
  const journal = deliveries(6).map((delivery) => ({ ...delivery, batch: 'b' }));
  const lane = new Lane('a', { behind: true, windowSize: 8 });
  const page = lane.nextPage()!;
  lane.fill(journal.slice(0, 3), 3);
  assert.equal(lane.isReady, false);
  read(lane, journal);
  assert.deepEqual([lane.isReady, page.afterSequence, lane.window.length], [true, 0, 6]);
});
