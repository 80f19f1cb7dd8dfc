import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { assertDelivered } from './verdict.ts';

const LINES = 3_000;
/** The gateway is killed when the receiver has so many. */
const KILLS = [100, 600, 1_200, 2_000, 2_600];

test('kill -9 in mid-stream: no acknowledged line is lost, copies are equal, order holds', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    const receiver = await gym.receiver();
    let gateway = await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, LINES));

    for (const count of KILLS) {
      await receiver.until(`${count} deliveries`, () => receiver.stdout.length >= count);
      assert.equal(await gateway.end('SIGKILL'), 'SIGKILL');
      gateway = await gym.gateway();
    }
    assert.equal(await simulator.exit, 0, 'every line was acknowledged');
    await receiver.until('all records', () => gym.deliveredEvents === LINES);

    const events = assertDelivered(gym.delivered);
    assert.deepEqual(recordsOf(events), upTo(LINES));
    assert.equal(await gateway.end('SIGTERM'), 0, 'an orderly stop');
  } finally {
    await gym.close();
  }
});
