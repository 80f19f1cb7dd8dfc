import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '../../../drivers/links/backoff.ts';

const middle = (): number => 0.5;

test('the first retry goes at once, the later ones wait longer, up to 30 s', () => {
  const waitsS = Array.from({ length: 9 }, (_, attempt) => backoffMs(attempt, middle) / 1_000);
  assert.deepEqual(waitsS, [0, 1, 2, 5, 10, 15, 30, 30, 30]);
  assert.equal(backoffMs(100_000, middle), 30_000);
});

test('a device that keeps nothing meanwhile is not waited for as long', () => {
  const waitsS = Array.from({ length: 6 }, (_, attempt) => backoffMs(attempt, middle, 5_000) / 1_000);
  assert.deepEqual(waitsS, [0, 1, 2, 5, 5, 5]);
});

test('the jitter is 20 % either way', () => {
  assert.equal(
    backoffMs(4, () => 0),
    8_000,
  );
  assert.equal(
    backoffMs(4, () => 1),
    12_000,
  );
});
