import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { ManualClock, settle } from '../../clock.ts';
import { type LogLine, options, recordingLog } from './bench.ts';
import { frameOf, vector } from './vectors.ts';

function startObserver(record: (...readings: Reading[]) => Promise<void> = async () => {}) {
  const clock = new ManualClock();
  const lines: LogLine[] = [];
  const readings: Reading[] = [];
  const observer = henry.observe({
    id: 'catraca-1',
    options: options(),
    clock,
    log: recordingLog(lines),
    signal: new AbortController().signal,
    cursor: { position: undefined },
    record: (...news) => {
      readings.push(...news);
      return record(...news);
    },
    recordAt: (_position, ...news) => {
      readings.push(...news);
      return record(...news);
    },
  });
  return { observer, readings, clock, lines };
}

test('T1 to T4: the whole of a tapped passage, cut up in both directions', () => {
  const { observer, readings, clock } = startObserver();
  const pieces = (id: string): Buffer[] => [...frameOf(vector(id))].map((byte) => Buffer.from([byte]));
  for (const piece of pieces('T1')) observer.fromDevice(piece);
  for (const piece of pieces('T2')) observer.fromSoftware(piece);
  for (const id of ['T3', 'T4']) for (const piece of pieces(id)) observer.fromDevice(piece);
  const who = { key: '15', freshness: 'live', credential: { kind: 'indefinido', value: '11912322' } };
  assert.deepEqual(readings, [
    {
      kind: 'identified',
      ...who,
      identity: '0|10/05/2016 12:46:06|11912322',
      at: { local: '2016-05-10T12:46:06' },
      direction: 'entrada',
      decisionWithinMs: 5000,
    },
    {
      kind: 'decided',
      ...who,
      direction: 'entrada',
      trace: { code: '6', at: { local: '2016-05-10T12:46:06' } },
      result: 'liberado',
      by: 'sistema',
      turnWithinMs: 15_000,
    },
    {
      kind: 'passed',
      ...who,
      identity: '81|11/05/2016 14:33:24|',
      at: { local: '2016-05-11T14:33:24' },
      trace: { code: '81', at: { local: '2016-05-11T14:33:24' } },
      direction: 'saida',
    },
  ]);
  assert.equal(clock.nextAtMs, undefined);
});

test('settings and clock that the software asks for are facts too', () => {
  const { observer, readings, clock } = startObserver();
  observer.fromDevice(Buffer.concat([frameOf(vector('T12')), frameOf(vector('O2'))]));
  assert.deepEqual(readings, [
    { kind: 'identity', manufacturer: 'Henry', model: 'ACESSO' },
    { kind: 'clock', at: { local: '2012-08-30T12:01:24' }, readAtMs: clock.now() },
  ]);
});

test('an unfinished frame is given up after 2 s, each direction for itself', async () => {
  const { observer, readings, clock } = startObserver();
  observer.fromDevice(Buffer.concat([Buffer.from('\x02\xff\x0001+RR', 'latin1'), frameOf(vector('O1'))]));
  observer.fromSoftware(frameOf(vector('T2')).subarray(0, 9));
  await clock.advance(1999);
  assert.equal(readings.length, 0);
  await clock.advance(1);
  assert.equal(readings[0]?.kind, 'identified');
});

test('after the end nothing is waited for', () => {
  const { observer, clock } = startObserver();
  observer.fromDevice(frameOf(vector('O1')).subarray(0, 9));
  observer.end();
  assert.equal(clock.nextAtMs, undefined);
});

test('a journal that never commits never reaches the tap; what is lost is counted', () => {
  const { observer, readings, lines } = startObserver(() => new Promise(() => {}));
  for (let times = 0; times < 1100; times++) observer.fromDevice(frameOf(vector('T4')));
  observer.end();
  assert.equal(readings.length, 1000);
  assert.deepEqual(
    lines.map(({ level, data }) => [level, data]),
    [
      ['error', { pending: 1000 }],
      ['error', { dropped: 100 }],
    ],
  );
});

test('a journal that rejects never reaches the tap and is said once', async () => {
  const { observer, lines } = startObserver(() => Promise.reject(new Error('given up')));
  for (let times = 0; times < 3; times++) observer.fromDevice(frameOf(vector('T4')));
  await settle();
  assert.deepEqual(
    lines.map(({ message }) => message),
    ['readings were not recorded'],
  );
});

test('any bytes in both directions are heard without a throw', () => {
  const known = fc.constantFrom('O1', 'T2', 'T4', 'C2', 'C9', 'D4').map((id) => frameOf(vector(id)));
  const chunk = fc.oneof(fc.uint8Array({ maxLength: 40 }), known);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), chunk), { maxLength: 20 }), (chunks) => {
      const { observer } = startObserver();
      for (const [isDevice, bytes] of chunks)
        isDevice ? observer.fromDevice(bytes) : observer.fromSoftware(bytes);
      observer.end();
    }),
  );
});
