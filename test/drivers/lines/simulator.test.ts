import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulatedPassage } from '../../../drivers/contract/passage.ts';
import type { Scenario } from '../../../drivers/contract/scenario.ts';
import { LineReader } from '../../../drivers/lines/messages.ts';
import { linesOptions } from '../../../drivers/lines/options.ts';
import { LinesSimulator } from '../../../drivers/lines/simulator.ts';
import type { Link } from '../../../drivers/links/link.ts';
import { ManualClock, settle } from '../../clock.ts';
import { linkPair } from '../link-pair.ts';
import { RecordingLog } from '../recording-log.ts';
import { bytes, text } from './set-up.ts';

const limit = { timeout: 120_000 };

/** The pattern that the driver's README gives for it. */
const OPTIONS = linesOptions.parse({
  pattern:
    '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+);(?<credential>\\d+)$',
  direction: { in: 'entrada', out: 'saida' },
  result: { granted: 'liberado', denied: 'negado' },
  kind: { card: 'cartao' },
  passage: true,
});

function setUp(settings: Record<string, string> = {}, scenario: Scenario = 'normal') {
  const clock = new ManualClock(Date.parse('2026-11-24T21:03:12.481Z'));
  const simulator = new LinesSimulator({
    clock,
    log: new RecordingLog(),
    settings: { record: '1', ...settings },
    scenario,
  });
  const connect = () => {
    const { signal } = new AbortController();
    const [agent, device] = linkPair(clock, signal);
    return { agent, running: simulator.run(device, signal) };
  };
  return { clock, simulator, connect };
}

const passage = (card: string, rest: Partial<SimulatedPassage> = {}): SimulatedPassage => ({
  outcome: 'granted-passed',
  card,
  direction: 'entrada',
  paceMs: 0,
  ...rest,
});

/** The next `count` lines. */
async function readLines(agent: Link, count: number): Promise<string[]> {
  let printed = '';
  while (printed.split('\n').length <= count) printed += text(await agent.read());
  return printed.split('\n').slice(0, -1);
}

const cardsOf = (lines: string[]): string[] => lines.map((line) => line.split(';').at(-1) ?? '');

test('prints one line for each passage', limit, async () => {
  const { simulator, connect } = setUp();
  const { agent, running } = connect();
  assert.equal(await simulator.play(passage('4012345')), 'reported');
  assert.equal(await simulator.play(passage('7', { outcome: 'denied', direction: 'saida' })), 'reported');
  assert.equal(
    await simulator.play(passage('8', { outcome: 'gave-up', direction: 'indefinido' })),
    'reported',
  );
  const lines = await readLines(agent, 3);
  assert.deepEqual(lines, [
    '2026-11-24T18:03:12.481-03:00;1;card;1;in;granted;4012345',
    '2026-11-24T18:03:12.481-03:00;1;card;2;out;denied;7',
    '2026-11-24T18:03:12.481-03:00;1;card;3;unknown;gaveup;8',
  ]);
  const reader = new LineReader(OPTIONS);
  const kinds = lines.map((line) => reader.read(bytes(line), 'a').map(({ kind }) => kind));
  assert.deepEqual(kinds, [['decided', 'passed'], ['decided'], ['identified']]);
  agent.close();
  await running;
});

test('without ack it keeps nothing for an agent that is not there', limit, async () => {
  const { simulator, connect } = setUp();
  assert.equal(await simulator.play(passage('1')), 'unheard');
  const { agent, running } = connect();
  assert.equal(await simulator.play(passage('2')), 'reported');
  assert.deepEqual(cardsOf(await readLines(agent, 1)), ['2']);
  agent.close();
  await running;
  assert.equal(await simulator.play(passage('3')), 'unheard');
});

test(
  'with ack a passage is reported when it is acknowledged, however the acknowledgement is cut up',
  limit,
  async () => {
    const { simulator, connect } = setUp({ ack: 'OK\n' });
    const { agent, running } = connect();
    const done: string[] = [];
    const plays = ['1', '2'].map((card) => simulator.play(passage(card)).then(() => done.push(card)));
    assert.deepEqual(cardsOf(await readLines(agent, 2)), ['1', '2']);
    await agent.write(bytes('?OK'));
    await settle();
    assert.deepEqual(done, []);
    await agent.write(bytes('\nO'));
    await settle();
    assert.deepEqual(done, ['1']);
    await agent.write(bytes('OK\n'));
    await Promise.all(plays);
    agent.close();
    await running;
  },
);

