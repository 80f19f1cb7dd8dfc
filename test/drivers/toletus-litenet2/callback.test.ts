import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DecisionQuestion, OutsideDecision } from '../../../drivers/contract/driver.ts';
import type { Order } from '../../../drivers/toletus-litenet2/messages.ts';
import { settle } from '../../clock.ts';
import { card, introduce, startSession, turn } from './bench.ts';

const GUARD = { timeout: 120_000 };
/** Runs the garbage collector. */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const RELEASE: Order = { kind: 'release', side: 'entrada', text: 'Acesso liberado' };

/** A session whose callback answers when the test says so. */
async function startAsking(callback: object = {}) {
  const asked: { question: DecisionQuestion; signal: AbortSignal; timeoutMs: number }[] = [];
  const answers: PromiseWithResolvers<OutsideDecision>[] = [];
  const bench = startSession({
    options: {
      decide: 'callback',
      callback: { url: 'https://decisor.example.com/', fallback: 'deny', ...callback },
    },
    decide: (question, { timeoutMs }, signal) => {
      asked.push({ question, signal, timeoutMs });
      const answer = Promise.withResolvers<OutsideDecision>();
      answers.push(answer);
      return answer.promise;
    },
  });
  await introduce(bench.board);
  return { ...bench, asked, answers };
}

test('the callback decides, with its own words on the display', GUARD, async () => {
  const { board, asked, answers, readings } = await startAsking();
  await board.say(card('0000000001234567'));
  await settle();
  assert.partialDeepStrictEqual(asked, [
    { question: { credential: { kind: 'cartao', value: '1234567' }, means: 'cartao' }, timeoutMs: 1500 },
  ]);
  answers[0]?.resolve({ grant: true, message: 'Olá, João' });
  assert.deepEqual(await board.next(), { ...RELEASE, text: 'Ola, Joao' });
  await board.say(turn(1, 101));
  await settle();
  assert.partialDeepStrictEqual(readings.slice(-3), [
    { kind: 'identified', credential: { value: '1234567' } },
    { kind: 'decided', credential: { value: '1234567' }, result: 'liberado', by: 'sistema' },
    { kind: 'passed', credential: { value: '1234567' }, direction: 'entrada' },
  ]);
});

test('a denial from outside shows why and releases nothing', GUARD, async () => {
  const { board, answers, readings } = await startAsking();
  await board.say(card('1'));
  await settle();
  answers[0]?.resolve({ grant: false, message: 'Vá à recepção' });
  assert.deepEqual(await board.next(), { kind: 'storeText', text: 'Va a recepcao' });
  assert.equal((await board.next()).kind, 'notify');
  await settle();
  assert.partialDeepStrictEqual(readings.at(-1), { kind: 'decided', result: 'negado' });
});

for (const fallback of ['grant', 'deny'] as const) {
  test(
    `without an answer in time the fallback decides (${fallback}); a late one is dropped`,
    GUARD,
    async () => {
      const { board, answers, clock, log } = await startAsking({ fallback });
      await board.say(card('1'));
      await settle();
      await clock.advance(1500);
      const order = await board.next();
      assert.equal(order.kind, fallback === 'grant' ? 'release' : 'storeText');
      if (fallback === 'deny') assert.equal((await board.next()).kind, 'notify');
      answers[0]?.resolve({ grant: fallback === 'deny' });
      await settle();
      await clock.advance(10_000);
      assert.deepEqual(await board.next(), { kind: 'read', name: 'deviceId' }, 'nothing else was sent');
      assert.deepEqual(log.at('warn'), ['no decision from the callback']);
    },
  );
}

test('whoever comes next takes the question over: no answer opens for somebody else', GUARD, async () => {
  const { board, asked, answers, readings } = await startAsking();
  await board.say(card('1'));
  await settle();
  await board.say(card('2'));
  await settle();
  collectGarbage(); // what was aborted stays so
  assert.deepEqual(
    asked.map(({ signal }) => signal.aborted),
    [true, false],
  );
  answers[0]?.resolve({ grant: true });
  await settle();
  answers[1]?.resolve({ grant: false });
  assert.equal((await board.next()).kind, 'storeText', 'the first grant was not sent');
  await settle();
  assert.partialDeepStrictEqual(readings.at(-1), {
    kind: 'decided',
    result: 'negado',
    credential: { value: '2' },
  });
});

test('events are heard while a question is open', GUARD, async () => {
  const { board, readings, answers } = await startAsking();
  await board.say(card('1'), turn(2, 51));
  await settle();
  assert.deepEqual(
    readings.slice(-2).map(({ kind }) => kind),
    ['identified', 'passed'],
  );
  answers[0]?.resolve({ grant: true });
  assert.deepEqual(await board.next(), RELEASE);
});

test('a connection that ended takes its question with it', GUARD, async () => {
  const { board, asked, answers, session, readings, log } = await startAsking();
  await board.say(card('1'));
  await settle();
  board.hangUp();
  await session;
  assert.ok(asked[0]?.signal.aborted);
  answers[0]?.resolve({ grant: true });
  await settle();
  assert.equal(readings.at(-1)?.kind, 'identified');
  assert.deepEqual(log.at('warn'), []);
});
