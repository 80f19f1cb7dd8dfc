import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../drivers/base/clock.ts';
import type { SimulatedPassage } from '../../../drivers/contract/passage.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import type { Scenario } from '../../../drivers/contract/scenario.ts';
import { runSimulator } from '../../../drivers/contract/simulator.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { HenrySimulator } from '../../../drivers/henry/simulator.ts';
import type { Link, LinkSource } from '../../../drivers/links/link.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { ManualClock, settle } from '../../clock.ts';
import { linkPair } from '../link-pair.ts';
import { type LogLine, options, recordingLog, ScriptedDevice } from './bench.ts';

type Settings = Readonly<Record<string, string>>;

const GUARD = { timeout: 120_000 };
const ANA: SimulatedPassage = { outcome: 'granted-passed', card: '1050', direction: 'entrada', paceMs: 0 };

/** The simulator alone, with an agent whose bytes the test writes; noon UTC is nine in São Paulo. */
function startSimulator(given: Settings = {}, scenario: Scenario = 'normal') {
  const clock = new ManualClock();
  const stop = new AbortController();
  const log = recordingLog([]);
  const simulator = new HenrySimulator({ clock, log, settings: given, scenario });
  const connect = () => {
    const [link, agentEnd] = linkPair(clock, stop.signal);
    return { running: simulator.run(link, stop.signal), agent: new ScriptedDevice(agentEnd) };
  };
  return { clock, stop, simulator, connect };
}

test('answers RC, RH, EH and RQ, and refuses what it does not know', GUARD, async () => {
  const { connect, stop } = startSimulator({ MODELO: 'ARGUS', NR_EQUIP: '42', EXP_TEMPO_LIBERACAO: '7' });
  const { agent, running } = connect();
  const dialogue = [
    [
      '01+RC+00+NR_EQUIP]MODELO]EXP_TEMPO_LIBERACAO',
      '01+RC+000+NR_EQUIP[42]MODELO[ARGUS]EXP_TEMPO_LIBERACAO[7',
    ],
    ['02+RC+00+NADA', '02+RC+012'],
    ['03+RH+00', '03+RH+000+02/03/26 09:00:00]00/00/00]00/00/00'],
    ['04+EH+00+01/01/26 08:30:00]00/00/00]00/00/00', '04+EH+000'],
    ['05+RH+00', '05+RH+000+01/01/26 08:30:00]00/00/00]00/00/00'],
    ['06+EH+00+31/02/26 08:30:00]]', '06+EH+012'],
    ['07+RQ+00+RNC', '07+RQ+000+RNC]0'],
    ['08+RU+00+5]1', '08+RU+010'],
  ];
  for (const [question = '', answer] of dialogue) {
    await agent.say(question);
    assert.equal(await agent.next(), answer);
  }
  stop.abort();
  await running;
});

const offline: readonly { name: string; passage: Partial<SimulatedPassage>; want: readonly string[] }[] = [
  {
    name: 'granted and passed',
    passage: {},
    want: [
      '01+REON+000+1]00000000000000001050]02/03/2026 09:00:00]1]0]1',
      '01+REON+000+80]]02/03/2026 09:00:00]0]0]0',
      '01+REON+000+81]]02/03/2026 09:00:00]1]0]0',
    ],
  },
  {
    name: 'gave up',
    passage: { outcome: 'gave-up', direction: 'saida' },
    want: [
      '01+REON+000+1]00000000000000001050]02/03/2026 09:00:00]2]0]1',
      '01+REON+000+80]]02/03/2026 09:00:00]0]0]0',
      '01+REON+000+82]]02/03/2026 09:00:00]0]0]0',
    ],
  },
  {
    name: 'denied',
    passage: { outcome: 'denied', direction: 'indefinido' },
    want: ['01+REON+000+30]00000000000000001050]02/03/2026 09:00:00]0]0]1'],
  },
];
for (const { name, passage, want } of offline) {
  test(`mode F: ${name}`, GUARD, async () => {
    const { connect, simulator, stop } = startSimulator();
    const { agent, running } = connect();
    assert.equal(await simulator.play({ ...ANA, ...passage }), 'reported');
    for (const payload of want) assert.equal(await agent.next(), payload);
    stop.abort();
    await running;
  });
}

test('with ARMAZENA_REGISTRO N nothing is kept without an agent', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator({ ARMAZENA_REGISTRO: 'N' });
  assert.equal(await simulator.play(ANA), 'unheard');
  const first = connect();
  first.agent.hangUp();
  await first.running;
  assert.equal(await simulator.play(ANA), 'unheard');
  const second = connect();
  assert.equal(await simulator.play(ANA), 'reported');
  assert.match(await second.agent.next(), /^\d\d\+REON/);
  stop.abort();
  await second.running;
});

