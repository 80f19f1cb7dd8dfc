import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../drivers/base/clock.ts';
import { createLinkSource } from '../../drivers/links/open.ts';
import { openPtyPair, skipWithoutPty } from './pty.ts';

const READER = fileURLToPath(new URL('serial-guard-reader.ts', import.meta.url));
/** Far above what five bytes take; a runtime with the fault never delivers them. */
const LIMIT_MS = 15_000;

/**
 * Guards the pinned runtime: on Node 26.4 and newer, serialport 13 delivers nothing until some other timer fires
 * (serialport/node-serialport#3148). The 30 ms between the bytes are the fault's condition, not a measurement.
 */
test('bytes on a serial port arrive while nothing else wakes the event loop', {
  skip: skipWithoutPty,
  timeout: 60_000,
}, async (t) => {
  await using pair = await openPtyPair();
  const reader = spawn(process.execPath, [READER, pair.near], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => reader.kill('SIGKILL'));
  const exited = once(reader, 'exit');
  const lines = createInterface({ input: reader.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'open');

  const address = {
    kind: 'serial',
    path: pair.far,
    baudRate: 9_600,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
  } as const;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const sender = await createLinkSource(address, { clock: systemClock, log }).open(t.signal);
  for (const byte of 'CINCO') {
    await sender.write(Buffer.from(byte));
    await wait(30);
  }
  const arrived = await Promise.race([lines.next(), wait(LIMIT_MS, undefined, { ref: false })]);
  sender.close();
  assert.equal(
    arrived?.value,
    'CINCO',
    'the bytes did not arrive: this runtime and serialport do not go together',
  );
  assert.deepEqual(await exited, [0, null]);
});
