import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRecord } from '../../../agent/events/attempt.ts';
import { settle } from '../../clock.ts';
import { answer, Bench, fault, HeldAnswers } from './bench.ts';
import { MemoryJournal } from './memory-journal.ts';

function attemptsOf(journal: MemoryJournal): AttemptRecord[] {
  return journal.marks.flatMap((mark) => (mark.kind === 'attempt' ? [mark.attempt] : []));
}

async function settled(): Promise<void> {
  for (let count = 0; count < 10; count += 1) await settle();
}

test('paused: what is in flight ends, nothing more is sent, also after a restart; then all in order', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'a');
  await bench.dispatcher.pause('crm');
  await held.release(1, answer(200));
  await bench.accept('a', 'b');
  assert.deepEqual(bench.sequences, [1]);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1], 'its 2xx counts');
  await bench.dispatcher.stop(0);

  const next = await new Bench({ journal: bench.journal, clock: bench.clock }).start();
  await next.clock.advance(86_400_000);
  assert.deepEqual(next.sequences, []);
  assert.ok(next.endpoint.pausedAtMs !== undefined);
  await next.dispatcher.resume('crm', false);
  await settled();
  assert.deepEqual(next.journal.sequences('delivered', 'a'), [1, 2, 3]);
  assert.equal(next.endpoint.pausedAtMs, undefined);
});

test('a pause outlasts an answer, and its end does not end a wait; --now does', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => answer(503, '100');
  await bench.accept('a');
  await bench.dispatcher.pause('crm');
  await bench.dispatcher.resume('crm', false);
  assert.deepEqual(bench.sequences, [1]);
  bench.receiver = () => answer(200);
  await bench.dispatcher.resume('crm', true);
  await bench.clock.advance(0);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1]);
});

test('resume --now ends the wait of a lane too', async () => {
  const bench = await new Bench().start();
  bench.receiver = ({ sequence }) => answer(sequence === 1 ? 500 : 200);
  await bench.accept('a', 'b');
  await bench.clock.advance(300);
  const before = bench.sent.length;
  await bench.dispatcher.resume('crm');
  await settle();
  assert.equal(bench.sent.length, before + 1);
});

test('discard: a head in flight ends first, the others are not sent, the lane goes on', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'a', 'a', 'a');
  bench.journal.discard([1, 2, 3]);
  bench.dispatcher.discard('crm', [1, 2, 3]);
  await held.release(1, answer(500)); // it is not tried again
  await settled();
  assert.deepEqual(bench.sequences, [1, 4]);
  await held.release(4, answer(200));
  assert.equal(bench.clock.nextAtMs, undefined, 'no wait is left of the discarded one');
});

test('discard of a head that waits: the next one goes at once', async () => {
  const bench = await new Bench().start();
  bench.receiver = ({ sequence }) => answer(sequence === 1 ? 422 : 200);
  await bench.accept('a', 'a');
  assert.deepEqual(bench.sequences, [1]);
  bench.journal.discard([1]);
  bench.dispatcher.discard('crm', [1]);
  await settled();
  assert.deepEqual(bench.sequences, [1, 2]);
});

test('discard of a head that stands in line while the endpoint waits', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => fault('ENOTFOUND');
  await bench.accept('a', 'b');
  const before = bench.sent.length;
  bench.journal.discard([1, 2]);
  bench.dispatcher.discard('crm', [1, 2]);
  bench.receiver = () => answer(200);
  await bench.accept('a');
  await bench.clock.advance(60_000);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [3]);
  assert.deepEqual(bench.sequences.slice(before), [3]);
});

test('replays have a lane of their own, in the order of their sequences, and are marked', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  await bench.accept('a', 'a', 'a', 'a');
  bench.receiver = held.receiver;
  await bench.accept('a');
  bench.journal.replay([3, 4]);
  bench.dispatcher.replay('crm');
  await settled();
  assert.deepEqual(
    held.waiting.map(({ sent }) => [sent.sequence, sent.replay]),
    [
      [5, false],
      [3, true],
    ],
    'beside the lane in flight',
  );
  bench.journal.replay([1, 2]); // lower than what is in flight
  bench.dispatcher.replay('crm');
  await settled();
  await held.release(5, answer(200));
  for (const sequence of [3, 1, 2, 4]) {
    assert.equal(held.waiting[0]?.sent.sequence, sequence);
    await held.release(sequence, answer(200));
    await settled();
  }
  assert.equal(held.waiting.length, 0, 'none is sent twice');
});

