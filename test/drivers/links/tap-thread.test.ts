import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { systemClock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { Tap } from '../../../drivers/links/tap.ts';
import { TapThread } from '../../../drivers/links/tap-thread.ts';
import { RecordingLog } from '../recording-log.ts';

const GUARD = { timeout: 60_000 };

/** A tap in a thread, and what was heard of each of its conversations. */
function tapTo(devicePort: number, { thread = new TapThread(), listenPort = 0 } = {}) {
  const log = new RecordingLog();
  const heard: { device: Buffer; software: Buffer; end: Promise<void> }[] = [];
  const states: ['open' | 'closed', string | undefined][] = [];
  const ready = Promise.withResolvers<string>();
  const tap = thread.tap(
    {
      kind: 'tcp',
      listen: { kind: 'tcp-listen', host: '127.0.0.1', port: listenPort },
      device: { kind: 'tcp', host: '127.0.0.1', port: devicePort },
    },
    {
      clock: systemClock,
      log,
      observe: () => {
        const { promise: end, resolve } = Promise.withResolvers<void>();
        const one = { device: Buffer.alloc(0), software: Buffer.alloc(0), end };
        heard.push(one);
        return {
          fromDevice: (bytes) => {
            one.device = Buffer.concat([one.device, bytes]);
          },
          fromSoftware: (bytes) => {
            one.software = Buffer.concat([one.software, bytes]);
          },
          end: resolve,
        };
      },
      onReady: ready.resolve,
      onConversation: (state, why) => states.push([state, why?.code]),
    },
  );
  return { tap, thread, log, heard, states, ready: ready.promise };
}

/** Runs until the test ends. */
function running(
  t: TestContext,
  tap: Tap,
): { readonly stop: AbortController; readonly ended: Promise<void> } {
  const stop = new AbortController();
  const ended = tap.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await ended.catch(() => undefined); // the test has seen it
  });
  return { stop, ended };
}

async function device(t: TestContext) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

/**
 * A device, and software that sends it so many frames, each once the one before is answered with a byte, in a thread
 * of their own. `passThrough` keeps this thread from doing anything until the last is answered.
 */
async function openStreet(t: TestContext, { frames, frameBytes }: { frames: number; frameBytes: number }) {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const street = new Worker(
    `const { parentPort, workerData: { frames, frameBytes, answered } } = require('node:worker_threads');
     const net = require('node:net');
     const server = net.createServer((socket) => {
       let bytes = 0;
       socket.on('data', (chunk) => {
         bytes += chunk.length;
         if (bytes % frameBytes === 0) socket.write('.');
       });
     });
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
     parentPort.once('message', (port) => {
       const frame = Buffer.alloc(frameBytes);
       const software = net.connect(port, '127.0.0.1', () => software.write(frame));
       software.on('data', () => {
         const last = Atomics.add(answered, 0, 1) + 1 === frames;
         if (!last) return software.write(frame);
         Atomics.notify(answered, 0);
         software.destroy();
       });
     });`,
    { eval: true, workerData: { frames, frameBytes, answered } },
  );
  t.after(() => street.terminate());
  const [port] = (await once(street, 'message')) as [number];
  return {
    port,
    passThrough(tapPort: number): void {
      street.postMessage(tapPort);
      for (let seen = 0; seen < frames; seen = Atomics.load(answered, 0)) {
        assert.notEqual(Atomics.wait(answered, 0, seen, GUARD.timeout / 2), 'timed-out');
      }
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}

test('bytes of both directions arrive unchanged, and are heard here in their order', GUARD, async (t) => {
  const { server, port } = await device(t);
  const { tap, heard, states, ready } = tapTo(port);
  running(t, tap);
  const tapPort = portOf(await ready);
  assert.equal(portOf(tap.address), tapPort);
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 70_000 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(chunks, chunks, async (toDevice, toSoftware) => {
      const arrived = once(server, 'connection') as Promise<[Socket]>;
      const software = connect({ port: tapPort, host: '127.0.0.1', allowHalfOpen: true });
      const [controller] = await arrived;
      const [atDevice, atSoftware] = [buffer(controller), buffer(software)];
      for (const chunk of toDevice) software.write(chunk);
      for (const chunk of toSoftware) controller.write(chunk);
      software.end();
      controller.end();
      assert.deepEqual(await atDevice, Buffer.concat(toDevice));
      assert.deepEqual(await atSoftware, Buffer.concat(toSoftware));
      const conversation = heard.at(-1);
      await conversation?.end;
      assert.deepEqual(conversation?.software, Buffer.concat(toDevice));
      assert.deepEqual(conversation?.device, Buffer.concat(toSoftware));
    }),
    { numRuns: 25 },
  );
  assert.deepEqual(states.slice(0, 2), [
    ['open', undefined],
    ['closed', 'LINK_LOST'],
  ]);
});

test('bytes flow while this thread stands still, and are heard afterwards', GUARD, async (t) => {
  const street = await openStreet(t, { frames: 500, frameBytes: 3 });
  const { tap, heard, ready } = tapTo(street.port);
  running(t, tap);
  street.passThrough(portOf(await ready));
  assert.equal(heard.length, 0, 'this thread has heard nothing yet');
  await turn();
  await heard[0]?.end;
  assert.deepEqual([heard[0]?.software.length, heard[0]?.device.length], [1500, 500]);
});

test('what waits too long to be heard is passed on unheard', GUARD, async (t) => {
  const frames = 32;
  const street = await openStreet(t, { frames, frameBytes: 1 << 20 });
  const { tap, heard, log, ready } = tapTo(street.port);
  running(t, tap);
  street.passThrough(portOf(await ready));
  await turn();
  await heard[0]?.end;
  assert.ok((heard[0]?.software.length ?? 0) <= 8 << 20);
  assert.deepEqual(log.at('error'), ['too much waits: this conversation is passed on unheard']);
});

test('a port that is in use is named, and a tap that stops frees its own', GUARD, async (t) => {
  const { port } = await device(t);
  const first = tapTo(port);
  const { stop, ended } = running(t, first.tap);
  const listenPort = portOf(await first.ready);
  const second = tapTo(port, { thread: first.thread, listenPort });
  await assert.rejects(
    second.tap.run(new AbortController().signal),
    (error) =>
      error instanceof GiroError && error.code === 'PORT_BUSY' && error.message.includes(`${listenPort}`),
  );
  stop.abort();
  await ended;
  running(t, second.tap);
  assert.equal(portOf(await second.ready), listenPort);
});

test('the thread answers while it passes on, and when it has nothing to do', GUARD, async (t) => {
  const { port } = await device(t);
  const { tap, thread, ready } = tapTo(port);
  await thread.answer();
  const { stop, ended } = running(t, tap);
  await ready;
  await thread.answer();
  stop.abort();
  await ended;
  await thread.answer();
});

test('a thread that ends is said, and the next run has a new one', GUARD, async (t) => {
  const { port } = await device(t);
  const thread = new TapThread();
  const faulty = tapTo(port, { thread, listenPort: 70_000 });
  await assert.rejects(faulty.tap.run(new AbortController().signal), (error) => {
    assert.ok(error instanceof Error && error.cause instanceof RangeError);
    assert.equal(error.message, 'the thread of the taps ended');
    return true;
  });
  const sound = tapTo(port, { thread });
  running(t, sound.tap);
  assert.ok(portOf(await sound.ready) > 0);
});
