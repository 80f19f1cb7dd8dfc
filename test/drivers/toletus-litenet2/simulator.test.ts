import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../drivers/base/clock.ts';
import type { SimulatedPassage } from '../../../drivers/contract/passage.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import type { Scenario } from '../../../drivers/contract/scenario.ts';
import { runSimulator } from '../../../drivers/contract/simulator.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { encodeFrame, FrameDecoder } from '../../../drivers/toletus-litenet2/codec.ts';
import { toletusLitenet2 } from '../../../drivers/toletus-litenet2/driver.ts';
import {
  formatOrder,
  type Order,
  parseReport,
  type Report,
} from '../../../drivers/toletus-litenet2/messages.ts';
import { Litenet2Simulator } from '../../../drivers/toletus-litenet2/simulator.ts';
import { ManualClock, settle } from '../../clock.ts';
import { linkPair, type MemoryLink } from '../link-pair.ts';
import { RecordingLog } from '../recording-log.ts';
import { card, options, turn } from './bench.ts';

const GUARD = { timeout: 120_000 };
const ANA: SimulatedPassage = { outcome: 'granted-passed', card: '1050', direction: 'entrada', paceMs: 0 };

/** The agent's end of a connection, played by the test. */
class ScriptedAgent {
  readonly #link: MemoryLink;
  readonly #decoder = new FrameDecoder();
  readonly #heard: Report[] = [];

  constructor(link: MemoryLink) {
    this.#link = link;
  }

  async next(): Promise<Report> {
    for (;;) {
      const report = this.#heard.shift();
      if (report !== undefined) return report;
      const read = await this.#link.read();
      assert.ok(typeof read === 'object', `a frame, not ${String(read)}`);
      for (const part of this.#decoder.push(read)) {
        if (part.kind === 'frame') this.#heard.push(parseReport(part.frame));
      }
    }
  }

  tell(order: Order): Promise<void> {
    return this.#link.write(encodeFrame(formatOrder(order)));
  }

  async ask(name: Extract<Order, { kind: 'read' }>['name']): Promise<unknown> {
    await this.tell({ kind: 'read', name });
    const report = await this.next();
    assert.ok(report.kind === 'parameter' && report.parameter.name === name);
    return report.parameter.value;
  }

  hangUp(): void {
    this.#link.close();
  }
}

function startSimulator(settings: Readonly<Record<string, string>> = {}, scenario: Scenario = 'normal') {
  const clock = new ManualClock();
  const stop = new AbortController();
  const simulator = new Litenet2Simulator({ clock, log: new RecordingLog(), settings, scenario });
  const connect = () => {
    const [link, agentEnd] = linkPair(clock, stop.signal);
    return { running: simulator.run(link, stop.signal), agent: new ScriptedAgent(agentEnd) };
  };
  return { clock, stop, simulator, connect };
}

test('answers what it is asked, takes what is written, and answers nothing else', GUARD, async () => {
  const { connect, stop } = startSimulator({
    serial: '7',
    id: '94',
    firmware: '2.1.1',
    flow: '0',
    exits: '9',
  });
  const { agent, running } = connect();
  assert.deepEqual(await agent.ask('firmware'), [2, 1, 1, 0]);
  assert.equal(await agent.ask('serial'), 7);
  assert.equal(await agent.ask('deviceId'), 94);
  assert.deepEqual(await agent.ask('extendedFlow'), { mode: 0, pictograms: 0 });
  assert.equal(await agent.ask('releaseMs'), 6000);
  assert.deepEqual(await agent.ask('counters'), { entries: 0, exits: 9 });
  await agent.tell({ kind: 'write', parameter: { name: 'releaseMs', value: 4000 } });
  await agent.tell({ kind: 'write', parameter: { name: 'counters', value: { entries: 5, exits: 5 } } });
  await agent.tell({ kind: 'storeText', text: 'x' });
  await agent.tell({ kind: 'read', name: 'mac' });
  assert.equal(await agent.ask('releaseMs'), 4000);
  assert.deepEqual(await agent.ask('counters'), { entries: 0, exits: 0 });
  stop.abort();
  await running;
});