test('passages queue, and people take their time', GUARD, async () => {
  const { connect, simulator, stop, clock } = startSimulator();
  const { agent, running } = connect();
  const first = simulator.play({ ...ANA, paceMs: 1000 });
  const second = simulator.play({ ...ANA, card: '2020' });
  await clock.advance(2000);
  assert.deepEqual([await first, await second], ['reported', 'reported']);
  const heard = [];
  for (let step = 0; step < 4; step++) heard.push((await agent.next()).replace(/\].*:/, ' ').slice(0, 18));
  assert.deepEqual(heard, [
    '01+REON+000+1 00]1',
    '01+REON+000+80 01]',
    '01+REON+000+81 02]',
    '02+REON+000+1 02]1',
  ]);
  stop.abort();
  await running;
});

test('an agent that leaves in the middle has not heard the passage', GUARD, async () => {
  const { connect, simulator, clock } = startSimulator({ ARMAZENA_REGISTRO: 'N' });
  const { agent, running } = connect();
  const played = simulator.play({ ...ANA, paceMs: 1000 });
  await agent.next();
  agent.hangUp();
  await running;
  await clock.advance(2000);
  assert.equal(await played, 'unheard');
});

test('mode O: asks, and turns after the grant', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator({ TIPO_VALIDA: 'O' });
  const { agent, running } = connect();
  const played = simulator.play(ANA);
  assert.match(await agent.next(), /^01\+REON\+000\+0]00000000000000001050]/);
  await agent.say('01+REON+00+20]5]aguarde]', '01+REON+00+1]5]Acesso liberado]1');
  assert.match(await agent.next(), /\+80]/);
  assert.match(await agent.next(), /\+81]/);
  assert.equal(await played, 'reported');
  stop.abort();
  await running;
});

test('mode O: echoes a denial, and says when nobody answers', GUARD, async () => {
  const { connect, simulator, stop, clock } = startSimulator({ TIPO_VALIDA: 'O' });
  const { agent, running } = connect();
  const denied = simulator.play(ANA);
  await agent.next();
  await agent.say('01+REON+00+35]5]vencido]');
  assert.match(await agent.next(), /^01\+REON\+000\+35]00000000000000001050]/);
  assert.equal(await denied, 'reported');
  const unanswered = simulator.play(ANA);
  assert.match(await agent.next(), /^02\+REON\+000\+0]/);
  await clock.advance(3000);
  assert.match(await agent.next(), /^02\+REON\+000\+91]/);
  assert.equal(await unanswered, 'reported');
  stop.abort();
  await running;
});

test('with VALIDACAO_OFF D the agent hears nothing', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator({ VALIDACAO_OFF: 'D', ARMAZENA_REGISTRO: 'N' });
  const { running } = connect();
  assert.equal(await simulator.play(ANA), 'unheard');
  stop.abort();
  await running;
});

test('what no agent hears is kept, listed by each filter, and marked as collected', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator();
  const played = [simulator.play(ANA), simulator.play({ ...ANA, outcome: 'denied', card: '2020' })];
  await settle();
  const { agent, running } = connect();
  const ask = async (question: string): Promise<string> => {
    await agent.say(question);
    return agent.next();
  };
  const [grant, turn, denial] = [
    '000000001[1[00000000000000001050[02/03/2026 09:00:00[1[0[1',
    '000000002[81[00000000000000001050[02/03/2026 09:00:00[1[0[0',
    '000000003[30[00000000000000002020[02/03/2026 09:00:00[1[0[1',
  ];
  assert.equal(await ask('01+RQ+00+RNC'), '01+RQ+000+RNC]3');
  assert.equal(await ask('02+RR+00+C]2]1'), `02+RR+000+2+${grant}]${turn}`);
  assert.equal(await ask('03+RR+01+T]5]3'), `03+RR+000+1+${denial}[0`);
  const day = ']02/03/2026 00:00:00]02/03/2026 23:59:59';
  assert.equal(await ask(`04+RR+00+D]5${day}`), `04+RR+000+3+${grant}]${turn}]${denial}`);
  assert.equal(await ask('05+RR+00+D]5]03/03/2026 00:00:00]'), '05+RR+028');
  assert.equal(await ask('06+RR+00+X]1]1'), '06+RR+012');
  assert.equal(await ask('07+ER+00+-1+000000001]000000002'), '07+ER+000');
  assert.equal(await played[0], 'reported');
  assert.equal(await ask('08+RR+00+C]9]1'), `08+RR+000+1+${denial}`);
  assert.equal(await ask('09+ER+00+1+3'), '09+ER+000');
  assert.equal(await played[1], 'reported');
  assert.equal(await ask('10+RQ+00+RNC'), '10+RQ+000+RNC]0');
  assert.equal(await ask('11+RQ+00+R'), '11+RQ+000+R]3');
  assert.equal(await ask('12+ER+00+1'), '12+ER+012');
  stop.abort();
  await running;
});

test('scenario offline-log: people came before the agent', GUARD, async () => {
  const { connect, stop } = startSimulator({}, 'offline-log');
  const { agent, running } = connect();
  await agent.say('01+RQ+00+RNC');
  assert.equal(await agent.next(), '01+RQ+000+RNC]36');
  stop.abort();
  await running;
});

test('scenario garbage: noise between the frames, which are whole', GUARD, async () => {
  const { connect, simulator, stop } = startSimulator({}, 'garbage');
  const { agent, running } = connect();
  assert.equal(await simulator.play(ANA), 'reported');
  for (const code of ['1', '80', '81']) assert.match(await agent.next(), new RegExp(`REON\\+000\\+${code}]`));
  stop.abort();
  await running;
});

