import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../../drivers/toletus-litenet2/messages.ts';
import { ManualClock, settle } from '../../clock.ts';
import { card, introduce, type ScriptedBoard, startSession, turn } from './bench.ts';

const GUARD = { timeout: 120_000 };
const GRANT = { decide: 'grantAll' };
const EARLIER = Date.parse('2026-03-02T08:00:00Z');
const STORED = JSON.stringify({ serial: 6718, entries: 100, exits: 50, atMs: EARLIER });

async function isPolled(board: ScriptedBoard): Promise<void> {
  assert.deepEqual(await board.next(), { kind: 'read', name: 'deviceId' });
}

test(
  'a session asks one question at a time, says who the board is, and ends with the link',
  GUARD,
  async () => {
    const { board, session, readings, log, positions, clock } = startSession({ options: GRANT });
    await introduce(board);
    await settle();
    board.hangUp();
    await session;
    const maker = { kind: 'identity', manufacturer: 'Toletus', model: 'LiteNet2' };
    assert.deepEqual(readings, [
      { ...maker, firmware: '2.2.2 R0' },
      { ...maker, serial: '6718' },
    ]);
    assert.deepEqual(log.at('warn'), []);
    assert.deepEqual(JSON.parse(positions.at(-1)!), {
      serial: 6718,
      entries: 100,
      exits: 50,
      atMs: clock.now(),
    });
  },
);

test('an abort ends a session without an error', GUARD, async () => {
  const { board, session, stop } = startSession({ options: GRANT });
  await introduce(board);
  stop.abort(new Error('shutting down'));
  await session;
});

test('a broken link is the session’s error', GUARD, async () => {
  const { board, session } = startSession({ options: GRANT });
  await introduce(board);
  board.pullCable();
  await assert.rejects(session, { code: 'LINK_LOST' });
});

test(
  'closed before any answer: told, with the hint that another program may hold the board',
  GUARD,
  async () => {
    const { board, session } = startSession({ options: GRANT });
    await board.next();
    board.hangUp();
    await assert.rejects(session, { code: 'LINK_LOST', hint: /one program at a time.*Gerenciador/ });
  },
);

test('GetId goes out every 10 s, whatever else the board says', GUARD, async () => {
  const { board, session, clock } = startSession({ options: GRANT });
  await introduce(board);
  for (let poll = 0; poll < 3; poll++) {
    await clock.advance(6000);
    await board.say(turn(2));
    await clock.advance(3999);
    const polled = isPolled(board);
    let isHeard = false;
    void polled.then(() => {
      isHeard = true;
    });
    await settle();
    assert.equal(isHeard, false, 'not before');
    await clock.advance(1);
    await polled;
  }
  board.hangUp();
  await session;
});

test('35 s without a byte end the session, three polls unanswered', GUARD, async () => {
  const { board, session, clock } = startSession({ options: GRANT });
  await introduce(board);
  for (let poll = 0; poll < 3; poll++) {
    await clock.advance(10_000);
    await isPolled(board);
  }
  let isOver = false;
  session.catch(() => {
    isOver = true;
  });
  await clock.advance(4999);
  assert.equal(isOver, false);
  await clock.advance(1);
  await assert.rejects(session, { code: 'DEVICE_SILENT' });
});

test('any byte is a sign of life', GUARD, async () => {
  const { board, session, clock } = startSession({ options: GRANT });
  await introduce(board);
  for (let second = 0; second < 120; second += 30) {
    await clock.advance(30_000);
    await board.sendRaw(Buffer.from([0]));
  }
  board.hangUp();
  await session;
});

test('a board that answers nothing at all is given up soon', GUARD, async () => {
  const { session, clock } = startSession({ options: GRANT });
  await clock.advance(6000);
  await assert.rejects(session, { code: 'DEVICE_SILENT', hint: /another may hold it/ });
});

test('a stream that never holds a frame is not supported', GUARD, async () => {
  const { board, session, clock } = startSession({ options: GRANT });
  for (let second = 0; second < 7; second++) {
    await board.sendRaw(Buffer.from('{"LiteNet3":true}'));
    await clock.advance(1000);
  }
  await assert.rejects(session, { code: 'DEVICE_UNSUPPORTED', message: /no LiteNet2 board/ });
});

