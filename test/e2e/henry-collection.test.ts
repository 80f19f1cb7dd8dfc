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
      '20',
      '--count',
      String(people),
      '--outcome',
      'granted-passed',
    );
    for (const count of [5, 20, 35]) {
      await receiver.until(`${count} deliveries`, () => countOf(gym) >= count);
      cable.intercept = () => true; // the cable hangs for as long as it takes three people to pass
      const before = simulator.stdout.length;
      cable.cut();
      await simulator.until('the cut is over', () => simulator.stdout.length >= before);
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

test('a memory full of people is collected at the first connect, and only then', async () => {
  const { gym, cable, simulate, close } = await openGym();
  try {
    const receiver = await gym.receiver();
    simulate('--set', 'scenario=offline-log', '--rate', '0.001');
    const gateway = await gym.gateway();
    await receiver.until('everybody', () => countOf(gym) >= 20);
    cable.cut();
    await gateway.line(/turnstile online again|"level":30.*turnstile offline|turnstile offline/);
    const events = assertDelivered(gym.delivered);
    const told = Map.groupBy(events, ({ body }) => summary(body.acesso));
    assert.deepEqual(Object.fromEntries([...told].map(([what, list]) => [what, list.length])), {
      'liberado confirmada recovered': 12,
      'negado nao_informada recovered': 4,
      'liberado desistencia recovered': 4,
    });
    const times = events.map(({ body }) => Date.parse(body.ocorridoEm));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      'in the order in which they happened',
    );
    for (const { body } of events) assert.match(body.acesso.registroDispositivo ?? '', /^\d+$/);
  } finally {
    await close();
  }
});

for (const [name, options] of [
  ['confirmed', '{}'],
  ['left to the gym’s software', '{ collect: { confirm: false } }'],
] as const) {
  test(`kill -9 between commit and confirmation (${name}): everybody arrives once`, async () => {
    const { gym, cable, simulate, close } = await openGym(options);
    try {
      const receiver = await gym.receiver();
      let confirmations = 0;
      let records = 0;
      let gateway: GiroProcess | undefined;
      cable.intercept = (bytes) => {
        const text = bytes.toString('latin1');
        if (text.includes('+RR+000+')) records += 1;
        if (!text.includes('+ER+')) return false;
        confirmations += 1;
        if (confirmations > 2) return false;
        gateway?.child.kill('SIGKILL'); // it committed, and the device never hears of it
        return true;
      };
      simulate('--set', 'scenario=offline-log', '--rate', '0.001');
      for (let kills = 0; kills < 2; kills += 1) {
        gateway = await gym.gateway();
        if (options === '{}') assert.equal(await gateway.exit, 'SIGKILL');
        else {
          await receiver.until('everybody', () => countOf(gym) >= 20);
          await gateway.end('SIGKILL');
        }
      }
      gateway = await gym.gateway();
      await receiver.until('everybody', () => countOf(gym) >= 20);
      const before = records;
      if (options !== '{}') {
        cable.cut();
        await gateway.until('the memory was read once more', () => records > before || records > 3);
        assert.equal(confirmations, 0);
      } else {
        await gateway.line(/stored records collected/);
      }
      assert.equal(await gateway.end(), 0);
      const events = assertDelivered(gym.delivered);
      assert.equal(events.length, 20);
      for (const { body } of events) assert.equal(body.acesso.recuperado, true);
    } finally {
      await close();
    }
  });
}
