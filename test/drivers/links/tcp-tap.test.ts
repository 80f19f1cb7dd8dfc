import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { systemClock } from '../../../drivers/base/clock.ts';
import type { GiroError } from '../../../drivers/base/errors.ts';
import type { Observer } from '../../../drivers/contract/driver.ts';
import { TcpTap } from '../../../drivers/links/tcp-tap.ts';
import { RecordingLog } from '../recording-log.ts';

interface Heard extends Observer {
  readonly device: Uint8Array[];
  readonly software: Uint8Array[];
  ends: number;
}

function listener(): Heard {
  const device: Uint8Array[] = [];
  const software: Uint8Array[] = [];
  return {
    device,
    software,
    ends: 0,
    fromDevice: (bytes) => void device.push(bytes),
    fromSoftware: (bytes) => void software.push(bytes),
    end() {
      this.ends += 1;
    },
  };
}

/** A device behind a tap: the test holds the device's end, and connects as the software. */
async function tapped(
  t: TestContext,
  { observer = listener(), port: elsewhere }: { observer?: Observer; port?: number } = {},
) {
  const server: Server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = elsewhere ?? (server.address() as AddressInfo).port;
  const log = new RecordingLog();
  const states: [string, GiroError | undefined][] = [];
  const watchers = new Set<() => void>();
  const stopping = new AbortController();
  const { promise: ready, resolve: onReady } = Promise.withResolvers<string>();
  const tap = new TcpTap(
    {
      kind: 'tcp',
      listen: { kind: 'tcp-listen', host: '127.0.0.1', port: 0 },
      device: { kind: 'tcp', host: '127.0.0.1', port },
    },
    {
      clock: systemClock,
      log,
      observe: () => observer,
      onReady,
      onConversation: (state, why) => {
        states.push([state, why]);
        for (const watcher of watchers) watcher();
      },
    },
  );
  const running = tap.run(stopping.signal);
  await ready;
  t.after(async () => {
    stopping.abort();
    await running;
    server.close();
  });
  const tapPort = Number(/:(\d+)$/.exec(tap.address)?.[1]);
  const call = async (): Promise<{ software: Socket; device: Socket }> => {
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    const software = connect({ port: tapPort, host: '127.0.0.1', allowHalfOpen: true });
    const [device] = await arrived;
    return { software, device };
  };
  const closed = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (states.filter(([state]) => state === 'closed').length >= count) resolve();
      };
      watchers.add(look);
      look();
    });
  return { tap, tapPort, server, call, closed, states, log };
}

/** `once` would reject with the reset that is expected here. */
function gone(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}

test('bytes of both directions arrive unchanged, however they are cut, and are heard', async (t) => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 70_000 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(chunks, chunks, async (toDevice, toSoftware) => {
      const heard = listener();
      const { call, closed } = await tapped(t, { observer: heard });
      const { software, device } = await call();
      const [atDevice, atSoftware] = [buffer(device), buffer(software)];
      for (const chunk of toDevice) software.write(chunk);
      for (const chunk of toSoftware) device.write(chunk);
      software.end();
      device.end();
      assert.deepEqual(await atDevice, Buffer.concat(toDevice));
      assert.deepEqual(await atSoftware, Buffer.concat(toSoftware));
      await closed(1);
      assert.deepEqual(Buffer.concat(heard.software), Buffer.concat(toDevice));
      assert.deepEqual(Buffer.concat(heard.device), Buffer.concat(toSoftware));
      assert.equal(heard.ends, 1);
    }),
    { numRuns: 25 },
  );
});

test('a half-close passes through: the device may still answer', async (t) => {
  const { call } = await tapped(t);
  const { software, device } = await call();
  device.resume();
  software.end('question');
  await once(device, 'end');
  device.end('answer');
  assert.equal((await buffer(software)).toString(), 'answer');
});

