import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endpointWait,
  laneWait,
  messageWait,
  penaltyMs,
  type Random,
  type Step,
} from '../../../agent/delivery/schedule.ts';

const middle: Random = () => 0.5; // no jitter

function climb(times: number, next: (step: number) => Step): number[] {
  const waitsS: number[] = [];
  let step = 0;
  for (let count = 0; count < times; count += 1) {
    const { waitMs, nextStep } = next(step);
    waitsS.push(waitMs / 1000);
    step = nextStep;
  }
  return waitsS;
}

test('class A: 1, 2, 5, 10, 30, 60 s and then 60 s for ever', () => {
  assert.deepEqual(
    climb(9, (step) => endpointWait('A', step, middle)),
    [1, 2, 5, 10, 30, 60, 60, 60, 60],
  );
});

test('class C: the same to 300 s', () => {
  assert.deepEqual(
    climb(10, (step) => endpointWait('C', step, middle)),
    [1, 2, 5, 10, 30, 60, 120, 300, 300, 300],
  );
});

test('class B, the lane: 0, 0.25, 1, 2, 5 ... 300 s', () => {
  assert.deepEqual(
    climb(11, (step) => laneWait(step, middle)),
    [0, 0.25, 1, 2, 5, 10, 30, 60, 120, 300, 300],
  );
});

test('a long outage of class A leaves class C its way to 300 s', () => {
  let step = 0;
  for (let count = 0; count < 1000; count += 1) step = endpointWait('A', step, middle).nextStep;
  assert.deepEqual(
    [endpointWait('C', step, middle).waitMs, endpointWait('A', step, middle).waitMs],
    [60_000, 60_000],
  );
});

test('class D: tries after 1 s and 5 s, then it is parked', () => {
  assert.deepEqual(
    [1, 2, 3].map((tries) => messageWait(tries, middle)),
    [1_000, 5_000, undefined],
  );
});

test('jitter stays within 20 %', () => {
  assert.equal(endpointWait('A', 5, () => 0).waitMs, 48_000);
  assert.equal(endpointWait('A', 5, () => 0.999_999).waitMs, 72_000);
});

test('a bare 429 waits at least 60 s, a bare 503 at least 30 s', () => {
  assert.deepEqual(
    [429, 503, 500, undefined].map((status) => penaltyMs(status, () => 0)),
    [60_000, 30_000, 0, 0],
  );
  assert.ok(penaltyMs(429, () => 0.99) <= 72_000);
});