for (const { firmware, isRefused } of [
  { firmware: [2, 0, 0, 0], isRefused: true },
  { firmware: [2, 0, 0, 1], isRefused: true },
  { firmware: [1, 9, 9, 9], isRefused: true },
  { firmware: [2, 0, 0, 2], isRefused: false },
  { firmware: [3, 0, 0, 0], isRefused: false },
] as const) {
  const version = firmware.join('.');
  test(`firmware ${version} is ${isRefused ? 'too old, and told so' : 'taken'}`, GUARD, async () => {
    const { board, session } = startSession({ options: GRANT });
    await board.answer({ name: 'firmware', value: firmware });
    if (isRefused) {
      await assert.rejects(session, { code: 'DEVICE_UNSUPPORTED', message: /too old.*update the board/ });
      return;
    }
    await board.answer({ name: 'serial', value: 1 });
    board.hangUp();
    await session;
  });
}

test('a board of another serial number is not the configured one', GUARD, async () => {
  const { board, session, positions } = startSession({ options: { ...GRANT, serialNumber: 7001 } });
  await board.answer({ name: 'firmware', value: [2, 2, 2, 0] });
  await board.answer({ name: 'serial', value: 6718 });
  await assert.rejects(session, { code: 'DEVICE_OTHER', message: /6718.*7001/ });
  assert.deepEqual(positions, []);
});

test('a board that does not tell a configured serial number is not trusted', GUARD, async () => {
  const { board, session, clock } = startSession({ options: { ...GRANT, serialNumber: 6718 } });
  await board.answer({ name: 'firmware', value: [2, 2, 2, 0] });
  await board.ignore('serial');
  await clock.advance(2000);
  await assert.rejects(session, { code: 'DEVICE_SILENT', message: /serial number/ });
});

test('a controlled direction and nobody who decides: refused, with the remedies', GUARD, async () => {
  for (const flow of [0, 1, 2, 3, 4]) {
    const { board, session } = startSession();
    await board.answer({ name: 'firmware', value: [2, 2, 2, 0] });
    await board.answer({ name: 'serial', value: 6718 });
    await board.answer({ name: 'deviceId', value: 1 });
    await board.answer({ name: 'extendedFlow', value: { mode: flow, pictograms: 0 } });
    await assert.rejects(session, { code: 'DEVICE_NEEDS_DECIDER', message: /grantAll or denyAll.*free/ });
  }
});

test('a refused board leaves no new position behind', GUARD, async () => {
  const { board, session, positions } = startSession({ position: STORED });
  await board.answer({ name: 'firmware', value: [2, 2, 2, 0] });
  await board.answer({ name: 'serial', value: 6718 });
  await board.answer({ name: 'deviceId', value: 1 });
  await board.answer({ name: 'extendedFlow', value: { mode: 0, pictograms: 0 } });
  await assert.rejects(session, { code: 'DEVICE_NEEDS_DECIDER' });
  assert.deepEqual(
    positions.filter((position) => position !== STORED),
    [],
  );
});

test('where nothing is controlled nobody has to decide', GUARD, async () => {
  const { board, session, readings } = startSession();
  await introduce(board, { flow: 5 });
  await board.say(card('42'), turn(1, 101));
  board.hangUp();
  await session;
  assert.partialDeepStrictEqual(readings.slice(2), [
    { kind: 'identified', decisionWithinMs: 0 },
    { kind: 'passed', alone: true },
  ]);
});

test(
  'old firmware tells neither flow nor counters: warned, and an identification needs a decider',
  GUARD,
  async () => {
    const { board, session, clock, log, readings, positions } = startSession();
    await board.answer({ name: 'firmware', value: [2, 0, 0, 2] });
    await board.answer({ name: 'serial', value: 6718 });
    await board.answer({ name: 'deviceId', value: 1 });
    for (const name of ['extendedFlow', 'releaseMs', 'counters'] as const) {
      await board.ignore(name);
      await clock.advance(2000);
    }
    await settle();
    assert.equal(log.at('warn').length, 2);
    await board.say(turn(1), card('42'));
    await assert.rejects(session, { code: 'DEVICE_NEEDS_DECIDER' });
    assert.deepEqual(
      readings.slice(2).map(({ kind }) => kind),
      ['passed', 'identified'],
    );
    assert.deepEqual(positions, []);
  },
);