test('scenario slow: frames come in pieces', GUARD, async () => {
  const { connect, stop, clock } = startSimulator({}, 'slow');
  const { agent, running } = connect();
  await agent.say('01+RQ+00+RNC');
  const answer = agent.next();
  let isHeard = false;
  void answer.then(() => {
    isHeard = true;
  });
  await clock.advance(199);
  assert.equal(isHeard, false);
  await clock.advance(1);
  assert.equal(await answer, '01+RQ+000+RNC]0');
  stop.abort();
  await running;
});

test('scenario second-client-refused: every connection is closed at once', GUARD, async () => {
  const { connect } = startSimulator({}, 'second-client-refused');
  const { agent, running } = connect();
  await running;
  await assert.rejects(agent.next(), /a frame, not end/);
});

test('its wall clock is in the zone that is set', GUARD, async () => {
  const { connect, stop } = startSimulator({ timezone: 'America/Manaus' });
  const { agent, running } = connect();
  await agent.say('01+RH+00');
  assert.match(await agent.next(), /08:00:00/);
  stop.abort();
  await running;
});

test('settings that it does not have are refused', () => {
  for (const wrong of [
    { TIPO_VALIDA: 'A' },
    { TIMEOUT_ON: '3' },
    { timezone: 'Brasilia' },
    { modelo: 'X' },
  ]) {
    assert.throws(() => startSimulator(wrong), { code: 'USAGE', hint: /TIPO_VALIDA, .*timezone/ });
  }
});

/** The driver on real sockets: it dials the simulator, or the simulator dials it. */
async function startGateway(
  role: 'tcp' | 'tcp-listen',
  given: Settings,
  driverOptions: Record<string, unknown>,
) {
  const stop = new AbortController();
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const readings: Reading[] = [];
  const context = { clock: systemClock, log };
  const simulator = new HenrySimulator({ ...context, settings: given });
  const server = createLinkSource({ kind: 'tcp-listen', host: '127.0.0.1', port: 0 }, context);
  const simulate = (source: LinkSource) =>
    runSimulator(simulator, source, { ...context, signal: stop.signal });
  const dial = async () =>
    createLinkSource({ kind: 'tcp', host: '127.0.0.1', port: await boundPort(server) }, context);

  const serving = role === 'tcp' ? simulate(server) : server.open(stop.signal);
  const dialled = await dial();
  const device = role === 'tcp' ? serving : simulate(dialled);
  const link = await (role === 'tcp' ? dialled.open(stop.signal) : (serving as Promise<Link>));
  let onReading = (): void => {};
  const until = async (isEnough: () => boolean): Promise<void> => {
    while (!isEnough()) {
      await new Promise<void>((resolve) => {
        onReading = resolve;
      });
    }
  };
  const session = henry.run({
    id: 'catraca-1',
    options: options(driverOptions),
    link,
    clock: systemClock,
    log,
    signal: stop.signal,
    record: async (...news) => {
      readings.push(...news);
      onReading();
    },
    localTime: () => '2026-03-02T09:00:00',
    cursor: { position: undefined },
    recordAt: async (_, ...news) => {
      readings.push(...news);
      onReading();
    },
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await session;
    await device;
    await Promise.all([server.close(), dialled.close()]);
  };
  await until(() => readings.some(({ kind }) => kind === 'clock'));
  return { simulator, readings, until, end };
}

async function boundPort(server: LinkSource): Promise<number> {
  for (;;) {
    const port = Number(server.address.split(':').at(-1));
    if (port > 0) return port;
    await settle();
  }
}

for (const role of ['tcp', 'tcp-listen'] as const) {
  test(`over real sockets (${role}): three passages of a device that decides by itself`, GUARD, async () => {
    const { simulator, readings, until, end } = await startGateway(role, {}, {});
    for (const [card, outcome] of [
      ['11', 'granted-passed'],
      ['22', 'denied'],
      ['33', 'gave-up'],
    ] as const) {
      assert.equal(await simulator.play({ ...ANA, card, outcome }), 'reported');
    }
    await until(() => readings.some(({ kind }) => kind === 'gaveUp'));
    assert.deepEqual(
      readings
        .slice(2)
        .map((reading) => [reading.kind, 'credential' in reading && reading.credential?.value]),
      [
        ['decided', '11'],
        ['passed', '11'],
        ['decided', '22'],
        ['decided', '33'],
        ['gaveUp', '33'],
      ],
    );
    await end();
  });
}

test('over real sockets: a device that asks is answered', GUARD, async () => {
  const { simulator, readings, until, end } = await startGateway(
    'tcp',
    { TIPO_VALIDA: 'O' },
    { decide: 'grantAll' },
  );
  assert.equal(await simulator.play(ANA), 'reported');
  await until(() => readings.some(({ kind }) => kind === 'passed'));
  assert.deepEqual(
    readings.slice(2).map(({ kind }) => kind),
    ['identified', 'decided', 'passed'],
  );
  await end();
});