test('a reset of either side reaches the other', async (t) => {
  const { call, closed, states } = await tapped(t);
  const first = await call();
  first.software.resume();
  const reached = gone(first.software);
  first.device.resetAndDestroy();
  await reached;
  await closed(1);
  assert.equal(states.at(-1)?.[1]?.code, 'LINK_FAILED');

  const second = await call();
  const reset = once(second.device, 'error') as Promise<[NodeJS.ErrnoException]>;
  second.device.resume();
  second.software.resetAndDestroy();
  const [error] = await reset;
  assert.equal(error.code, 'ECONNRESET');
});

test('a slow device holds the software back: memory stays bounded, nothing is lost', async (t) => {
  const { call } = await tapped(t);
  const { software, device } = await call();
  device.pause();
  const block = Buffer.alloc(1 << 20, 'x');
  let sent = 0;
  while (software.write(block)) sent += block.length;
  sent += block.length;
  for (; sent < 32 << 20; sent += block.length) software.write(block);
  software.end();
  assert.ok(software.writableLength > 8 << 20, 'most of it still waits at the software');
  assert.equal((await buffer(device)).length, sent);
});

test('one software at a time: a second is refused while the first is there, and served once it has hung up', async (t) => {
  const { call, tapPort, log } = await tapped(t);
  const first = await call();
  first.device.resume();
  const second = connect(tapPort, '127.0.0.1');
  await gone(second);
  assert.deepEqual(log.at('warn'), ['connection refused: the device serves another']);

  // The software is gone; the device has not hung up in turn.
  first.software.end();
  await once(first.device, 'end');
  const third = await call();
  third.device.write('here');
  const [bytes] = (await once(third.software, 'data')) as [Buffer];
  assert.equal(bytes.toString(), 'here');
});

test('software that hangs up and calls again at once is served each time', async (t) => {
  const { call, log } = await tapped(t);
  for (let round = 0; round < 50; round += 1) {
    const { software, device } = await call();
    device.write('hello');
    await once(software, 'data');
    software.end();
    device.destroy();
  }
  assert.deepEqual(log.at('warn'), []);
});

test('a device that is not there: the software is cut off as the device would, and may call again', async (t) => {
  const { server, tapPort, closed, states } = await tapped(t);
  server.close();
  for (const count of [1, 2]) {
    const software = connect(tapPort, '127.0.0.1');
    await gone(software);
    await closed(count);
  }
  assert.match(states.at(-1)?.[1]?.message ?? '', /ECONNREFUSED/);
});

test('a device that does not answer: the software may give up and call again', async (t) => {
  // Its kernel has taken what it takes, and drops the next SYN: a device that is switched off.
  const silent = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(workerData, 0, 0);
     });`,
    { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) },
  );
  const waiting: Socket[] = [];
  t.after(async () => {
    for (const socket of waiting) socket.destroy();
    await silent.terminate();
  });
  const [port] = (await once(silent, 'message')) as [number];
  waiting.push(connect(port, '127.0.0.1'), connect(port, '127.0.0.1'));
  await Promise.all(waiting.map((socket) => once(socket, 'connect')));

  const { tapPort, log } = await tapped(t, { port });
  const first = connect(tapPort, '127.0.0.1');
  await once(first, 'connect');
  first.end();
  const second = connect(tapPort, '127.0.0.1');
  await gone(first); // it made room
  second.destroy();
  assert.deepEqual(log.at('warn'), []);
});

test('an observer that fails is left out; the flow goes on', async (t) => {
  const fails = (): never => {
    throw new TypeError('a fault');
  };
  const { call, log } = await tapped(t, { observer: { fromDevice: fails, fromSoftware: fails, end: fails } });
  const { software, device } = await call();
  software.end('question');
  device.end('answer');
  assert.equal((await buffer(device)).toString(), 'question');
  assert.equal((await buffer(software)).toString(), 'answer');
  assert.deepEqual(log.at('error'), ['observer failed: this conversation is passed on unheard']);
});
