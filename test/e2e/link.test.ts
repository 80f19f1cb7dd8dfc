import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CuttableLink } from './cut-link.ts';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { assertDelivered } from './verdict.ts';

const LINES = 2_000;

test('the device’s link cut five times: what was not acknowledged comes again and is stored once', async () => {
  const gym = await Gym.open();
  const port = await freePort();
  const cable = new CuttableLink(port);
  try {
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    const cablePort = await cable.listen();
    const receiver = await gym.receiver();
    await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${cablePort}`, LINES));
    for (const count of [100, 400, 800, 1_200, 1_600]) {
      await receiver.until(`${count} deliveries`, () => receiver.stdout.length >= count);
      cable.cut();
    }
    assert.equal(await simulator.exit, 0, 'every line was acknowledged');
    await receiver.until('all records', () => gym.deliveredEvents === LINES);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(LINES));
  } finally {
    await gym.close();
    await cable.close();
  }
});
