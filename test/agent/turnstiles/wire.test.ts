import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrate } from '../../../agent/commands/calibration.ts';
import { withoutSecrets } from '../../../agent/commands/diagnose/without-secrets.ts';
import { parseCapture } from '../../../agent/commands/watch/capture.ts';
import { eventJson, eventOf } from '../../../agent/turnstiles/event-json.ts';
import { Wire, type WireEvent, watchable } from '../../../agent/turnstiles/wire.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { ManualClock } from '../../clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';

test('a wire tells each watcher how it stands and everything after, and nobody once none is left', () => {
  const wire = new Wire(new ManualClock(5));
  wire.linked('up', { peer: 'here' });
  wire.heard('device', Buffer.from('before'));
  const events: WireEvent[] = [];
  const stop = wire.watch((event) => events.push(event));
  wire.heard('device', Buffer.from('a'));
  wire.linked('down', { why: 'cut' });
  stop();
  wire.heard('device', Buffer.from('after'));
  assert.deepEqual(events, [
    { kind: 'link', atMs: 5, state: 'up', peer: 'here', ongoing: true },
    { kind: 'bytes', atMs: 5, from: 'device', bytes: Buffer.from('a') },
    { kind: 'link', atMs: 5, state: 'down', why: 'cut' },
  ]);
});

test('an observer behind a tap can be watched: both sides, and what was read', async () => {
  const clock = new ManualClock();
  const wire = new Wire(clock);
  const events: WireEvent[] = [];
  wire.watch((event) => events.push(event));
  const recorded: Reading[] = [];
  const observer = watchable(henry, wire).observe({
    id: 'catraca-1',
    options: henry.options.parse({}),
    clock,
    log: new RecordingLog(),
    signal: new AbortController().signal,
    record: async (...readings) => void recorded.push(...readings),
    cursor: { position: undefined },
    recordAt: async (_position, ...readings) => void recorded.push(...readings),
  });
  const denied =
    '02 3d 00 30 34 2b 52 45 4f 4e 2b 30 30 30 2b 33 30 5d 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 37 33 39 38 5d 32 35 2f 31 31 2f 32 30 32 36 20 30 35 3a 35 34 3a 31 37 5d 31 5d 30 5d 31 7c 03';
  observer.fromSoftware(Buffer.from('x'));
  observer.fromDevice(Buffer.from(denied.replaceAll(' ', ''), 'hex'));
  observer.end();
  assert.deepEqual(
    events.map((event) => [event.kind, 'from' in event ? event.from : 'state' in event ? event.state : '']),
    [
      ['link', 'down'],
      ['link', 'up'],
      ['bytes', 'software'],
      ['bytes', 'device'],
      ['reading', ''],
      ['link', 'down'],
    ],
  );
  assert.equal(recorded.length, 1);
});

test('events survive JSON, bytes of unrecognised lines too', () => {
  const events: WireEvent[] = [
    { kind: 'link', atMs: 1, state: 'down' },
    { kind: 'bytes', atMs: 2, from: 'giro', bytes: Buffer.from([0, 255]) },
    { kind: 'reading', atMs: 3, reading: { kind: 'unrecognised', bytes: Buffer.from([0, 255]) } },
    { kind: 'reading', atMs: 4, reading: { kind: 'passed', freshness: 'live', direction: 'saida' } },
  ];
  for (const event of events) assert.deepEqual(eventOf(JSON.parse(JSON.stringify(eventJson(event)))), event);
});

test('a capture is read to its last whole line, and a wrong line is named', () => {
  const header =
    '{"girocap":1,"version":"1","turnstile":"a","driver":"henry","options":{},"timezone":"UTC"}\n';
  const entry = '{"kind":"bytes","atMs":1,"from":"device","bytes":"AA=="}\n';
  assert.equal(parseCapture(`${header}${entry}{"kind":"by`).entries.length, 1);
  assert.throws(() => parseCapture(`${header}nonsense\n${entry}`), {
    code: 'CAPTURE_UNREADABLE',
    message: /line 2/,
  });
  assert.throws(() => parseCapture(`${header}${entry.replace('AA==', 'A')}`), { message: /line 2/ });
  for (const text of ['', 'x', '{}\n', header.replace('1', '2')]) {
    assert.throws(() => parseCapture(text), { message: /line 1/ });
  }
});

test('calibration: one live turn against swapDirection', () => {
  const turn = { kind: 'passed', freshness: 'live' } as const;
  const at = (reading: Reading, swapDirection: boolean) => calibrate(reading, { id: 'a', swapDirection });
  const base = { turnstile: 'a', configured: false };
  assert.deepEqual(at({ ...turn, direction: 'entrada' }, false), {
    ...base,
    device: 'entrada',
    needed: false,
  });
  assert.deepEqual(at({ ...turn, direction: 'saida' }, false), { ...base, device: 'saida', needed: true });
  assert.deepEqual(at({ ...turn }, false), { ...base, device: 'indefinido' });
  assert.equal(at({ ...turn, freshness: 'recovered', direction: 'saida' }, false), undefined);
  const granted = { kind: 'decided', result: 'liberado', by: 'dispositivo', freshness: 'live' } as const;
  assert.equal(at({ ...granted, direction: 'saida' }, false), undefined, 'the turn is still to come');
  assert.equal(at({ ...granted, direction: 'saida', turnWithinMs: 0 }, true)?.needed, true);
});

test('options in a recording keep their form and lose their secrets', () => {
  const options = {
    decide: 'callback',
    callback: {
      url: 'http://u:p@host:8080/way?token=abc#x',
      headers: { authorization: 'Bearer abc' },
      timeoutMs: 1500,
    },
    password: 'abc',
    pattern: '^(?<time>[^;]+)$',
    readers: { 1: 'digital' },
  };
  assert.deepEqual(withoutSecrets(options), {
    decide: 'callback',
    callback: { url: 'http://host:8080/way', headers: {}, timeoutMs: 1500 },
    password: '[redacted]',
    pattern: '^(?<time>[^;]+)$',
    readers: { 1: 'digital' },
  });
});
