// What a driver may wish of a dialled link, on real sockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../../drivers/base/clock.ts';
import type { LinkWishes } from '../../../drivers/links/link.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { RecordingLog } from '../recording-log.ts';

const limit = { timeout: 120_000 };
/** The kernel's name of a pending keep-alive probe in /proc/net/tcp. */
const KEEP_ALIVE_TIMER = '02';

async function connected(wishes: LinkWishes) {
  const server = createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  const context = { ...wishes, clock: systemClock, log: new RecordingLog() };
  const source = createLinkSource({ kind: 'tcp', host: '127.0.0.1', port }, context);
  const link = await source.open(new AbortController().signal);
  const device = await accepted;
  const end = async (): Promise<void> => {
    link.close();
    device.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port, link, device, end };
}

/** Which timer runs on our end of the connection to `port`. */
function timerOf(port: number): string | undefined {
  const peer = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const ours = rows.map((row) => row.trim().split(/\s+/)).find(([, , remote]) => remote?.endsWith(peer));
  return ours?.[5]?.slice(0, 2);
}

for (const { wishes, isProbed } of [
  { wishes: {}, isProbed: true },
  { wishes: { keepAlive: false }, isProbed: false },
]) {
  test(`keep-alive probes with ${JSON.stringify(wishes)}: ${isProbed}`, limit, async () => {
    const { port, end } = await connected(wishes);
    const timer = timerOf(port);
    await end();
    assert.equal(timer === KEEP_ALIVE_TIMER, isProbed, timer);
  });
}

test('dropUnsent: closing resets the connection', limit, async () => {
  const { link, device, end } = await connected({ dropUnsent: true });
  const failed = once(device, 'error');
  link.close();
  const [error] = await failed;
  assert.equal(error.code, 'ECONNRESET');
  await end();
});

test('without it closing is an orderly end', limit, async () => {
  const { link, device, end } = await connected({});
  const ended = once(device, 'end');
  link.close();
  await ended;
  await end();
});
