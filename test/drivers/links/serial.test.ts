import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { test } from 'node:test';
import { SerialPort } from 'serialport';
import { systemClock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { LinkSource } from '../../../drivers/links/link.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { openPtyPair, skipWithoutPty } from '../pty.ts';
import { RecordingLog } from '../recording-log.ts';

const onPty = { skip: skipWithoutPty, timeout: 120_000 };
const never = new AbortController().signal;

function source(path: string, baudRate = 9_600): LinkSource {
  const address = { kind: 'serial', path, baudRate, dataBits: 8, parity: 'none', stopBits: 1 } as const;
  return createLinkSource(address, { clock: systemClock, log: new RecordingLog() });
}

const is = (code: string, text: string) => (error: unknown) =>
  error instanceof GiroError && error.code === code && error.message.includes(text);

test('bytes travel both ways over a serial port', onPty, async () => {
  await using pair = await openPtyPair();
  const near = await source(pair.near).open(never);
  const far = await source(pair.far).open(never);
  assert.equal(near.kind, 'serial');
  assert.equal(near.peer, pair.near);
  await far.write(Buffer.from([0x00, 0x03, 0x0d, 0x11, 0x13, 0xff]));
  let received = Buffer.alloc(0);
  while (received.length < 6) received = Buffer.concat([received, (await near.read()) as Uint8Array]);
  assert.deepEqual([...received], [0x00, 0x03, 0x0d, 0x11, 0x13, 0xff]);
  await near.write(Buffer.from('OK'));
  assert.match(String(await far.read()), /^O/);
  near.close();
  far.close();
});

test('a port is ours alone, and free again at once after close', onPty, async () => {
  await using pair = await openPtyPair();
  const ours = source(pair.near);
  const link = await ours.open(never);
  await assert.rejects(source(pair.near).open(never), is('PORT_BUSY', pair.near));
  link.close();
  const again = await ours.open(never);
  again.close();
  await ours.close();
  const other = await source(pair.near).open(never);
  other.close();
});

test('a port that disappears is LINK_LOST, then PORT_MISSING', onPty, async () => {
  await using pair = await openPtyPair();
  const ours = source(pair.near);
  const link = await ours.open(never);
  const lost = assert.rejects(link.read(), is('LINK_LOST', pair.near));
  await pair.unplug();
  await lost;
  await assert.rejects(link.write(Buffer.from('x')), { code: 'LINK_LOST' });
  await assert.rejects(ours.open(never), is('PORT_MISSING', pair.near));
});

test('a port that disappears while a read is under way is LINK_LOST too', onPty, async () => {
  // A moment that cannot be chosen, so it is tried at several.
  for (let received = 0; received < 6; received += 1) {
    await using pair = await openPtyPair();
    const far = await source(pair.far).open(never);
    const near = await source(pair.near).open(never);
    for (let sent = 0; sent < received; sent += 1) {
      await far.write(Buffer.from('x'));
      await near.read();
    }
    const lost = assert.rejects(near.read(), is('LINK_LOST', pair.near));
    await pair.unplug();
    await lost;
    far.close();
  }
});

test('what waited in the port from before the open is dropped', onPty, async () => {
  await using pair = await openPtyPair();
  const far = await source(pair.far).open(never);
  await far.write(Buffer.from('stale'));
  // One byte is taken out, so the rest of the same write is known to wait in the port.
  const handle = await open(pair.near, constants.O_RDWR | constants.O_NOCTTY);
  assert.equal(await readOne(handle), 's');
  // A baudRate without a constant of its own: serialport itself does not flush there.
  const near = await source(pair.near, 12_345).open(never);
  await far.write(Buffer.from('fresh'));
  assert.match(String(await near.read()), /^f/);
  near.close();
  far.close();
  await handle.close();
});

test('an abort ends the open link and frees the port', onPty, async () => {
  await using pair = await openPtyPair();
  const aborting = new AbortController();
  const ours = source(pair.near);
  const link = await ours.open(aborting.signal);
  const reason = new Error('shutdown');
  const reading = link.read();
  aborting.abort(reason);
  await assert.rejects(reading, (error) => error === reason);
  await ours.close();
  const port = new SerialPort({ path: pair.near, baudRate: 9_600 });
  await once(port, 'open');
  port.close();
  await once(port, 'close');
});

test('an abort while the port opens rejects with its reason and frees the port', onPty, async () => {
  await using pair = await openPtyPair();
  const aborting = new AbortController();
  const ours = source(pair.near);
  const opening = ours.open(aborting.signal);
  const reason = new Error('shutdown');
  aborting.abort(reason);
  await assert.rejects(opening, (error) => error === reason);
  const link = await ours.open(never);
  link.close();
});

test('paths that are no serial port say so', async () => {
  await assert.rejects(
    source('/dev/giro-none').open(never),
    is('PORT_MISSING', '/dev/giro-none does not exist'),
  );
  await assert.rejects(source('/dev/null').open(never), is('LINK_FAILED', '/dev/null is no serial port'));
  await assert.rejects(source('/').open(never), is('LINK_FAILED', '/ is no serial port'));
});

async function readOne(handle: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, null);
  return buffer.toString('latin1', 0, bytesRead);
}
