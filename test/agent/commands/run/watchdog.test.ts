import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchdogIntervalMs } from '../../../../agent/commands/run/notify.ts';
import { Watchdog } from '../../../../agent/commands/run/watchdog.ts';
import { ManualClock } from '../../../clock.ts';
import { RecordingLog } from '../../../drivers/recording-log.ts';
import { answer, Bench, HeldAnswers } from '../../delivery/bench.ts';
import { MemoryJournal } from '../../delivery/memory-journal.ts';

const INTERVAL_MS = 15_000;

class Dog {
  readonly clock = new ManualClock();
  readonly log = new RecordingLog();
  fed = 0;
  pulse: () => Promise<string | undefined> = () => Promise.resolve(undefined);
  readonly watchdog = new Watchdog({
    intervalMs: INTERVAL_MS,
    pulse: () => this.pulse(),
    feed: async () => {
      this.fed += 1;
    },
    clock: this.clock,
    log: this.log,
  });
}

test('is fed at once and after each pulse', async () => {
  const dog = new Dog();
  dog.watchdog.start();
  await dog.clock.advance(3 * INTERVAL_MS);
  assert.equal(dog.fed, 4);
  dog.watchdog.stop();
  await dog.clock.advance(3 * INTERVAL_MS);
  assert.equal(dog.fed, 4);
});

test('is not fed while a pulse does not come back, and again once it has', async () => {
  const dog = new Dog();
  const pulse = Promise.withResolvers<undefined>();
  dog.pulse = () => pulse.promise;
  dog.watchdog.start();
  await dog.clock.advance(4 * INTERVAL_MS);
  assert.equal(dog.fed, 0);
  assert.deepEqual(dog.log.at('error').length, 1);
  dog.pulse = () => Promise.resolve(undefined);
  pulse.resolve(undefined);
  await dog.clock.advance(INTERVAL_MS);
  assert.equal(dog.fed, 2);
  assert.equal(dog.log.at('info').length, 1);
});

test('is not fed while something stands still or the pulse fails', async () => {
  for (const pulse of [
    () => Promise.resolve('webhook crm: a request does not end'),
    () => Promise.reject(new Error('the writer thread died')),
  ]) {
    const dog = new Dog();
    dog.pulse = pulse;
    dog.watchdog.start();
    await dog.clock.advance(2 * INTERVAL_MS);
    assert.equal(dog.fed, 0);
  }
});

test('a lane whose request never ends stands still; one that waits for its receiver does not', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  await bench.accept('a');
  bench.receiver = () => answer(503);
  await bench.accept('a');
  await bench.clock.advance(3_600_000);
  assert.equal(bench.dispatcher.stall, undefined, 'an outage is not our fault');
  bench.receiver = held.receiver;
  await bench.clock.advance(600_000);
  assert.equal(held.waiting.length, 1);
  assert.match(bench.dispatcher.stall ?? '', /^webhook crm: a request does not end/);
  await held.waiting[0]?.release(answer(200));
  assert.equal(bench.dispatcher.stall, undefined);
});

test('a journal that takes no marks makes a webhook wait, not stand still', async () => {
  const journal = new MemoryJournal();
  const bench = await new Bench({ journal }).start();
  journal.pace = () => new Promise(() => {});
  await bench.accept(...Array.from({ length: 100 }, () => 'a'));
  await bench.clock.advance(600_000);
  assert.equal(bench.dispatcher.stall, undefined);
});

test('is fed four times in what systemd waits for, and only if it watches this process', () => {
  assert.equal(watchdogIntervalMs({ WATCHDOG_USEC: '60000000' }, 7), 15_000);
  assert.equal(watchdogIntervalMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' }, 7), 15_000);
  assert.equal(watchdogIntervalMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' }, 7), undefined);
  assert.equal(watchdogIntervalMs({}, 7), undefined);
  assert.equal(watchdogIntervalMs({ WATCHDOG_USEC: 'soon' }, 7), undefined);
});