test('with ack it sends again, in order, what a break left unacknowledged', limit, async () => {
  const { simulator, connect } = setUp({ ack: 'OK\n' });
  const plays = ['1', '2', '3'].map((card) => simulator.play(passage(card)));
  await settle();
  const first = connect();
  const sent = await readLines(first.agent, 3);
  await first.agent.write(bytes('OK\n'));
  assert.equal(await plays[0], 'reported');
  first.agent.close();
  await first.running;

  plays.push(simulator.play(passage('4')));
  await settle();
  const second = connect();
  const again = await readLines(second.agent, 3);
  assert.deepEqual(again.slice(0, 2), sent.slice(1), 'the same bytes');
  assert.deepEqual(cardsOf(again), ['2', '3', '4']);
  await second.agent.write(bytes('OK\nOK\nOK\n'));
  assert.deepEqual(await Promise.all(plays), Array(4).fill('reported'));
  second.agent.close();
  await second.running;
});

test('no more lines are in flight than the window', limit, async () => {
  const { simulator, connect } = setUp({ ack: 'OK\n', window: '2' });
  const plays = ['1', '2', '3'].map((card) => simulator.play(passage(card)));
  await settle();
  const { agent, running } = connect();
  assert.deepEqual(cardsOf(await readLines(agent, 2)), ['1', '2']);
  const third = readLines(agent, 1);
  await agent.write(bytes('OK\n'));
  assert.deepEqual(cardsOf(await third), ['3']);
  await agent.write(bytes('OK\nOK\n'));
  await Promise.all(plays);
  agent.close();
  await running;
});

test('passages queue behind each other at their pace', limit, async () => {
  const { clock, simulator, connect } = setUp();
  const { agent, running } = connect();
  const plays = ['1', '2'].map((card) => simulator.play(passage(card, { paceMs: 1_000 })));
  await clock.advance(1_000);
  assert.deepEqual(await readLines(agent, 1), ['2026-11-24T18:03:13.481-03:00;1;card;1;in;granted;1']);
  await clock.advance(1_000);
  assert.deepEqual(await readLines(agent, 1), ['2026-11-24T18:03:14.481-03:00;1;card;2;in;granted;2']);
  await Promise.all(plays);
  agent.close();
  await running;
});

test('without a first record it counts from the clock, so that two runs differ', limit, async () => {
  const clock = new ManualClock(1_795_555_392_481);
  const simulator = new LinesSimulator({ clock, log: new RecordingLog(), settings: {} });
  const { signal } = new AbortController();
  const [agent, device] = linkPair(clock, signal);
  const running = simulator.run(device, signal);
  await simulator.play(passage('1'));
  assert.match((await readLines(agent, 1))[0] ?? '', /;1795555392;/);
  agent.close();
  await running;
});

test('a setting that it does not have is USAGE and names those that it has', () => {
  for (const settings of [{ acks: 'OK' }, { ack: '' }, { window: '0' }, { record: '1.5' }]) {
    assert.throws(() => setUp(settings), { code: 'USAGE', hint: 'settings: ack, window, record' });
  }
});

test('line endings of ack can be written as escapes', limit, async () => {
  const { simulator, connect } = setUp({ ack: 'OK\\r\\n' });
  const { agent, running } = connect();
  const play = simulator.play(passage('1'));
  await readLines(agent, 1);
  await agent.write(bytes('OK\r\n'));
  assert.equal(await play, 'reported');
  agent.close();
  await running;
});

for (const ack of [undefined, 'OK\\n']) {
  test(`scenario offline-log: twenty people came before the agent, ack ${ack}`, limit, async () => {
    const { simulator, connect } = setUp(ack === undefined ? {} : { ack }, 'offline-log');
    const { agent } = connect();
    const early = await readLines(agent, 20);
    assert.deepEqual(early.length, 20);
    assert.match(early[0] ?? '', /^2026-11-24T17:43:12\.481-03:00;1;card;1;in;granted;1001$/);
    const played = simulator.play(passage('7'));
    assert.deepEqual(cardsOf(await readLines(agent, 1)), ['7']);
    if (ack !== undefined) await agent.write(bytes('OK\n'.repeat(21)));
    assert.equal(await played, 'reported');
  });
}

test('scenario garbage: a line of noise before each line, acknowledged like it', limit, async () => {
  const { simulator, connect } = setUp({ ack: 'OK\\n' }, 'garbage');
  const { agent } = connect();
  const played = Promise.all([simulator.play(passage('1')), simulator.play(passage('2'))]);
  const lines = await readLines(agent, 4);
  assert.deepEqual(cardsOf(lines.filter((line) => line.includes('granted'))), ['1', '2']);
  await agent.write(bytes('OK\n'.repeat(4)));
  assert.deepEqual(await played, ['reported', 'reported']);
});
