import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../../agent/http/outcome.ts';
import { answer, Bench, fault, HeldAnswers } from './bench.ts';
import { MemoryJournal } from './memory-journal.ts';

const DAY_MS = 24 * 3_600_000;

/** A gateway that met `outcome` with its first event and was stopped at once; then it runs again. */
async function restarted(outcome: Outcome, between: (bench: Bench) => void = () => {}): Promise<Bench> {
  const bench = await new Bench({ random: () => 0.5 }).start();
  bench.receiver = () => outcome;
  await bench.accept('a');
  await bench.dispatcher.stop(0);
  between(bench);
  return new Bench({ journal: bench.journal, clock: bench.clock }).start();
}

test('a stored wait goes on', async () => {
  const bench = await restarted(answer(503, '120'), ({ clock }) => clock.step(20_000));
  await bench.clock.advance(99_999);
  assert.equal(bench.sent.length, 0);
  await bench.clock.advance(1);
  assert.deepEqual(bench.sequences, [1]);
});

test('the ladder goes on where it stood', async () => {
  const first = await new Bench().start();
  first.receiver = () => fault('ENOTFOUND');
  await first.accept('a');
  await first.clock.advance(8_000); // tried at 0, 1, 3 and 8 s: next after 10 s
  await first.dispatcher.stop(0);
  const bench = await new Bench({ journal: first.journal, clock: first.clock }).start();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.clock.advance(100_000);
  assert.deepEqual([first.sent.length, ...bench.gapsS.slice(0, 2)], [4, 30, 60]);
});

test('the drain after a restart starts with one request, and the end of the outage is said', async () => {
  const first = await new Bench().start();
  first.receiver = () => fault('ENOTFOUND');
  await first.accept('a', 'b', 'c', 'd');
  await first.accept('a', 'b', 'c', 'd');
  await first.dispatcher.stop(0);
  const bench = await new Bench({ journal: first.journal, clock: first.clock }).start();
  const held = new HeldAnswers();
  bench.receiver = held.receiver;
  await bench.clock.advance(1_000);
  const sizes: number[] = [];
  while (held.waiting.length > 0) {
    sizes.push(held.waiting.length);
    for (const { release } of [...held.waiting]) await release(answer(200));
  }
  assert.deepEqual(sizes, [1, 1, 2, 4]);
  assert.ok(bench.log.at('info').includes('endpoint answers again, backlog delivered'));
});

test('a wall clock set back by a day does not stretch a wait', async () => {
  for (const [outcome, longestMs] of [
    [answer(503, '120'), 120_000],
    [fault('ENOTFOUND'), 1_000],
    [answer(400), 6_000],
  ] as const) {
    const bench = await restarted(outcome, ({ clock }) => clock.step(-DAY_MS));
    await bench.clock.advance(longestMs);
    assert.deepEqual(bench.sequences, [1]);
  }
});

test('a wall clock set forward ends a wait', async () => {
  const bench = await restarted(answer(503, '120'), ({ clock }) => clock.step(DAY_MS));
  await bench.clock.advance(0);
  assert.deepEqual(bench.sequences, [1]);
});

test('gone stays gone, and is said again', async () => {
  const bench = await restarted(answer(410));
  await bench.clock.advance(DAY_MS);
  assert.equal(bench.sent.length, 0);
  assert.equal(bench.log.at('warn').length, 1);
});

test('what was pending is sent, lane by lane, before what comes now', async () => {
  const journal = new MemoryJournal();
  journal.accept(['a', 'b', 'a']);
  const bench = new Bench({ journal });
  bench.dispatcher.start(journal.state);
  await bench.accept('a', 'b');
  assert.deepEqual(
    bench.sequences.filter((sequence) => [1, 3, 4].includes(sequence)),
    [1, 3, 4],
  );
  assert.deepEqual(
    bench.sequences.filter((sequence) => [2, 5].includes(sequence)),
    [2, 5],
  );
});

test('stop waits for what is in flight, and begins nothing more', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'a');
  const stopped = bench.dispatcher.stop(5_000);
  await held.release(1, answer(200));
  await stopped;
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1]);
  assert.deepEqual(bench.sequences, [1]);
  assert.equal(bench.clock.nextAtMs, undefined);
});

test('stop cuts off what hangs: it is sent again with the same id, and nothing is held against the receiver', async () => {
  const bench = await new Bench().start();
  bench.receiver = new HeldAnswers().receiver;
  await bench.accept('a');
  const stopped = bench.dispatcher.stop(5_000);
  await bench.clock.advance(5_000);
  await stopped;
  assert.deepEqual(bench.journal.marks, []);
  const again = await new Bench({ journal: bench.journal, clock: bench.clock }).start();
  assert.deepEqual(
    again.sent.map(({ id }) => id),
    bench.sent.map(({ id }) => id),
  );
});

test('stop does not wait for ever for a journal that takes no marks', async () => {
  const journal = new MemoryJournal();
  const bench = await new Bench({ journal }).start();
  await bench.accept('a');
  journal.pace = () => new Promise(() => {});
  await bench.accept('a');
  const stopped = bench.dispatcher.stop(1_000);
  await bench.clock.advance(10_000);
  await stopped;
});

test('state and events of a webhook that is not configured are left alone', async () => {
  const journal = new MemoryJournal();
  journal.accept(['a'], 'old');
  const bench = await new Bench({ journal }).start();
  bench.dispatcher.offer(journal.accept(['a'], 'old'));
  await bench.clock.advance(DAY_MS);
  assert.equal(bench.sent.length, 0);
  assert.deepEqual(journal.sequences('pending', 'a', 'old'), [1, 2]);
});
