import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CuttableLink } from './cut-link.ts';
import { freePort, Gym } from './gym.ts';
import type { GiroProcess } from './processes.ts';
import { assertDelivered } from './verdict.ts';

/** A gym with one Henry turnstile behind a cable that can be cut. */
async function openGym(options = '{}') {
  const gym = await Gym.open();
  const devicePort = await freePort();
  const cable = new CuttableLink(devicePort);
  gym.configure(`  - id: catraca-1
    unit: centro
    driver: henry
    connect: tcp://127.0.0.1:${await cable.listen()}
    options: ${options}
`);
  const simulate = (...args: string[]): GiroProcess =>
    gym.start('simulate', 'henry', '--at', `tcp-listen://127.0.0.1:${devicePort}`, '--json', ...args);
  const close = async (): Promise<void> => {
    await gym.close();
    await cable.close();
  };
  return { gym, cable, simulate, close };
}

const summary = ({ resultado, passagem, recuperado }: Record<string, unknown>): string =>
  `${resultado} ${passagem}${recuperado === true ? ' recovered' : ''}`;

/** Twenty people came before the agent, and one comes when it connects. */
const CROWD = ['--scenario', 'offline-log', '--rate', '0.001', '--outcome', 'granted-passed', '--pace', '0'];
const CROWD_SIZE = 21;

/** The distinct events that any receiver got. */
const countOf = (gym: Gym): number => new Set(gym.delivered.map(({ id }) => id)).size;

test('people pass while the link is cut again and again: everybody arrives once', async () => {
  const { gym, cable, simulate, close } = await openGym();
  const people = 60;
  try {
    const receiver = await gym.receiver();
    await gym.gateway();
    const simulator = simulate(
      '--rate',
      '10',
      '--pace',
      '0', // a memory that is read between a grant and its turn has the turn only at the next connect
      '--count',
      String(people),
      '--outcome',
      'granted-passed',
    );
    for (const count of [5, 20, 35]) {
      await receiver.until(`${count} deliveries`, () => countOf(gym) >= count);
      cable.intercept = () => true; // the cable hangs for as long as it takes three people to pass
      const before = simulator.stdout.length;
      await simulator.until('three more people', () => simulator.stdout.length >= before + 3);
      cable.intercept = () => false;
      cable.cut();
    }
    assert.equal(await simulator.exit, 0, 'everybody was told or collected');
    await receiver.until('everybody', () => countOf(gym) >= people);
    const events = assertDelivered(gym.delivered);
    assert.equal(events.length, people);
    for (const { body } of events) assert.match(summary(body.acesso), /^liberado (confirmada|nao_informada)/);
  } finally {
    await close();
  }
});

test('a memory full of people is collected at the first connect', async () => {
  const { gym, simulate, close } = await openGym();
  try {
    const receiver = await gym.receiver();
    simulate(...CROWD);
    const gateway = await gym.gateway();
    await receiver.until('everybody', () => countOf(gym) >= CROWD_SIZE);
    await gateway.line(/stored records collected/);
    const events = assertDelivered(gym.delivered);
    const told = Map.groupBy(events, ({ body }) => summary(body.acesso));
    assert.deepEqual(Object.fromEntries([...told].map(([what, list]) => [what, list.length])), {
      'liberado confirmada recovered': 12,
      'negado nao_informada recovered': 4,
      'liberado desistencia recovered': 4,
      'liberado confirmada': 1,
    });
    const recovered = events.filter(({ body }) => body.acesso.recuperado);
    const times = recovered.map(({ body }) => Date.parse(body.ocorridoEm));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      'in the order in which they happened',
    );
    for (const { body } of recovered) assert.match(body.acesso.registroDispositivo ?? '', /^\d+$/);
  } finally {
    await close();
  }
});

for (const [name, options] of [
  ['confirmed', '{}'],
  ['left to the gym’s software', '{ collect: { confirm: false } }'],
] as const) {
  const isConfirmed = options === '{}';
  test(`kill -9 between commit and confirmation (${name}): everybody arrives once`, async () => {
    const { gym, cable, simulate, close } = await openGym(options);
    try {
      const receiver = await gym.receiver();
      let confirmations = 0;
      let gateway: GiroProcess | undefined;
      cable.intercept = (bytes) => {
        const text = bytes.toString('latin1');
        if (!text.includes('+ER+')) return false;
        confirmations += 1;
        if (confirmations > 2) return false;
        gateway?.child.kill('SIGKILL'); // it committed, and the device never hears of it
        return true;
      };
      simulate(...CROWD);
      for (let kills = 0; kills < 2; kills += 1) {
        gateway = await gym.gateway();
        if (isConfirmed) assert.equal(await gateway.exit, 'SIGKILL');
        else {
          await receiver.until('everybody', () => countOf(gym) >= CROWD_SIZE);
          await gateway.end('SIGKILL');
        }
      }
      gateway = await gym.gateway();
      await receiver.until('everybody', () => countOf(gym) >= CROWD_SIZE);
      await gateway.line(/stored records collected/);
      if (!isConfirmed) {
        const { stdout, stderr } = gateway;
        const collections = (): number =>
          [...stdout, ...stderr].filter((line) => line.includes('stored records collected')).length;
        cable.cut();
        await gateway.until('the memory was read once more', () => collections() > 1);
        assert.equal(confirmations, 0);
      }
      assert.equal(await gateway.end(), 0);
      const events = assertDelivered(gym.delivered);
      assert.equal(events.length, CROWD_SIZE);
      assert.ok(events.filter(({ body }) => body.acesso.recuperado).length >= CROWD_SIZE - 1);
    } finally {
      await close();
    }
  });
}
