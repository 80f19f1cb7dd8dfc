import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../drivers/contract/reading.ts';
import type { Order } from '../../../drivers/toletus-litenet2/messages.ts';
import { settle } from '../../clock.ts';
import { card, introduce, startSession, turn } from './bench.ts';

const GUARD = { timeout: 120_000 };
const never = (): Promise<void> => new Promise(() => {});

function accesses(readings: readonly Reading[]): string[] {
  return readings.filter((reading) => 'freshness' in reading).map(({ kind }) => kind);
}

const answers: readonly {
  name: string;
  given: Record<string, unknown>;
  flow?: number;
  want: readonly Order[];
}[] = [
  {
    name: 'a grant frees what is controlled: entry',
    given: { decide: 'grantAll' },
    flow: 0,
    want: [{ kind: 'release', side: 'entrada', text: 'Acesso liberado' }],
  },
  {
    name: 'a grant frees what is controlled: exit',
    given: { decide: 'grantAll', grantMessage: 'Até logo' },
    flow: 3,
    want: [{ kind: 'release', side: 'saida', text: 'Ate logo' }],
  },
  {
    name: 'a grant frees what is controlled: both',
    given: { decide: 'grantAll', grantMessage: '' },
    flow: 2,
    want: [{ kind: 'release', side: 'ambas', text: '' }],
  },
  {
    name: 'a grant frees what the options say',
    given: { decide: 'grantAll', release: 'entrada' },
    flow: 2,
    want: [{ kind: 'release', side: 'entrada', text: 'Acesso liberado' }],
  },
  {
    name: 'a denial releases nothing and shows why',
    given: { decide: 'denyAll', denyMessage: 'Fale com a recepção' },
    want: [
      { kind: 'storeText', text: 'Fale com a recep' },
      { kind: 'notify', durationMs: 3000, tone: 2, colour: 1, showsText: true },
    ],
  },
  {
    name: 'a denial without a text',
    given: { decide: 'denyAll', denyMessage: '' },
    want: [{ kind: 'notify', durationMs: 3000, tone: 2, colour: 1, showsText: false }],
  },
];
for (const { name, given, flow = 0, want } of answers) {
  test(name, GUARD, async () => {
    const { board, session } = startSession({ options: given });
    await introduce(board, { flow });
    await board.say(card('0000000000001050'));
    for (const order of want) assert.deepEqual(await board.next(), order);
    board.hangUp();
    await session;
  });
}

test('a grant and a denial are recorded with who it was', GUARD, async () => {
  for (const [decide, result] of [
    ['grantAll', 'liberado'],
    ['denyAll', 'negado'],
  ] as const) {
    const { board, session, readings } = startSession({ options: { decide } });
    await introduce(board);
    await board.say(card('0000000000001050'));
    await board.next();
    board.hangUp();
    await session;
    assert.deepEqual(accesses(readings), ['identified', 'decided']);
    const credential = { kind: 'cartao', value: '1050' };
    assert.partialDeepStrictEqual(readings.at(-1), { kind: 'decided', result, by: 'sistema', credential });
  }
});

test('decisions and polls go on while nothing is ever committed', GUARD, async () => {
  const { board, session, clock } = startSession({ options: { decide: 'grantAll' }, record: never });
  await introduce(board);
  for (const number of ['11', '22', '33']) {
    await board.say(card(number));
    assert.equal((await board.next()).kind, 'release');
  }
  await clock.advance(10_000);
  assert.deepEqual(await board.next(), { kind: 'read', name: 'deviceId' });
  board.hangUp();
  await session;
});

test('what the full journal could not take, the counters tell of once it can', GUARD, async () => {
  const commits: (() => void)[] = [];
  const { board, session, readings, log } = startSession({
    options: { decide: 'grantAll' },
    record: () => new Promise((resolve) => void commits.push(resolve)),
  });
  await introduce(board, { entries: 0 });
  for (let total = 1; total <= 1010; total++) await board.say(turn(1, total));
  await settle();
  const heard = accesses(readings).length;
  assert.ok(heard < 1000, `${heard} heard`);
  for (const commit of commits) commit();
  await settle();
  await board.say(turn(1, 1011));
  board.hangUp();
  await session;
  assert.partialDeepStrictEqual(readings.at(-2), { kind: 'gap', entries: 1010 - heard, exits: 0 });
  assert.equal(accesses(readings).length, heard + 1);
  assert.equal(log.at('error').length, 2);
});

test('a card that lies on the reader is answered once', GUARD, async () => {
  const { board, session, clock, readings } = startSession({ options: { decide: 'grantAll' } });
  await introduce(board);
  for (let second = 0; second < 4; second++) {
    await board.say(card('1050'));
    await clock.advance(1000);
  }
  await board.say(turn(1, 101));
  assert.equal((await board.next()).kind, 'release');
  board.hangUp();
  await session;
  assert.deepEqual(accesses(readings), ['identified', 'decided', 'passed']);
});

test('a finger that is not enrolled is never released', GUARD, async () => {
  const { board, session, readings, clock } = startSession({ options: { decide: 'grantAll' } });
  await introduce(board);
  await board.say({ kind: 'unknownFingerprint' });
  await clock.advance(10_000);
  assert.deepEqual(await board.next(), { kind: 'read', name: 'deviceId' });
  board.hangUp();
  await session;
  assert.partialDeepStrictEqual(readings.at(-1), { result: 'negado', by: 'dispositivo' });
});

test(
  'a release that could not be sent is nobody’s, and never goes out on the next connection',
  GUARD,
  async () => {
    const first = startSession({ options: { decide: 'grantAll' } });
    await introduce(first.board);
    await settle();
    await first.board.say(card('1050'));
    first.board.pullCable();
    await assert.rejects(first.session, { code: 'LINK_LOST' });
    assert.deepEqual(accesses(first.readings), ['identified']);

    const second = startSession({ options: { decide: 'grantAll' }, latest: first.positions.at(-1)! });
    await introduce(second.board);
    await second.clock.advance(10_000);
    assert.deepEqual(await second.board.next(), { kind: 'read', name: 'deviceId' });
    second.board.hangUp();
    await second.session;
    assert.deepEqual(accesses(second.readings), []);
  },
);

test('a turn after a reconnect belongs to no release of the connection before', GUARD, async () => {
  const first = startSession({ options: { decide: 'grantAll' } });
  await introduce(first.board);
  await first.board.say(card('1050'));
  await first.board.next();
  await settle();
  first.board.pullCable();
  await assert.rejects(first.session);

  const second = startSession({ options: { decide: 'grantAll' }, latest: first.positions.at(-1)! });
  await introduce(second.board);
  await second.board.say(turn(1, 101));
  second.board.hangUp();
  await second.session;
  assert.partialDeepStrictEqual(second.readings.at(-1), { kind: 'passed', alone: true });
});
