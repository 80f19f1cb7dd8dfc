import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines } from '../../../drivers/lines/driver.ts';
import { linesOptions } from '../../../drivers/lines/options.ts';
import { ManualClock, settle } from '../../clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { bytes, CARD_PATTERN, Commits, cards } from './set-up.ts';

function startObserver() {
  const log = new RecordingLog();
  const commits = new Commits();
  const observer = lines.observe({
    id: 'catraca-1',
    options: linesOptions.parse({ pattern: CARD_PATTERN, ack: 'OK\n' }),
    clock: new ManualClock(),
    log,
    signal: new AbortController().signal,
    cursor: { position: undefined },
    record: commits.record,
    recordAt: (_position, ...readings) => commits.record(...readings),
  });
  return { log, commits, observer };
}

test('hears the lines of the device, not those of the software', () => {
  const { commits, observer } = startObserver();
  observer.fromSoftware(bytes('card 9\n'));
  observer.fromDevice(bytes('card 1\ncard'));
  observer.fromSoftware(bytes('OK\n'));
  observer.fromDevice(bytes(' 2\nnoise\n'));
  observer.end();
  assert.deepEqual(commits.all.map(cards), [['1'], ['2', 'unrecognised']]);
});

test('beyond 64 commits under way it drops whole lines, says so once, and counts them at the end', async () => {
  const { log, commits, observer } = startObserver();
  for (let card = 1; card <= 64; card += 1) observer.fromDevice(bytes(`card ${card}\n`));
  observer.fromDevice(bytes('card 65\ncard 66\ncard 6'));
  observer.fromDevice(bytes('7\ncard 6'));
  assert.equal(commits.all.length, 64);
  assert.equal(log.entries.length, 1);

  commits.all[0]?.resolve();
  await settle();
  observer.fromDevice(bytes('8\n'));
  assert.deepEqual(commits.all.slice(64).map(cards), [['68']], 'the line after the dropped ones is whole');
  observer.end();
  assert.deepEqual(log.entries.at(-1)?.data, { dropped: 3 });
  assert.equal(log.entries.length, 2);
});

test('a commit that fails is logged and frees its place', async () => {
  const { log, commits, observer } = startObserver();
  observer.fromDevice(bytes('card 1\n'));
  commits.all[0]?.reject(new Error('given up'));
  await settle();
  assert.equal(log.at('error').length, 1);
  for (let card = 1; card <= 64; card += 1) observer.fromDevice(bytes(`card ${card}\n`));
  assert.equal(commits.all.length, 65);
});
