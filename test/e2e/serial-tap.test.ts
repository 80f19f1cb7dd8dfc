import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../drivers/base/clock.ts';
import { createLinkSource } from '../../drivers/links/open.ts';
import { openPtyPair, skipWithoutPty } from '../drivers/pty.ts';
import { RecordingLog } from '../drivers/recording-log.ts';
import { Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { assertDelivered } from './verdict.ts';

const LINES = 100;
const BAUD = 'baudRate=115200';

test('a bridge of two ports: the software acknowledges every line, and each is delivered', {
  skip: skipWithoutPty,
}, async () => {
  const gym = await Gym.open();
  await using device = await openPtyPair();
  await using software = await openPtyPair();
  const stopping = new AbortController();
  try {
    gym.configure(
      linesTurnstile('catraca-1', `serial://${device.near}?${BAUD}\n    tap: serial://${software.near}`),
    );
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    await gateway.line(/turnstile online/);
    const at = {
      kind: 'serial',
      path: software.far,
      baudRate: 115_200,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
    } as const;
    const link = await createLinkSource(at, { clock: systemClock, log: new RecordingLog() }).open(
      stopping.signal,
    );
    const answering = (async () => {
      for (let lines = 0; lines < LINES; ) {
        const read = await link.read();
        assert.ok(read instanceof Uint8Array);
        const count = read.filter((byte) => byte === 0x0a).length;
        lines += count;
        if (count > 0) await link.write(Buffer.from('OK\n'.repeat(count)));
      }
    })();
    const simulator = gym.start(...simulateLines(`serial://${device.far}?${BAUD}`, LINES));
    assert.equal(await simulator.exit, 0, 'the software acknowledged every line, and Giro none');
    await answering;
    await receiver.until('all records', () => gym.deliveredEvents === LINES);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(LINES));
    assert.equal(await gateway.end('SIGTERM'), 0);
  } finally {
    stopping.abort();
    await gym.close();
  }
});

test('tap: listen on a Y-cable: every line is delivered, and none is acknowledged', {
  skip: skipWithoutPty,
}, async () => {
  const gym = await Gym.open();
  await using device = await openPtyPair();
  try {
    gym.configure(linesTurnstile('catraca-1', `serial://${device.near}?${BAUD}\n    tap: listen`));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    await gateway.line(/turnstile online/);
    // It waits for acknowledgements that never come: ten lines are all that its window lets through.
    const simulator = gym.start(
      ...simulateLines(`serial://${device.far}?${BAUD}`, LINES),
      '--set',
      'window=10',
    );
    await receiver.until('ten records', () => gym.deliveredEvents === 10);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(10));
    assert.ok(simulator.running);
    assert.deepEqual(simulator.stdout, [], 'nothing was acknowledged');
  } finally {
    await gym.close();
  }
});
