import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecisionQuestion, OutsideDecision } from '../../../drivers/contract/driver.ts';
import { settle } from '../../clock.ts';
import { introduce, startSession } from './bench.ts';

const GUARD = { timeout: 120_000 };
const ask = (index: string, card: string): string =>
  `${index}+REON+000+0]${card.padStart(20, '0')}]02/03/2026 09:00:07]1]0]2`;

/** A session whose callback answers when the test says so; TIMEOUT_ON is 2,500 ms. */
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
  await introduce(bench.device, { mode: 'O' });
  const end = async (): Promise<void> => {
    await settle();
    bench.device.hangUp();
    await bench.session;
  };
  return { ...bench, asked, answers, end };
}

test('the callback decides, with its own words on the display', GUARD, async () => {
  const { device, asked, answers, readings, end } = await startAsking();
  await device.say(ask('79', '13658925'));
  await settle();
  assert.deepEqual(
    asked.map(({ question }) => question),
    [
      {
        credential: { kind: 'cartao', value: '13658925' },
        direction: 'entrada',
        means: 'cartao',
        originalMeans: '2',
        at: { local: '2026-03-02T09:00:07' },
      },
    ],
  );
  answers[0]?.resolve({ grant: true, message: 'Olá, João' });
  assert.equal(await device.next(), '79+REON+00+1]5]Ola, Joao]1');
  await end();
  assert.partialDeepStrictEqual(readings.slice(-2), [
    { kind: 'identified', key: '79' },
    { kind: 'decided', key: '79', result: 'liberado', by: 'sistema' },
  ]);
});

test('two people are asked for at the same time, and each gets the own answer', GUARD, async () => {
  const { device, answers, end } = await startAsking();
  await device.say(ask('79', '1'), ask('80', '2'));
  await settle();
  answers[1]?.resolve({ grant: true });
  assert.match(await device.next(), /^80\+REON\+00\+1]5]Acesso liberado/);
  answers[0]?.resolve({ grant: false });
  assert.match(await device.next(), /^79\+REON\+00\+30]5]Acesso negado/);
  await end();
});

for (const [fallback, code] of [
  ['deny', 30],
  ['grant', 1],
] as const) {
  test(
    `without an answer in time the fallback decides (${fallback}), and the late answer is dropped`,
    GUARD,
    async () => {
      const { device, answers, clock, said, readings, end } = await startAsking({ fallback });
      await device.say(ask('79', '1'));
      await settle();
      await clock.advance(1499);
      assert.equal(readings.at(-1)?.kind, 'identified');
      await clock.advance(1);
      assert.match(await device.next(), new RegExp(`^79\\+REON\\+00\\+${code}]`));
      answers[0]?.resolve({ grant: fallback === 'deny' });
      await settle();
      await clock.advance(25_000);
      assert.match(await device.next(), /\+RH\+/, 'nothing else was sent');
      assert.deepEqual(said('warn'), ['no decision from the callback']);
      await end();
    },
  );
}

test('a callback that fails is the fallback at once', GUARD, async () => {
  const { device, answers, end } = await startAsking();
  await device.say(ask('79', '1'));
  await settle();
  answers[0]?.reject(new Error('refused'));
  assert.match(await device.next(), /^79\+REON\+00\+30]/);
  await end();
});

test('more time than the device gives is shortened, and said', GUARD, async () => {
  const { device, asked, said, end } = await startAsking({ timeoutMs: 3000 });
  assert.match(said('warn')[0] ?? '', /shortened/);
  await device.say(ask('79', '1'));
  await settle();
  assert.equal(asked[0]?.timeoutMs, 2200);
  await end();
});

test('a connection that ended takes its questions with it', GUARD, async () => {
  const { device, asked, answers, session, readings, said } = await startAsking();
  await device.say(ask('79', '1'));
  await settle();
  device.hangUp();
  await session;
  assert.ok(asked[0]?.signal.aborted);
  answers[0]?.resolve({ grant: true });
  await settle();
  assert.equal(readings.at(-1)?.kind, 'identified');
  assert.deepEqual(said('warn'), []);
});

test('a fingerprint that waits for a match is denied without asking', GUARD, async () => {
  const { device, asked, end } = await startAsking({ fallback: 'grant' });
  await device.say('12+REON+000+0]-1]05/03/2024 07:15:42]1]0]5]4]abcd');
  assert.match(await device.next(), /^12\+REON\+00\+30]/);
  assert.equal(asked.length, 0);
  await end();
});
