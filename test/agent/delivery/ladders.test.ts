import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, Bench, fault, HeldAnswers } from './bench.ts';

const HOUR_MS = 3_600_000;

test('class A: the endpoint waits 1, 2, 5, 10, 30, 60 s and then every 60 s; no try is used up', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.accept('a', 'b');
  await bench.clock.advance(400_000);
  assert.deepEqual(bench.gapsS.filter((gap) => gap > 0).slice(0, 9), [1, 2, 5, 10, 30, 60, 60, 60, 60]);
  assert.deepEqual(
    bench.journal.marks.filter(({ kind }) => kind === 'tried' || kind === 'parked'),
    [],
  );
  assert.deepEqual([bench.endpoint.state, bench.endpoint.class], ['waiting', 'A']);
});

test('class C climbs to 300 s', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => answer(401);
  await bench.accept('a');
  await bench.clock.advance(1_200_000);
  assert.deepEqual(bench.gapsS.slice(0, 9), [1, 2, 5, 10, 30, 60, 120, 300, 300]);
});

test('class B: only the lane waits, 0, 0.25, 1, 2, 5 s ..., until its next 2xx', async () => {
  const bench = await new Bench().start();
  bench.receiver = ({ sequence }) => answer(sequence === 1 ? 500 : 200);
  await bench.accept('a');
  const others = setEvery(bench, 200, () => bench.accept('b'));
  await bench.clock.advance(120_000);
  others();
  const first = bench.sent.filter(({ sequence }) => sequence === 1).map(({ atMs }) => atMs);
  const gaps = first.slice(1).map((atMs, index) => (atMs - first[index]!) / 1000);
  assert.deepEqual(gaps, [0, 0.25, 1, 2, 5, 10, 30, 60]);
  assert.equal(bench.endpoint.state, 'open');
  assert.equal(bench.journal.sequences('pending', 'b').length, 0);

  bench.receiver = () => answer(200);
  await bench.clock.advance(200_000);
  bench.receiver = () => answer(500);
  bench.sent.length = 0;
  await bench.accept('a');
  await bench.clock.advance(300);
  assert.deepEqual(bench.gapsS, [0, 0.25]);
});

/** Runs `task` every `ms` of the bench's clock, until the answer is called. */
function setEvery(bench: Bench, ms: number, task: () => Promise<void>): () => void {
  let cancel = (): void => {};
  const arm = (): void => {
    cancel = bench.clock.after(ms, () => {
      void task();
      arm();
    });
  };
  arm();
  return () => cancel();
}

test('class B: after 5 in a row the endpoint waits too', async () => {
  const bench = await new Bench({ maxInFlight: 1 }).start();
  bench.receiver = () => answer(500);
  await bench.accept('a', 'b', 'c', 'd', 'e', 'f');
  assert.equal(bench.sent.length, 5);
  assert.deepEqual([bench.endpoint.state, bench.endpoint.class], ['waiting', 'B']);
});

test('class E: nothing more is sent, all is kept, until an operator resumes', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => answer(410);
  await bench.accept('a');
  await bench.accept('a', 'b');
  await bench.clock.advance(30 * 24 * HOUR_MS);
  assert.deepEqual(bench.sequences, [1]);
  assert.equal(bench.endpoint.state, 'gone');
  assert.deepEqual(bench.journal.sequences('pending', 'a'), [1, 2]);

  bench.receiver = () => answer(200);
  await bench.dispatcher.resume('crm');
  await bench.clock.advance(0);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 2]);
  assert.deepEqual(bench.journal.sequences('delivered', 'b'), [3]);
  assert.equal(bench.endpoint.state, 'open');
});

const waits: readonly [string, ReturnType<typeof answer>, number][] = [
  ['Retry-After in seconds', answer(503, '17'), 17],
  ['Retry-After as a date', answer(429, 'Mon, 02 Mar 2026 12:01:30 GMT'), 90],
  ['Retry-After with decimals', answer(503, '17.2'), 18],
  ['Retry-After on another busy answer', answer(500, '40'), 40],
  ['Retry-After on a configuration error', answer(403, '40'), 40],
  ['Retry-After shorter than the own step', answer(503, '0'), 1],
  ['Retry-After of a week: a day', answer(503, '604800'), 86_400],
  ['Retry-After of garbage: the penalty', answer(429, 'soon'), 60],
  ['Retry-After below zero: the penalty', answer(503, '-5'), 30],
  ['a bare 429', answer(429), 60],
  ['a bare 503', answer(503), 30],
];

for (const [name, outcome, wantS] of waits) {
  test(`the whole endpoint waits: ${name}`, async () => {
    const bench = await new Bench({ maxInFlight: 1, random: noPenaltyJitter() }).start();
    bench.receiver = () => outcome;
    await bench.accept('a');
    await bench.accept('b');
    bench.receiver = () => answer(200);
    await bench.clock.advance(wantS * 1000 - 1);
    assert.equal(bench.sent.length, 1);
    await bench.clock.advance(1);
    assert.deepEqual([...bench.sequences].sort(), [1, 1, 2]);
  });
}

/** The middle for a ladder's jitter, then nothing for the penalty's. */
function noPenaltyJitter(): () => number {
  const values = [0.5, 0.5, 0];
  return () => values.shift() ?? 0.5;
}