test('a replay while the marks of the last are not stored yet: none is sent twice', async () => {
  const bench = await new Bench().start();
  await bench.accept('a', 'a', 'a');
  bench.journal.replay([3]);
  const gate = Promise.withResolvers<void>();
  const mark = bench.journal.mark.bind(bench.journal);
  bench.journal.mark = async (...marks) => {
    await gate.promise;
    await mark(...marks);
  };
  bench.dispatcher.replay('crm');
  await settled();
  bench.journal.replay([1]);
  bench.dispatcher.replay('crm');
  await settled();
  gate.resolve();
  await settled();
  assert.deepEqual(bench.sequences, [1, 2, 3, 3, 1]);
});

test('replays go on after a restart', async () => {
  const bench = await new Bench().start();
  await bench.accept('a', 'a');
  bench.receiver = () => fault('ENOTFOUND');
  bench.journal.replay([1, 2]);
  bench.dispatcher.replay('crm');
  await settled();
  await bench.dispatcher.stop(0);
  const next = await new Bench({ journal: bench.journal, clock: bench.clock }).start();
  await next.clock.advance(60_000);
  assert.deepEqual(
    next.sent.map(({ sequence, replay }) => [sequence, replay]),
    [
      [1, true],
      [2, true],
    ],
  );
});

const failures = [
  {
    name: 'link',
    outcome: fault('ENOTFOUND'),
    want: { class: 'A', outcome: 'dns', why: 'endpoint', afterMs: 1_000 },
  },
  {
    name: 'busy',
    outcome: answer(500),
    want: { class: 'B', outcome: 'http_500', why: 'lane', afterMs: undefined },
  },
  {
    name: 'asked',
    outcome: answer(503, '40'),
    want: { class: 'B', outcome: 'http_503', why: 'retryAfter', afterMs: 40_000 },
  },
  {
    name: 'configuration',
    outcome: answer(401),
    want: { class: 'C', outcome: 'http_401', why: 'endpoint', afterMs: 1_000 },
  },
  {
    name: 'message',
    outcome: answer(422),
    want: { class: 'D', outcome: 'http_422', why: 'message', afterMs: 1_000 },
  },
  {
    name: 'gone',
    outcome: answer(410),
    want: { class: 'E', outcome: 'http_410', why: 'gone', afterMs: undefined },
  },
] as const;

for (const { name, outcome, want } of failures) {
  test(`the attempt log says what follows: ${name}`, async () => {
    const bench = await new Bench().start();
    bench.receiver = ({ attempt }) =>
      attempt === 1 && bench.sent.length === 1 ? outcome : new Promise(() => {});
    await bench.accept('a');
    const [attempt] = attemptsOf(bench.journal);
    const atMs = want.afterMs === undefined ? {} : { atMs: bench.clock.now() + want.afterMs };
    assert.deepEqual(
      [attempt?.class, attempt?.outcome, attempt?.next],
      [want.class, want.outcome, { why: want.why, ...atMs }],
    );
  });
}

test('the attempt log: an instant second try, the last try of a parked one, a success, what was measured', async () => {
  const bench = await new Bench().start();
  const timings = { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4, totalMs: 5 };
  const date = new Date(bench.clock.now() + 7_000).toUTCString();
  const body = Buffer.from('thanks');
  const outcomes = [
    fault('ECONNRESET', 5),
    { ...answer(200), timings, remoteAddress: '192.0.2.1:443', date, body, contentType: 'text/plain' },
    answer(400),
    answer(400),
    answer(400),
  ];
  bench.receiver = () => outcomes.shift()!;
  await bench.accept('a');
  await bench.accept('a');
  await bench.clock.advance(10_000);
  const attempts = attemptsOf(bench.journal);
  assert.deepEqual(
    attempts.map(({ sequence, next }) => [sequence, next?.why]),
    [
      [1, 'instant'],
      [1, undefined],
      [2, 'message'],
      [2, 'message'],
      [2, 'parked'],
    ],
  );
  assert.deepEqual(attempts[1], {
    webhook: 'crm',
    sequence: 1,
    atMs: bench.sent[0]?.atMs,
    class: 'ok',
    status: 200,
    outcome: 'ok',
    timings,
    remoteAddress: '192.0.2.1:443',
    contentType: 'text/plain',
    answer: new Uint8Array(body),
    clockSkewMs: 7_000,
  });
});

test('an attempt and what it led to are stored in one call, however many wait', async () => {
  const journal = new MemoryJournal();
  const calls: string[][] = [];
  const gate = Promise.withResolvers<void>();
  journal.mark = async (...marks) => {
    await gate.promise;
    calls.push(marks.map((mark) => ('sequence' in mark ? `${mark.kind} ${mark.sequence}` : mark.kind)));
  };
  const bench = await new Bench({ journal }).start();
  for (let count = 0; count < 1_500; count += 1) await bench.accept('a');
  gate.resolve();
  await settled();
  assert.ok(calls.length > 1);
  for (const kinds of calls) {
    const delivered = kinds.filter((kind) => kind.startsWith('delivered')).length;
    assert.equal(kinds.filter((kind) => kind === 'attempt').length, delivered);
  }
});
