import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessCount } from '../../../agent/journal/statistics.ts';
import { daysUpTo, hourOf, spanOf } from '../../../agent/panel/calendar.ts';
import { statistics } from '../../../agent/panel/statistics.ts';

const timezone = 'America/Sao_Paulo';
/** A Wednesday, 18:30 in São Paulo. */
const NOW = Date.parse('2026-11-25T18:30:00-03:00');
const WEEK = 7 * 86_400_000;
const HOUR = 3_600_000;

const entry = (atMs: number, entries: number): AccessCount => ({
  atMs,
  turnstile: 'catraca-1',
  accesses: entries,
  entries,
  denied: 0,
});
const nothing = { nowMs: NOW, timezone, accesses: [], depths: [], latencies: [] };

test('today by hour of the wall, and what is usual on this weekday', () => {
  const { today, usual, weeks, week } = statistics({
    ...nothing,
    accesses: [
      entry(NOW - 2 * WEEK, 10),
      entry(NOW - WEEK, 20),
      entry(NOW - WEEK + 6 * HOUR, 4),
      entry(NOW - 12 * HOUR, 3),
      entry(NOW, 7),
    ],
  });
  assert.deepEqual([today[6], today[18], today.reduce((sum, each) => sum + each, 0)], [3, 7, 10]);
  assert.equal(usual[18], 15, 'the mean of the two Wednesdays that are known');
  assert.equal(weeks, 2);
  assert.equal(week[2]?.[18], 15);
  assert.equal(week[3]?.[0], 2, 'half past midnight is Thursday, and of two Thursdays one had nobody');
});

test('a new journal knows no usual', () => {
  const found = statistics({ ...nothing, accesses: [entry(NOW - HOUR, 1)] });
  assert.equal(found.weeks, 0);
  assert.deepEqual(found.depth, []);
  assert.deepEqual(found.latency, []);
});

test('hours of a day that has 23 or 25 are those of the wall', () => {
  const [day] = daysUpTo(Date.parse('2026-10-25T12:00:00Z'), 'Europe/Lisbon', 0);
  assert.equal(day!.endMs - day!.startMs, 25 * HOUR);
  assert.equal(hourOf(day!.startMs + 1.5 * HOUR, day!, 'Europe/Lisbon'), 1);
  assert.equal(hourOf(day!.startMs + 2.5 * HOUR, day!, 'Europe/Lisbon'), 1);
  assert.equal(hourOf(day!.endMs - 1, day!, 'Europe/Lisbon'), 23);
});

test('what waited is added up over webhooks, the most of each five minutes', () => {
  const sample = (minute: number, webhook: string, pending: number) => ({
    webhook,
    atMs: NOW + minute * 60_000,
    pending,
  });
  const { depth } = statistics({
    ...nothing,
    depths: [sample(1, 'crm', 2), sample(0, 'crm', 1), sample(1, 'app', 3), sample(5, 'crm', 0)],
  });
  assert.deepEqual(depth, [
    { atMs: NOW, pending: 5 },
    { atMs: NOW + 300_000, pending: 0 },
  ]);
});

test('times are told from their classes', () => {
  const count = (bucket: number, deliveries: number) => ({ webhook: 'crm', atMs: NOW, bucket, deliveries });
  const { latency } = statistics({ ...nothing, latencies: [count(2, 50), count(1, 50)] });
  assert.deepEqual(latency, [{ atMs: NOW + 450_000, usualMs: 100, slowMs: 235 }]);
  const { latency: endless } = statistics({ ...nothing, latencies: [count(15, 1)] });
  assert.equal(endless[0]?.slowMs, 86_400_000, 'longer than the last bound');
});

test('what a person typed means a day, or around a time of it; nonsense means nothing', () => {
  const at = (text: string) => Date.parse(`2026-11-24T${text}:00-03:00`);
  assert.deepEqual(spanOf({ date: '2026-11-24' }, timezone, 0), {
    sinceMs: at('00:00'),
    untilMs: at('00:00') + 24 * HOUR,
  });
  assert.deepEqual(spanOf({ date: '2026-11-24', time: '18:03' }, timezone, 60_000), {
    sinceMs: at('18:02'),
    untilMs: at('18:04'),
  });
  assert.equal(spanOf({ date: '2026-02-30' }, timezone, 0), undefined);
  assert.equal(spanOf({ date: '2026-11-24', time: '25:00' }, timezone, 0), undefined);
});