test('firmware below 2.1.0 has no counters and no extended flow', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator({ firmware: '2.0.9' });
  const { agent, running } = connect();
  await agent.tell({ kind: 'read', name: 'counters' });
  await agent.tell({ kind: 'read', name: 'extendedFlow' });
  const played = simulator.play(ANA);
  assert.deepEqual(await agent.next(), { ...card('0000000000001050'), value: '1050' });
  await agent.tell({ kind: 'release', side: 'entrada', text: '' });
  assert.deepEqual(await agent.next(), turn(1));
  assert.equal(await played, 'reported');
  stop.abort();
  await running;
});

test('a restart ends the connection', GUARD, async () => {
  const { connect } = startSimulator();
  const { agent, running } = connect();
  await agent.tell({ kind: 'restart' });
  await running;
});

const outcomes: readonly {
  name: string;
  passage: Partial<SimulatedPassage>;
  release?: Order;
  settings?: Readonly<Record<string, string>>;
  want: readonly Report[];
}[] = [
  {
    name: 'granted and passed',
    passage: { direction: 'saida' },
    release: { kind: 'release', side: 'saida', text: '' },
    want: [turn(2, 1)],
  },
  {
    name: 'gave up',
    passage: { outcome: 'gave-up' },
    release: { kind: 'release', side: 'ambas', text: '' },
    want: [{ kind: 'releaseTimedOut' }],
  },
  {
    name: 'the other way was released',
    passage: {},
    release: { kind: 'release', side: 'saida', text: '' },
    want: [],
  },
  { name: 'nobody released', passage: {}, want: [] },
  { name: 'the way is free', passage: {}, settings: { flow: '5' }, want: [turn(1, 1)] },
];
for (const { name, passage, release, settings, want } of outcomes) {
  test(name, GUARD, async () => {
    const { connect, simulator, stop, clock } = startSimulator(settings);
    const { agent, running } = connect();
    const played = simulator.play({ ...ANA, ...passage });
    assert.deepEqual(await agent.next(), { ...card('0000000000001050'), value: '1050' });
    if (release !== undefined) await agent.tell(release);
    await clock.advance(2000);
    assert.equal(await played, 'reported');
    for (const report of want) assert.deepEqual(await agent.next(), report);
    const heardToTheEnd = await agent.ask('deviceId');
    assert.equal(heardToTheEnd, 1);
    stop.abort();
    await running;
  });
}

test('denied: a finger that is not enrolled', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator();
  const { agent, running } = connect();
  assert.equal(await simulator.play({ ...ANA, outcome: 'denied' }), 'reported');
  assert.deepEqual(await agent.next(), { kind: 'unknownFingerprint' });
  stop.abort();
  await running;
});

for (const { reader, want } of [
  { reader: 'codigo', want: { command: 0x0302, value: '1050' } },
  { reader: 'teclado', want: { command: 0x0303, value: '1050' } },
  { reader: 'digital', want: { command: 0x0306, value: '1051' } },
]) {
  test(`reader ${reader}`, GUARD, async () => {
    const { connect, simulator, stop, clock } = startSimulator({ reader });
    const { agent, running } = connect();
    const played = simulator.play(ANA);
    assert.partialDeepStrictEqual(await agent.next(), want);
    await clock.advance(2000);
    await played;
    stop.abort();
    await running;
  });
}

test(
  'without an agent only the counters keep what happened, and only where the way is free',
  GUARD,
  async () => {
    for (const [flow, entries] of [
      ['5', 1],
      ['0', 0],
    ] as const) {
      const { connect, simulator, stop } = startSimulator({ flow });
      assert.equal(await simulator.play(ANA), 'unheard');
      const { agent, running } = connect();
      assert.deepEqual(await agent.ask('counters'), { entries, exits: 0 });
      stop.abort();
      await running;
    }
  },
);

test('an agent that leaves while a person waits has not let the person in', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator();
  const { agent, running } = connect();
  const played = simulator.play(ANA);
  await agent.next();
  agent.hangUp();
  await running;
  assert.equal(await played, 'reported');
  const again = connect();
  assert.deepEqual(await again.agent.ask('counters'), { entries: 0, exits: 0 });
  stop.abort();
  await again.running;
});

test('settings that it does not have are refused', () => {
  for (const wrong of [
    { flow: '9' },
    { serial: 'x' },
    { firmware: '2' },
    { reader: 'facial' },
    { modo: '1' },
  ]) {
    assert.throws(() => startSimulator(wrong as Record<string, string>), {
      code: 'USAGE',
      hint: /serial, id, .*reader/,
    });
  }
});

