import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { toletusLitenet2 } from '../../../drivers/toletus-litenet2/driver.ts';
import { ManualClock, settle } from '../../clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { options } from './bench.ts';
import { bytesOf } from './vectors.ts';

function startObserver(record: (...readings: Reading[]) => Promise<void> = async () => {}, stored?: string) {
  const positions: string[] = [];
  const log = new RecordingLog();
  const readings: Reading[] = [];
  const clock = new ManualClock();
  const observer = toletusLitenet2.observe({
    id: 'catraca-1',
    options: options(),
    clock,
    log,
    signal: new AbortController().signal,
    cursor: { position: stored },
    record: (...news) => {
      readings.push(...news);
      return record(...news);
    },
    recordAt: (position, ...news) => {
      positions.push(position);
      readings.push(...news);
      return record(...news);
    },
  });
  return { observer, readings, positions, log, clock };
}

function kinds(readings: readonly Reading[]): string[] {
  return readings.map(({ kind }) => kind);
}

test('the whole of a tapped passage, cut up in both directions', () => {
  const { observer, readings, clock } = startObserver();
  for (const byte of bytesOf(7)) observer.fromDevice(Uint8Array.of(byte));
  for (const byte of bytesOf(17)) observer.fromSoftware(Uint8Array.of(byte));
  for (const byte of bytesOf(11)) observer.fromDevice(Uint8Array.of(byte));
  const credential = { kind: 'cartao', value: '3954862189' };
  assert.partialDeepStrictEqual(readings, [
    { kind: 'identified', credential },
    { kind: 'decided', credential, result: 'liberado', by: 'sistema', direction: 'entrada' },
    { kind: 'passed', credential, direction: 'entrada' },
  ]);
  assert.equal(clock.nextAtMs, undefined, 'nothing is waited for');
});

test('a tapped denial: text and error tone', () => {
  const { observer, readings } = startObserver();
  observer.fromDevice(bytesOf(9));
  observer.fromSoftware(Buffer.concat([bytesOf(20), bytesOf(21)]));
  assert.deepEqual(kinds(readings), ['identified', 'decided']);
  assert.partialDeepStrictEqual(readings.at(-1), { result: 'negado', by: 'sistema', reason: 'outro' });
});

test('what the software asks and is answered are facts too', () => {
  const { observer, readings } = startObserver();
  observer.fromSoftware(Buffer.concat([bytesOf(1), bytesOf(22)]));
  observer.fromDevice(Buffer.concat([bytesOf(3), bytesOf(4), bytesOf(6)]));
  assert.deepEqual(kinds(readings), ['identity', 'identity']);
});

test('a journal that never commits never reaches the tap; what is lost is counted', () => {
  const { observer, readings, log } = startObserver(() => new Promise(() => {}));
  for (let times = 0; times < 1100; times++) observer.fromDevice(bytesOf(11));
  observer.end();
  assert.equal(readings.length, 1000);
  assert.deepEqual(
    log.entries.map(({ level, data }) => [level, data]),
    [
      ['error', { pending: 1000 }],
      ['error', { dropped: 100 }],
    ],
  );
});

test('a journal that rejects never reaches the tap and is said once', async () => {
  const { observer, log } = startObserver(() => Promise.reject(new Error('given up')));
  for (let times = 0; times < 3; times++) observer.fromDevice(bytesOf(11));
  await settle();
  assert.deepEqual(log.at('error'), ['readings were not recorded']);
});

test('passages while nobody heard the board are told with the next turn; where they stand is kept', async () => {
  const clockMs = Date.parse('2026-03-02T12:00:00Z');
  const stored = JSON.stringify({ entries: 69_990, exits: 28, atMs: clockMs - 3_600_000 });
  const { observer, readings, positions, clock } = startObserver(undefined, stored);
  await clock.advance(5_000);
  observer.fromDevice(Buffer.concat([bytesOf(11), bytesOf(12)])); // an entry, total 70000; an exit, total 29
  assert.deepEqual(kinds(readings), ['gap', 'passed', 'passed']);
  assert.partialDeepStrictEqual(readings[0], {
    from: { epochMs: clockMs - 3_600_000 },
    to: { epochMs: clockMs },
    entries: 9,
    exits: 0,
  });
  await clock.advance(60_000);
  observer.end();
  assert.equal(positions.at(-1), JSON.stringify({ entries: 70_000, exits: 29, atMs: clockMs + 65_000 }));
});
