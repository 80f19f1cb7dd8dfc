import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { assertDelivered } from './verdict.ts';

test('lines that the pattern does not match are acknowledged and kept, and read when it is corrected', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    const turnstile = linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`);
    gym.configure(turnstile.replace('(?<turnstile>', 'catraca-(?<turnstile>'));
    const receiver = await gym.receiver();
    const wrong = await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 20));
    assert.equal(await simulator.exit, 0, 'every line was acknowledged');
    const status = gym.start('status', '--config', gym.config);
    assert.match(await status.line(/^catraca-1: /), /20 lines that no pattern matched/);
    await wrong.end();
    assert.deepEqual(gym.delivered, []);

    gym.configure(turnstile);
    const corrected = await gym.gateway();
    await corrected.line(/kept lines were recognised/);
    await receiver.until('all lines', () => gym.delivered.length >= 20);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(20));
    const after = gym.start('status', '--config', gym.config, '--json');
    assert.equal(await after.exit, 0);
    assert.deepEqual(JSON.parse(after.stdout.join('')).unrecognised, []);
  } finally {
    await gym.close();
  }
});