test(
  'over real sockets: three people, then a connection that breaks and what happened meanwhile',
  GUARD,
  async () => {
    const stop = new AbortController();
    const context = { clock: systemClock, log: new RecordingLog() };
    const simulator = new Litenet2Simulator({ ...context, settings: { flow: '0' } });
    const server = createLinkSource({ kind: 'tcp-listen', host: '127.0.0.1', port: 0 }, context);
    const serving = runSimulator(simulator, server, { ...context, signal: stop.signal });
    let port = 0;
    while (port === 0) {
      await settle();
      port = Number(server.address.split(':').at(-1));
    }
    const dialled = createLinkSource(
      { kind: 'tcp', host: '127.0.0.1', port },
      { ...toletusLitenet2.link, ...context },
    );
    const readings: Reading[] = [];
    let position: string | undefined;
    let onReading = (): void => {};
    const take = async (news: readonly Reading[]): Promise<void> => {
      readings.push(...news);
      onReading();
    };
    const connect = async () => {
      const link = await dialled.open(stop.signal);
      const session = toletusLitenet2.run({
        ...context,
        id: 'catraca-1',
        localTime: () => '2026-03-02T09:00:00',
        options: options({ decide: 'grantAll' }),
        link,
        signal: stop.signal,
        record: (...news) => take(news),
        cursor: { position },
        recordAt: (at, ...news) => {
          position = at;
          return take(news);
        },
      });
      return { link, session };
    };
    const until = async (isEnough: () => boolean): Promise<void> => {
      while (!isEnough()) {
        await new Promise<void>((resolve) => {
          onReading = resolve;
        });
      }
    };

    const first = await connect();
    await until(() => position !== undefined);
    for (const [number, outcome] of [
      ['11', 'granted-passed'],
      ['22', 'denied'],
      ['33', 'gave-up'],
    ] as const) {
      assert.equal(await simulator.play({ ...ANA, card: number, outcome }), 'reported');
    }
    await until(() => readings.some(({ kind }) => kind === 'gaveUp'));
    const told = readings.flatMap((reading) =>
      'freshness' in reading ? [`${reading.kind} ${reading.credential?.value ?? ''}`.trim()] : [],
    );
    assert.deepEqual(told, [
      'identified 11',
      'decided 11',
      'passed 11',
      'decided',
      'identified 33',
      'decided 33',
      'gaveUp 33',
    ]);

    first.link.close();
    await assert.rejects(first.session, { code: 'LINK_LOST' });
    while ((await simulator.play({ ...ANA, direction: 'saida' })) !== 'unheard') await settle();
    const second = await connect();
    await until(() => readings.some(({ kind }) => kind === 'gap'));
    const gap = readings.find((reading) => reading.kind === 'gap');
    assert.equal(gap?.entries, 0);
    assert.ok((gap?.exits ?? 0) >= 1);
    stop.abort();
    await Promise.all([second.session, serving]);
    await Promise.all([server.close(), dialled.close()]);
  },
);

test('scenario offline-log: the counters tell of whoever came before each connection', GUARD, async () => {
  const { connect } = startSimulator({ entries: '5' }, 'offline-log');
  for (const entries of [17, 29]) {
    const { agent, running } = connect();
    assert.deepEqual(await agent.ask('counters'), { entries, exits: 0 });
    agent.hangUp();
    await running;
  }
});

test('a broadcast is answered, and who is connected is told by firmware that does', GUARD, async () => {
  const question = Buffer.from('prc');
  const told = (given: Record<string, string>, isConnected: boolean): string => {
    const { simulator, connect } = startSimulator({ id: '94', ...given });
    if (isConnected) connect();
    return Buffer.from(simulator.answerDatagram(question) ?? []).toString();
  };
  assert.equal(told({}, true), 'TOLETUS LiteNet2@94');
  assert.equal(told({ firmware: '2.3.1' }, false), 'TOLETUS LiteNet2@94 c=none');
  assert.equal(told({ firmware: '3.0.0' }, true), 'TOLETUS LiteNet2@94 c=memory');
  assert.equal(startSimulator().simulator.answerDatagram(Buffer.from('prd')), undefined);
});
