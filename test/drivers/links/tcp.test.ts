import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { LinkSource } from '../../../drivers/links/link.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { RecordingLog } from '../recording-log.ts';

const limit = { timeout: 120_000 };

function source(port: number, host = '127.0.0.1', clock = systemClock): LinkSource {
  return createLinkSource({ kind: 'tcp', host, port }, { clock, log: new RecordingLog() });
}

/** A controller that listens on a free port. */
async function controller() {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accepted: once(server, 'connection').then(([socket]) => socket as Socket),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const isFailed = (message: RegExp) => (error: unknown) =>
  error instanceof GiroError && error.code === 'LINK_FAILED' && message.test(error.message);

test('bytes travel both ways over a dialled connection', limit, async () => {
  await using server = await controller();
  const dialled = source(server.port);
  assert.equal(dialled.address, `tcp://127.0.0.1:${server.port}`);
  const link = await dialled.open(new AbortController().signal);
  const socket = await server.accepted;
  assert.equal(link.peer, `127.0.0.1:${server.port}`);

  socket.write('hello');
  assert.equal(String(await link.read()), 'hello');
  await link.write(Buffer.from('OK'));
  assert.equal(String((await once(socket, 'data'))[0]), 'OK');

  socket.end('bye');
  assert.equal(String(await link.read()), 'bye');
  assert.equal(await link.read(), 'end');
  await link.write(Buffer.from('ack'));
  assert.equal(String((await once(socket, 'data'))[0]), 'ack');
  link.close();
  await once(socket, 'close');
});

test('a connection that the device resets is LINK_LOST', limit, async () => {
  await using server = await controller();
  const link = await source(server.port).open(new AbortController().signal);
  const reading = link.read();
  (await server.accepted).resetAndDestroy();
  await assert.rejects(reading, { code: 'LINK_LOST' });
});

test('a refused connection is LINK_FAILED and says so', limit, async () => {
  // While this one has the port, nobody can have it on all addresses: on the next one it is surely free.
  await using server = await controller();
  const dialled = source(server.port, '127.0.0.2');
  await assert.rejects(dialled.open(new AbortController().signal), isFailed(/^127\.0\.0\.2:\d+ refused/));
});

test('an unreachable network is LINK_FAILED and says so', limit, async () => {
  // The limited broadcast address takes no TCP connection, on any machine.
  const dialled = source(3000, '255.255.255.255');
  await assert.rejects(dialled.open(new AbortController().signal), isFailed(/unreachable/));
});

test('an unknown name is LINK_FAILED and says so', limit, async () => {
  // Names under .invalid never exist (RFC 2606).
  const dialled = source(3000, 'catraca.invalid');
  await assert.rejects(dialled.open(new AbortController().signal), isFailed(/is unknown/));
});

test('a device that does not answer is given up after 5 s', limit, async () => {
  await using server = await controller();
  const timers: { delayMs: number; task: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after(delayMs, task) {
      timers.push({ delayMs, task });
      return () => {};
    },
  };
  const opening = source(server.port, '127.0.0.1', clock).open(new AbortController().signal);
  assert.deepEqual(
    timers.map(({ delayMs }) => delayMs),
    [5_000],
  );
  // The connection stands already, but nothing of it can be heard before this turn of the event loop ends.
  timers[0]!.task();
  await assert.rejects(opening, isFailed(/timed out/));
});

test('an abort ends the dialling with its own reason', limit, async () => {
  await using server = await controller();
  const aborting = new AbortController();
  const reason = new Error('shutdown');
  const opening = source(server.port).open(aborting.signal);
  aborting.abort(reason);
  await assert.rejects(opening, (error) => error === reason);
  await assert.rejects(source(server.port).open(aborting.signal), (error) => error === reason);
});

test('an abort ends the open link', limit, async () => {
  await using server = await controller();
  const aborting = new AbortController();
  const link = await source(server.port).open(aborting.signal);
  const socket = await server.accepted;
  const reason = new Error('shutdown');
  const reading = link.read();
  aborting.abort(reason);
  await assert.rejects(reading, (error) => error === reason);
  socket.resume();
  await once(socket, 'end');
});

test('a device that floods is held back, and nothing is lost', limit, async () => {
  await using server = await controller();
  const link = await source(server.port).open(new AbortController().signal);
  const socket = await server.accepted;
  const total = 32 * 1_048_576;
  socket.end(Buffer.alloc(total, 'x'));

  // The link takes its 64 KiB and the kernel its buffers; the rest stays with the sender.
  let received = 0;
  for (let chunk = await link.read(); chunk instanceof Uint8Array; chunk = await link.read()) {
    received += chunk.length;
    if (received < 1_048_576) assert.ok(socket.writableLength > 0, 'the sender still holds the rest');
  }
  assert.equal(received, total);
  link.close();
});