test('passages while nobody was connected are a gap: how many, and between when', GUARD, async () => {
  const { board, session, readings, positions, clock } = startSession({ options: GRANT, position: STORED });
  await introduce(board, { entries: 103, exits: 51 });
  await board.answer({ name: 'counters', value: { entries: 103, exits: 51 } });
  await settle();
  assert.deepEqual(readings.at(-1), {
    kind: 'gap',
    from: { epochMs: EARLIER },
    to: { epochMs: clock.now() },
    entries: 3,
    exits: 1,
    cause: 'contadores',
  });
  assert.partialDeepStrictEqual(JSON.parse(positions.at(-1)!), { entries: 103, exits: 51 });
  board.hangUp();
  await session;
});

test('a turn that the board reports while its counters are asked for is no gap', GUARD, async () => {
  const { board, session, readings } = startSession({ options: GRANT, position: STORED });
  await introduce(board, { entries: 101 });
  await board.say(turn(1, 101));
  await board.answer({ name: 'counters', value: { entries: 101, exits: 50 } });
  board.hangUp();
  await session;
  assert.deepEqual(
    readings.slice(2).map(({ kind }) => kind),
    ['passed'],
  );
});

test('what the session before reported is counted, though it is not committed yet', GUARD, async () => {
  const latest = JSON.stringify({ serial: 6718, entries: 105, exits: 50, atMs: EARLIER });
  const { board, session, readings, positions, clock } = startSession({
    options: GRANT,
    position: STORED,
    latest,
  });
  await introduce(board, { entries: 105 });
  await settle();
  assert.partialDeepStrictEqual(JSON.parse(positions.at(-1)!), { entries: 105, atMs: clock.now() });
  board.hangUp();
  await session;
  assert.deepEqual(
    readings.filter(({ kind }) => kind === 'gap'),
    [],
  );
});

test(
  'each passage moves the position in its own commit, and the end keeps until when it was heard',
  GUARD,
  async () => {
    const { board, session, positions, clock, readings } = startSession({ options: GRANT });
    await introduce(board);
    await settle();
    const before = positions.length;
    await clock.advance(5000);
    await board.say(turn(1, 101));
    await settle();
    assert.equal(readings.at(-1)?.kind, 'passed');
    assert.equal(positions.length, before + 1);
    assert.partialDeepStrictEqual(JSON.parse(positions.at(-1)!), { entries: 101, atMs: clock.now() });
    await clock.advance(5000);
    await isPolled(board);
    await board.say({ kind: 'parameter', parameter: { name: 'deviceId', value: 94 } });
    const heardAtMs = clock.now();
    await clock.advance(4000);
    board.pullCable();
    await assert.rejects(session);
    assert.partialDeepStrictEqual(JSON.parse(positions.at(-1)!), { entries: 101, atMs: heardAtMs });
  },
);

test('odd reports are said without what they hold', GUARD, async () => {
  const { board, session, log, readings } = startSession({ options: GRANT });
  await introduce(board);
  const bytes = Buffer.from('12\x07'.padEnd(16, '\0'), 'latin1');
  const odd: Report[] = [
    { kind: 'malformed', frame: { command: 0x0301, data: bytes } },
    { kind: 'unknown', frame: { command: 0x0308, data: bytes } },
    { kind: 'passage', direction: 'indefinido', side: 7 },
  ];
  await board.say(...odd);
  board.hangUp();
  await session;
  assert.deepEqual(
    readings.slice(2).map(({ kind }) => kind),
    ['unrecognised', 'unrecognised', 'passed'],
  );
  assert.equal(log.at('warn').length, 2);
  assert.doesNotMatch(JSON.stringify(log.entries), /12\\u0007|3132/);
});

test('discarded bytes are warned of once a minute', GUARD, async () => {
  const { board, session, log, clock } = startSession({ options: GRANT });
  await introduce(board);
  for (let second = 0; second < 61; second++) {
    await board.sendRaw(Buffer.from('lixo'));
    await clock.advance(1000);
  }
  board.hangUp();
  await session;
  const warnings = log.entries.filter(({ level }) => level === 'warn').map(({ data }) => data);
  assert.deepEqual(warnings, [{ discardedBytes: 4 }, { discardedBytes: 61 * 4 }]);
});

test('a clock that is set does not keep the polls from going out', GUARD, async () => {
  const clock = new ManualClock();
  const { board, session } = startSession({ options: GRANT, clock });
  await introduce(board);
  await settle();
  clock.step(-3_600_000);
  await board.say(turn(2, 51));
  await settle();
  await clock.advance(10_000);
  await isPolled(board);
  board.hangUp();
  await session;
});
