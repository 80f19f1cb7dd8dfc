import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { parseAddress } from '../../../drivers/links/address.ts';
import type { Link } from '../../../drivers/links/link.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import type { TcpListenSource } from '../../../drivers/links/tcp-listen.ts';
import { RecordingLog } from '../recording-log.ts';

const limit = { timeout: 120_000 };

function listening(t: TestContext, port = 0) {
  const log = new RecordingLog();
  const address = { kind: 'tcp-listen', host: '127.0.0.1', port } as const;
  const source = createLinkSource(address, { clock: systemClock, log }) as TcpListenSource;
  t.after(() => source.close());
  const aborting = new AbortController();
  return { source, log, aborting, signal: aborting.signal };
}

function portOf(address: string): number {
  const parsed = parseAddress(address);
  assert.ok('address' in parsed && parsed.address.kind === 'tcp-listen');
  return parsed.address.port;
}

/** Resolves with the port once the source listens; `open` must be under way. */
async function portOnceListening(source: TcpListenSource): Promise<number> {
  while (portOf(source.address) === 0) await new Promise(setImmediate);
  return portOf(source.address);
}

async function dial(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A source that serves one device. */
async function served(t: TestContext) {
  const set = listening(t);
  const opening = set.source.open(set.signal);
  const port = await portOnceListening(set.source);
  const device = await dial(port);
  const link: Link = await opening;
  return { ...set, port, device, link };
}

test(
  'nothing is listened on before the first open, and the port stays bound between links',
  limit,
  async (t) => {
    const { source, signal } = listening(t);
    assert.equal(source.address, 'tcp-listen://127.0.0.1:0');
    const opening = source.open(signal);
    const port = await portOnceListening(source);

    const first = await dial(port);
    const link = await opening;
    assert.equal(link.kind, 'tcp-listen');
    assert.equal(link.peer, `127.0.0.1:${first.localPort}`);
    first.write('one');
    assert.equal(String(await link.read()), 'one');
    link.close();
    first.resume();
    await once(first, 'close');

    const second = await dial(port);
    second.write('two');
    const next = await source.open(signal);
    assert.equal(String(await next.read()), 'two');
    second.destroy();
    await source.close();
    await assert.rejects(dial(port), { code: 'ECONNREFUSED' });
  },
);

test('a device that dials while nobody waits is kept, with what it sends and its end', limit, async (t) => {
  const { source, signal, port, device, link } = await served(t);
  device.destroy();
  assert.equal(await link.read(), 'end');
  link.close();

  const waiting = await dial(port);
  waiting.end('kept');
  const next = await source.open(signal);
  assert.equal(String(await next.read()), 'kept');
  assert.equal(await next.read(), 'end');
});

test('a kept device that breaks is forgotten', limit, async (t) => {
  const { source, log, signal, port, device, link } = await served(t);
  device.destroy();
  await link.read();
  link.close();
  const broken = await dial(port);
  broken.resetAndDestroy();
  while (log.at('debug').length === 0) await new Promise(setImmediate);

  const opening = source.open(signal);
  const good = await dial(port);
  good.write('good');
  assert.equal(String(await (await opening).read()), 'good');
});

test('a device that connects again replaces its half-open connection', limit, async (t) => {
  const { source, log, signal, port, device, link } = await served(t);
  device.write('before the power cut');
  const reading = link.read();
  assert.equal(String(await reading), 'before the power cut');
  const broken = assert.rejects(link.read(), { code: 'LINK_LOST', message: /connected again/ });

  const again = await dial(port);
  again.write('after');
  await broken;
  assert.deepEqual(log.at('warn'), []);
  const next = await source.open(signal);
  assert.equal(String(await next.read()), 'after');
});

test('another device is refused while one is connected', limit, async (t) => {
  const { log, port, device, link } = await served(t);
  const stranger = await dial(port, '127.0.0.2');
  stranger.resume();
  await once(stranger, 'close');
  assert.equal(log.at('warn').length, 1);

  device.write('still here');
  assert.equal(String(await link.read()), 'still here');
});

test('a port in use is PORT_BUSY, names the port, and is tried again by the next open', limit, async (t) => {
  const { source: first, port, device } = await served(t);
  const { source: second, signal } = listening(t, port);
  const isBusy = (error: unknown): boolean =>
    error instanceof GiroError && error.code === 'PORT_BUSY' && error.message.includes(`127.0.0.1:${port}`);
  await assert.rejects(second.open(signal), isBusy);
  device.destroy();
  await first.close();

  const opening = second.open(signal);
  const socket = await dialWhenListening(port);
  socket.destroy();
  assert.equal(await (await opening).read(), 'end');
});

test('an address that is not of this machine is LINK_FAILED', limit, async () => {
  // 192.0.2.0/24 is for documentation (RFC 5737) and belongs to no machine.
  const address = { kind: 'tcp-listen', host: '192.0.2.1', port: 0 } as const;
  const source = createLinkSource(address, { clock: systemClock, log: new RecordingLog() });
  await assert.rejects(source.open(new AbortController().signal), { code: 'LINK_FAILED' });
});

test('an abort ends the waiting with its own reason and leaves the port bound', limit, async (t) => {
  const { source, aborting } = listening(t);
  const opening = source.open(aborting.signal);
  const port = await portOnceListening(source);
  const reason = new Error('configuration changed');
  aborting.abort(reason);
  await assert.rejects(opening, (error) => error === reason);

  const device = await dial(port);
  device.write('hello');
  const link = await source.open(new AbortController().signal);
  assert.equal(String(await link.read()), 'hello');
});

async function dialWhenListening(port: number): Promise<Socket> {
  for (;;) {
    try {
      return await dial(port);
    } catch {
      await new Promise(setImmediate);
    }
  }
}