test('a Retry-After that makes no sense is named once', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => answer(503, 'soon');
  await bench.accept('a');
  await bench.clock.advance(HOUR_MS / 2);
  assert.equal(bench.log.at('warn').filter((line) => line.startsWith('Retry-After')).length, 1);
});

test('an instant second try, once: a blip is no outage', async () => {
  const bench = await new Bench().start();
  let failures = 1;
  bench.receiver = () => (failures-- > 0 ? fault('ECONNRESET', 3) : answer(200));
  await bench.accept('a');
  assert.deepEqual(bench.sequences, [1, 1]);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1]);
  assert.deepEqual(bench.log.at('warn'), []);

  failures = Number.POSITIVE_INFINITY;
  bench.sent.length = 0;
  await bench.accept('a');
  await bench.clock.advance(8_000);
  assert.deepEqual(bench.gapsS, [0, 1, 2, 5]); // not in the outage
});

test('no second try when the failure took a second', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => fault('ECONNREFUSED', 1_000);
  await bench.accept('a');
  assert.equal(bench.sent.length, 1);
});

test('no second try when the first byte of an answer had come', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => ({ ...fault('ECONNRESET', 3), answered: true });
  await bench.accept('a');
  await bench.clock.advance(249);
  assert.equal(bench.sent.length, 2); // at once and after the lane's own first wait, 0
  assert.equal(bench.endpoint.busyInARow, 2);
});

test('failures that began before a wait do not climb the ladder again', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'b', 'c', 'd');
  for (const { release } of [...held.waiting]) await release(fault('ECONNRESET'));
  assert.equal(bench.sent.length, 4);
  await bench.clock.advance(1_000);
  assert.equal(bench.sent.length, 5);
});

test('a Retry-After of a request from before the wait lengthens it', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'b');
  await held.release(1, answer(429, '10'));
  await held.release(2, answer(429, '20'));
  await bench.clock.advance(19_999);
  assert.equal(bench.sent.length, 2);
  await bench.clock.advance(1);
  assert.equal(bench.sent.length, 3);
});

test('a 2xx from before the wait does not cut a Retry-After short', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'b');
  await bench.accept('b');
  await held.release(1, answer(429, '10'));
  await held.release(2, answer(200));
  assert.deepEqual(bench.journal.sequences('delivered', 'b'), [2]);
  assert.equal(bench.sent.length, 2);
  await bench.clock.advance(10_000);
  assert.equal(bench.sent.length, 3);
});

test('a failure from before the wait does not spoil the probe', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'b');
  await held.release(2, fault('ECONNRESET'));
  await bench.clock.advance(1_500);
  await held.release(1, fault('ECONNRESET'));
  await held.release(2, answer(200));
  assert.equal(bench.endpoint.state, 'open');
  assert.equal(bench.sent.length, 4); // and 1 goes again at once
});

test('when the receiver is back from an outage, lanes that waited for it go on at once', async () => {
  const bench = await new Bench().start();
  bench.receiver = ({ sequence }) => answer(sequence === 1 ? 500 : 200);
  await bench.accept('a');
  const others = setEvery(bench, 200, () => bench.accept('b'));
  await bench.clock.advance(60_000); // the next try of 1 is a minute away
  others();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.accept('b');
  bench.receiver = () => answer(200);
  assert.ok(!bench.acknowledged.includes(1));
  await bench.clock.advance(1_000);
  assert.ok(bench.acknowledged.includes(1));
});

test('a request from before the wait that hangs does not hold up the probe', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'b');
  await held.release(2, fault('ECONNRESET'));
  await bench.clock.advance(1_000);
  assert.deepEqual([...bench.sequences].sort(), [1, 2, 2]);
});

test('the log: one line when an outage begins, one an hour, one when its backlog is delivered', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.accept('a', 'a', 'b');
  await bench.clock.advance(3.5 * HOUR_MS);
  bench.receiver = () => answer(200);
  await bench.clock.advance(120_000);
  assert.deepEqual(bench.log.at('warn'), Array(4).fill('endpoint failing, events wait'));
  const [recovery, ...more] = bench.log.entries.filter(({ level }) => level === 'info');
  assert.deepEqual(more, []);
  assert.equal(recovery?.message, 'endpoint answers again, backlog delivered');
  const { lastedMs, ...data } = recovery.data as { lastedMs: number };
  assert.deepEqual(data, { webhook: 'crm', delivered: 3 });
  assert.ok(lastedMs >= 3.5 * HOUR_MS && lastedMs < 3.6 * HOUR_MS, String(lastedMs));
  const begin = bench.log.entries.find(({ level }) => level === 'warn');
  assert.match(JSON.stringify(begin?.data), /"class":"A","outcome":"dns","cause":"the name of the receiver/);
});

test('what waits is known: whether anything does, and how often one event failed', async () => {
  const bench = await new Bench().start();
  const health = () => bench.dispatcher.health()[0];
  assert.deepEqual([health()?.isWaiting, health()?.failedTries], [false, 0]);
  bench.receiver = () => answer(500);
  await bench.accept('a', 'b');
  await bench.clock.advance(4_000);
  assert.equal(health()?.isWaiting, true);
  assert.ok((health()?.failedTries ?? 0) >= 4);
  bench.receiver = () => answer(200);
  await bench.clock.advance(600_000);
  assert.deepEqual([health()?.isWaiting, health()?.failedTries], [false, 0]);
});
