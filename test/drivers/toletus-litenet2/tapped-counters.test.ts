import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Direction } from '../../../drivers/contract/reading.ts';
import { TappedCounters } from '../../../drivers/toletus-litenet2/tapped-counters.ts';

const HOUR_MS = 3_600_000;
const STORED = JSON.stringify({ serial: 6718, entries: 100, exits: 50, atMs: 0 });

interface Turn {
  readonly atMs: number;
  readonly direction: Direction;
  readonly total: number;
}

function gapsOf(counters: TappedCounters, turns: readonly Turn[]) {
  return turns.flatMap(({ atMs, ...turn }) => counters.passed(turn, atMs));
}

const gap = (fromMs: number, toMs: number, entries: number, exits: number) => ({
  kind: 'gap',
  from: { epochMs: fromMs },
  to: { epochMs: toMs },
  entries,
  exits,
  cause: 'contadores',
});

test('what passed between two conversations is told with the next turn of its way', () => {
  const counters = new TappedCounters(STORED, HOUR_MS);
  const gaps = gapsOf(counters, [
    { atMs: HOUR_MS + 1_000, direction: 'entrada', total: 104 },
    { atMs: HOUR_MS + 2_000, direction: 'entrada', total: 105 },
    { atMs: HOUR_MS + 3_000, direction: 'saida', total: 53 },
  ]);
  assert.deepEqual(gaps, [gap(0, HOUR_MS, 3, 0), gap(0, HOUR_MS, 0, 2)]);
  const atMs = HOUR_MS + 3_000;
  assert.equal(counters.position, JSON.stringify({ serial: 6718, entries: 105, exits: 53, atMs }));
});

test('while one way was not compared, what was missed may lie further back', () => {
  const counters = new TappedCounters(STORED, HOUR_MS);
  gapsOf(counters, [{ atMs: HOUR_MS + 1_000, direction: 'entrada', total: 101 }]);
  counters.complete(HOUR_MS + 2_000);
  assert.equal(counters.position, JSON.stringify({ serial: 6718, entries: 101, exits: 50, atMs: 0 }));
});

test('a turn that was lost within a conversation is told too', () => {
  const counters = new TappedCounters(STORED, 1_000);
  const gaps = gapsOf(counters, [
    { atMs: 2_000, direction: 'entrada', total: 101 },
    { atMs: 3_000, direction: 'saida', total: 51 },
    { atMs: 60_000, direction: 'saida', total: 53 },
  ]);
  assert.deepEqual(gaps, [gap(3_000, 60_000, 0, 1)]);
});

test('nothing known, a reset, no total and no direction tell nothing', () => {
  assert.deepEqual(
    gapsOf(new TappedCounters(undefined, 0), [{ atMs: 1, direction: 'entrada', total: 7 }]),
    [],
  );
  const counters = new TappedCounters(STORED, HOUR_MS);
  assert.deepEqual(gapsOf(counters, [{ atMs: HOUR_MS, direction: 'entrada', total: 1 }]), []);
  assert.deepEqual(counters.passed({ direction: 'entrada' }, HOUR_MS), []);
  assert.deepEqual(counters.passed({ direction: 'indefinido', total: 900 }, HOUR_MS), []);
  assert.deepEqual(gapsOf(counters, [{ atMs: HOUR_MS + 9_000, direction: 'entrada', total: 2 }]), []);
});

test('another board is a new beginning; the same one is believed whatever its totals', () => {
  const other = new TappedCounters(STORED, HOUR_MS);
  other.identify(9999);
  assert.equal(other.position, undefined);
  assert.deepEqual(gapsOf(other, [{ atMs: HOUR_MS, direction: 'entrada', total: 110 }]), []);

  const same = new TappedCounters(STORED, 10_000);
  same.identify(6718);
  const turns = [{ atMs: 20_000, direction: 'entrada', total: 131 }] as const;
  assert.deepEqual(gapsOf(same, turns), [gap(0, 10_000, 30, 0)]);
});

test('more turns than the time allows are those of another board, as long as it does not say who it is', () => {
  const turns = [{ atMs: 20_000, direction: 'entrada', total: 112 }] as const;
  assert.deepEqual(gapsOf(new TappedCounters(STORED, 10_000), turns), []);
  assert.deepEqual(gapsOf(new TappedCounters(STORED, 11_000), turns), [gap(0, 11_000, 11, 0)]);
});
