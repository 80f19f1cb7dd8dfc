import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../../config/load.ts';
import { freePort, Gym } from './gym.ts';

/** What `discover` printed for giro.yaml, as a file that the loader takes. */
function pasted(stdout: readonly string[]): string {
  return stdout.slice(stdout.indexOf('turnstiles:') + 1).join('\n');
}

test('discover finds a board by UDP, asks a free one who it is, and prints a block that is valid as it stands', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    const at = `tcp-listen://127.0.0.1:${port}`;
    const board = ['--set', 'id=94', '--set', 'serial=6718', '--set', 'firmware=2.3.1', '--set', 'flow=5'];
    const simulator = gym.start('simulate', 'toletus-litenet2', '--at', at, '--rate', '0.0001', ...board);
    await simulator.line(/waiting for the gateway/);
    const asked = gym.start('discover', '--ask', `127.0.0.1:${port}`, '--json');
    assert.equal(await asked.exit, 0);
    assert.deepEqual(JSON.parse(asked.stdout.join('')), [
      {
        driver: 'toletus-litenet2',
        connect: `tcp://127.0.0.1:${port}`,
        answered: true,
        model: 'Toletus LiteNet2',
        deviceId: '94',
        serial: '6718',
        firmware: '2.3.1 R0',
        session: 'free',
        options: { serialNumber: 6718 },
      },
    ]);

    const printed = gym.start('discover', '--ask', `127.0.0.1:${port}`);
    assert.equal(await printed.exit, 0);
    assert.match(printed.stdout.join('\n'), /id 94, serial 6718, firmware 2\.3\.1 R0, free/);
    assert.ok(printed.stdout.every((line) => line.length <= 80));
    gym.configure(pasted(printed.stdout));
    const { turnstiles } = await loadConfiguration(gym.config, { env: {} });
    assert.deepEqual(
      turnstiles.map(({ driver, address }) => [driver.name, address]),
      [['toletus-litenet2', { kind: 'tcp', host: '127.0.0.1', port }]],
    );

    // Now the gateway holds its session: it is found, and left alone.
    const gateway = await gym.gateway();
    await gateway.line(/device identified/);
    const held = gym.start('discover', '--ask', `127.0.0.1:${port}`, '--json');
    assert.equal(await held.exit, 0);
    const [found] = JSON.parse(held.stdout.join('')) as [Record<string, unknown>];
    assert.deepEqual([found.session, found.serial], ['127.0.0.1', undefined]);
  } finally {
    await gym.close();
  }
});

test('discover that finds nothing says what to look at, and ends with 1', async () => {
  const gym = await Gym.open();
  try {
    const asked = gym.start('discover', '--ask', `127.0.0.1:${await freePort()}`);
    assert.equal(await asked.exit, 1);
    assert.match(asked.stderr.join('\n'), /no controller answered.*--scan/);
    assert.deepEqual(asked.stdout, []);
  } finally {
    await gym.close();
  }
});

test('discover --scan refuses a network larger than a /22, and names what it expected', async () => {
  const gym = await Gym.open();
  try {
    const large = gym.start('discover', '--ask', `127.0.0.1:${await freePort()}`, '--scan', '10.0.0.0/16');
    assert.equal(await large.exit, 64);
    assert.match(large.stderr.join('\n'), /10\.0\.0\.0\/16 has 65534 addresses, more than a \/22/);
    const wrong = gym.start('discover', '--scan', 'eth0');
    assert.equal(await wrong.exit, 64);
    assert.match(wrong.stderr.join('\n'), /expected a network such as 192\.168\.0\.0\/24/);
  } finally {
    await gym.close();
  }
});
