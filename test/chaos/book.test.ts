import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Book } from './book.ts';
import { faultsOf, NOTHING } from './tally.ts';

const id = (record: number): string => `00000000-0000-4000-8000-${String(record).padStart(12, '0')}`;
const arrival = (record: number, more = {}) => ({
  turnstile: 'catraca-1',
  record,
  id: id(record),
  sha256: String(record).padEnd(64, '0'),
  ...more,
});

/** What came, in order: a record, whether it was taken, and what is odd about it. */
// biome-ignore format: a table
const cases: readonly {
  readonly name: string;
  readonly came: readonly (readonly [record: number, isTaken: boolean, odd?: object])[];
  readonly want: Partial<typeof NOTHING>;
}[] = [
  { name: 'all in order', came: [[1, true], [2, true], [3, true]], want: { delivered: 3 } },
  { name: 'one never came', came: [[1, true], [3, true]], want: { delivered: 2, lost: 1 } },
  { name: 'one only refused', came: [[1, true], [2, true], [3, false]], want: { delivered: 2, lost: 1 } },
  { name: 'refused, then taken', came: [[1, false], [1, true], [2, true], [3, true]], want: { delivered: 3 } },
  { name: 'a copy', came: [[1, true], [2, true], [2, true], [3, true]], want: { delivered: 3, doubledSameId: 1 } },
  {
    name: 'a copy under another id',
    came: [[1, true], [2, true], [2, true, { id: id(9) }], [3, true]],
    want: { delivered: 3, doubledOtherId: 1 },
  },
  {
    name: 'a copy with other bytes',
    came: [[1, true], [2, true], [2, true, { sha256: 'f'.repeat(64) }], [3, true]],
    want: { delivered: 3, changedBytes: 1 },
  },
  { name: 'a later one first', came: [[1, true], [3, true], [2, true]], want: { delivered: 3, inversions: 1 } },
  { name: 'a refused one is passed', came: [[1, false], [2, true], [1, true], [3, true]], want: { delivered: 3, inversions: 1 } },
];

for (const { name, came, want } of cases) {
  test(name, () => {
    const book = new Book();
    for (const [record, isTaken, odd] of came) book.note(arrival(record, odd), isTaken);
    const tally = book.tally(new Map([['catraca-1', 3]]));
    assert.deepEqual(tally, { ...NOTHING, accepted: 3, ...want });
  });
}

test('copies with one id are no fault; everything else is, and so is a scenario without events', () => {
  assert.deepEqual(faultsOf({ ...NOTHING, accepted: 1, doubledSameId: 5 }), []);
  assert.deepEqual(faultsOf(NOTHING), ['nothing was accepted']);
  const bad = { ...NOTHING, accepted: 1, lost: 1, doubledOtherId: 2, changedBytes: 3, inversions: 4 };
  assert.deepEqual(faultsOf(bad), ['lost: 1', 'doubledOtherId: 2', 'changedBytes: 3', 'inversions: 4']);
});
