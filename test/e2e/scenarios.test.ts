// Each simulated controller in each scenario, as `giro simulate <driver> --scenario` plays it to a gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scenario } from '../../drivers/contract/scenario.ts';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile } from './lines.ts';
import type { GiroProcess } from './processes.ts';
import { assertDelivered } from './verdict.ts';

interface Played {
  readonly driver: string;
  readonly turnstile: (port: number) => string;
  readonly settings: readonly string[];
}

const PLAYED: readonly Played[] = [
  {
    driver: 'henry',
    turnstile: (port) => `  - id: henry
    unit: centro
    driver: henry
    connect: tcp://127.0.0.1:${port}
`,
    settings: [],
  },
  {
    driver: 'toletus-litenet2',
    turnstile: (port) => `  - id: toletus-litenet2
    unit: centro
    driver: toletus-litenet2
    connect: tcp://127.0.0.1:${port}
    options: { decide: grantAll, release: ambas }
`,
    settings: [],
  },
  {
    driver: 'lines',
    turnstile: (port) => linesTurnstile('lines', `tcp://127.0.0.1:${port}`),
    settings: ['--set', 'ack=OK\\n'],
  },
];

/** A gateway with one turnstile of each driver, and a way to start its simulator. */
async function gymOfAll(webhook = '') {
  const gym = await Gym.open();
  const ports = new Map<string, number>();
  for (const { driver } of PLAYED) ports.set(driver, await freePort());
  gym.configure(PLAYED.map(({ driver, turnstile }) => turnstile(ports.get(driver) ?? 0)).join(''), webhook);
  const simulate = async (scenario: Scenario, ...more: string[]): Promise<GiroProcess[]> => {
    const simulators = PLAYED.map(({ driver, settings }) =>
      gym.start(
        ...['simulate', driver, '--at', `tcp-listen://127.0.0.1:${ports.get(driver)}`, '--pace', '0'],
        ...['--scenario', scenario, ...settings, ...more],
      ),
    );
    await Promise.all(simulators.map((simulator) => simulator.line(/waiting for the gateway/)));
    return simulators;
  };
  return { gym, simulate };
}

for (const scenario of ['garbage', 'slow'] as const) {
  test(`${scenario}: every passage of every controller is delivered`, async () => {
    const { gym, simulate } = await gymOfAll();
    try {
      const receiver = await gym.receiver();
      const people = ['--outcome', 'granted-passed', '--count', '3', '--rate', '2'];
      const simulators = await simulate(scenario, ...people);
      await gym.gateway();
      for (const simulator of simulators) assert.equal(await simulator.exit, 0);
      await receiver.until('9 deliveries', () => gym.deliveredEvents === 9);
      const events = assertDelivered(gym.delivered);
      // Over a slow connection a release may come when the person has lost patience.
      const isTurned = events.every(({ body }) => body.acesso.passagem === 'confirmada');
      if (scenario === 'garbage') assert.ok(isTurned);
    } finally {
      await gym.close();
    }
  });
}

test('offline-log: who came before the gateway comes from memories, and as a number from a board without one', async () => {
  const { gym, simulate } = await gymOfAll('    events: [notificarAcesso, giro.lacuna]\n');
  try {
    const receiver = await gym.receiver();
    const nobody = ['--rate', '0.0001', '--outcome', 'denied'];
    await simulate('offline-log', ...nobody);
    const gateway = await gym.gateway();
    const [memories, unheard] = [20, 12];
    const countOf = (turnstile: string): number =>
      new Set(gym.delivered.filter(({ body }) => body.dispositivo?.id === turnstile).map(({ id }) => id))
        .size;
    // One came when the simulator was connected.
    await receiver.until('all memories', () => countOf('henry') > memories && countOf('lines') > memories);
    assert.equal(await gateway.end('SIGTERM'), 0);
    await gym.gateway();
    const gaps = (): string[] => receiver.stdout.filter((line) => line.includes('giro.lacuna'));
    await receiver.until('the gap', () => gaps().length > 0);
    const [gap] = gaps().map((line) => JSON.parse(line) as { body: { lacuna: Record<string, unknown> } });
    assert.equal(gap?.body.lacuna.dispositivo, 'toletus-litenet2');
    assert.deepEqual([gap?.body.lacuna.entradas, gap?.body.lacuna.saidas], [unheard, 0]);
  } finally {
    await gym.close();
  }
});

test('second-client-refused: each turnstile is said to be offline, and why', async () => {
  const { gym, simulate } = await gymOfAll();
  try {
    const simulators = await simulate('second-client-refused');
    const gateway = await gym.gateway();
    for (const { driver } of PLAYED) await gateway.line(new RegExp(`"${driver}".*turnstile offline`));
    await Promise.all(simulators.map((simulator) => simulator.end('SIGTERM')));
  } finally {
    await gym.close();
  }
});
