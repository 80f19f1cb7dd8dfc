import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PassageCounters } from '../../../drivers/toletus-litenet2/counters.ts';

const NIGHT = Date.parse('2026-03-02T01:00:00Z');
const MORNING = Date.parse('2026-03-02T09:00:00Z');
const STORED = JSON.stringify({ serial: 6718, entries: 100, exits: 50, atMs: NIGHT });

/** One connection: what the board says of its serial number and of its counters. */
function connect(
  stored: string | undefined,
  totals: { entries: number; exits: number },
  serial: number | undefined = 6718,
) {
  const counters = new PassageCounters(stored);
  counters.identify(serial);
  if (counters.read(totals)) counters.catchUp(totals, MORNING);
  const gap = counters.takeGap(MORNING);
  counters.begin(MORNING);
  return { counters, gap };
}

function gapOf(entries: number, exits: number, fromMs = NIGHT, toMs = MORNING) {
  return [
    { kind: 'gap', from: { epochMs: fromMs }, to: { epochMs: toMs }, entries, exits, cause: 'contadores' },
  ];
}

const cases = [
  { name: 'nothing happened', totals: { entries: 100, exits: 50 }, want: [] },
  { name: 'both ways', totals: { entries: 103, exits: 51 }, want: gapOf(3, 1) },
  { name: 'one way', totals: { entries: 100, exits: 52 }, want: gapOf(0, 2) },
  { name: 'reset: a new base, nothing reported', totals: { entries: 7, exits: 0 }, want: [] },
  { name: 'one way reset, the other went on', totals: { entries: 7, exits: 52 }, want: gapOf(0, 2) },
  { name: 'wrapped round: as a reset', totals: { entries: 0, exits: 50 }, want: [] },
] as const;
for (const { name, totals, want } of cases) {
  test(`after a reconnect: ${name}`, () => {
    const { counters, gap } = connect(STORED, totals);
    assert.deepEqual(gap, want);
    assert.deepEqual(JSON.parse(counters.position!), { serial: 6718, ...totals, atMs: MORNING });
    assert.deepEqual(counters.takeGap(MORNING), [], 'each passage once');
  });
}

test('another board: a new base, nothing reported', () => {
  const { counters, gap } = connect(STORED, { entries: 9000, exits: 9000 }, 7001);
  assert.deepEqual(gap, []);
  assert.partialDeepStrictEqual(JSON.parse(counters.position!), { serial: 7001, entries: 9000 });
});

test('another board that reported a turn before it told its serial number', () => {
  const counters = new PassageCounters(STORED);
  counters.passed({ direction: 'entrada', total: 9001 }, MORNING);
  assert.deepEqual(counters.takeGap(MORNING), []);
  assert.equal(counters.position, undefined);
  counters.identify(7001);
  assert.deepEqual(counters.takeGap(MORNING), []);
  assert.equal(counters.read({ entries: 9001, exits: 9000 }), false);
});

test('a board that does not tell its serial number is taken for the same', () => {
  assert.deepEqual(connect(STORED, { entries: 101, exits: 50 }, undefined).gap, gapOf(1, 0));
});

for (const stored of [undefined, '', 'nonsense', '{}', '{"atMs":"x"}', '[1]']) {
  test(`nothing to count from (${stored}): nothing is reported`, () => {
    const { counters, gap } = connect(stored, { entries: 100, exits: 50 });
    assert.deepEqual(gap, []);
    assert.partialDeepStrictEqual(JSON.parse(counters.position!), { entries: 100, exits: 50 });
  });
}

test('passages that are reported are no gap, and a total that jumps is one', () => {
  const { counters } = connect(STORED, { entries: 100, exits: 50 });
  counters.passed({ direction: 'entrada', total: 101 }, MORNING + 1000);
  counters.passed({ direction: 'saida', total: 51 }, MORNING + 2000);
  assert.deepEqual(counters.takeGap(MORNING + 2000), []);
  counters.passed({ direction: 'entrada', total: 104 }, MORNING + 9000);
  assert.deepEqual(counters.takeGap(MORNING + 9000), gapOf(2, 0, MORNING + 2000, MORNING + 9000));
});

test('passages without a total, or without a direction, change nothing', () => {
  const { counters } = connect(STORED, { entries: 100, exits: 50 });
  const before = counters.position;
  counters.passed({ direction: 'entrada' }, MORNING + 1000);
  counters.passed({ direction: 'indefinido', total: 7 }, MORNING + 1000);
  assert.equal(counters.position, before);
});

test('a counter that is reset while connected is a new base', () => {
  const { counters } = connect(STORED, { entries: 100, exits: 50 });
  counters.passed({ direction: 'entrada', total: 1 }, MORNING + 1000);
  counters.passed({ direction: 'entrada', total: 2 }, MORNING + 1000);
  assert.deepEqual(counters.takeGap(MORNING + 1000), []);
});

test('a turn that is reported while the counters are asked for is no gap', () => {
  const counters = new PassageCounters(STORED);
  counters.identify(6718);
  const totals = { entries: 101, exits: 50 };
  assert.equal(counters.read(totals), true);
  counters.passed({ direction: 'entrada', total: 101 }, MORNING);
  counters.catchUp(totals, MORNING);
  assert.deepEqual(counters.takeGap(MORNING), []);
});

test('a turn reported before the counters were compared does not narrow the window of the others', () => {
  const counters = new PassageCounters(STORED);
  counters.identify(6718);
  counters.passed({ direction: 'entrada', total: 101 }, MORNING - 10);
  const totals = { entries: 101, exits: 52 };
  assert.equal(counters.read(totals), true);
  counters.catchUp(totals, MORNING);
  assert.deepEqual(counters.takeGap(MORNING), gapOf(0, 2));
});

test('a clock that was set back makes no window that ends before it begins', () => {
  const counters = new PassageCounters(STORED);
  counters.identify(6718);
  const totals = { entries: 101, exits: 50 };
  counters.read(totals);
  counters.catchUp(totals, NIGHT - 5000);
  assert.deepEqual(counters.takeGap(NIGHT - 5000), gapOf(1, 0, NIGHT - 5000, NIGHT - 5000));
});

test('whatever was heard and missed, reported and gaps add up to what the board counted', () => {
  const step = fc.record({ isEntry: fc.boolean(), isHeard: fc.boolean(), reconnects: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let board = { entries: 100, exits: 50 };
      let { counters } = connect(STORED, board);
      let told = 0;
      const take = (gaps: readonly { entries?: number; exits?: number }[]): void => {
        for (const { entries = 0, exits = 0 } of gaps) told += entries + exits;
      };
      for (const { isEntry, isHeard, reconnects } of steps) {
        board = isEntry ? { ...board, entries: board.entries + 1 } : { ...board, exits: board.exits + 1 };
        if (isHeard) {
          const total = isEntry ? board.entries : board.exits;
          counters.passed({ direction: isEntry ? 'entrada' : 'saida', total }, MORNING);
          told += 1;
          take(counters.takeGap(MORNING));
        }
        if (!reconnects) continue;
        const next = connect(counters.position, board);
        counters = next.counters;
        take(next.gap);
      }
      take(connect(counters.position, board).gap);
      assert.equal(told, steps.length);
    }),
  );
});
