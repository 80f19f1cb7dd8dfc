import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPtyPair, skipWithoutPty } from '../drivers/pty.ts';
import { Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { assertDelivered } from './verdict.ts';

const LINES = 200;

test('lines over a real serial port', { skip: skipWithoutPty }, async () => {
  const gym = await Gym.open();
  await using pair = await openPtyPair();
  try {
    gym.configure(linesTurnstile('catraca-1', `serial://${pair.near}?baudRate=115200`));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    // A port drops what came before it was opened, so the device speaks once somebody listens.
    await gateway.line(/turnstile online/);
    const simulator = gym.start(...simulateLines(`serial://${pair.far}?baudRate=115200`, LINES));
    assert.equal(await simulator.exit, 0, 'every line was acknowledged');
    await receiver.until('all records', () => gym.deliveredEvents === LINES);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(LINES));
  } finally {
    await gym.close();
  }
});
