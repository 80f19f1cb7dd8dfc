import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { TappedTurnstile } from '../../../agent/turnstiles/tap-line.ts';
import { Taps } from '../../../agent/turnstiles/taps.ts';
import type { SessionState } from '../../../agent/turnstiles/turnstile.ts';
import { defineDriver } from '../../../drivers/contract/driver.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { lines } from '../../../drivers/lines/driver.ts';
import type { TapMaker } from '../../../drivers/links/tap-thread.ts';
import { TcpTap } from '../../../drivers/links/tcp-tap.ts';
import { ManualClock, settle } from '../../clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';

const GUARD = { timeout: 120_000 };

class ChildLog extends RecordingLog {
  child(): this {
    return this;
  }
}

interface Heard {
  readonly atMs: number;
  readonly text: string;
}

/** A tap on a device that the test plays; the driver notes what it hears, and when. */
async function tapped(t: TestContext) {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const heard: Heard[] = [];
  const positions: (string | undefined)[] = [];
  const driver = defineDriver({
    ...lines,
    observe: ({ clock, cursor, recordAt }) => {
      positions.push(cursor.position);
      const hear = (text: string): void => {
        heard.push({ atMs: clock.now(), text });
        void recordAt(text);
      };
      return {
        fromDevice: (bytes) => hear(`device ${Buffer.from(bytes).toString()}`),
        fromSoftware: (bytes) => hear(`software ${Buffer.from(bytes).toString()}`),
        end: () => hear('end'),
      };
    },
  });
  const device = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const turnstile: TappedTurnstile = {
    id: 'catraca-1',
    unit: 'centro',
    driver,
    address: device,
    tap: { kind: 'tcp', device, listen: { kind: 'tcp-listen', host: '127.0.0.1', port: 0 } },
    swapDirection: false,
    options: {},
  };
  const clock = new ManualClock();
  const log = new ChildLog();
  const thread: TapMaker = {
    tap: (...parts) => new TcpTap(...parts),
    answer: () => Promise.resolve(),
  };
  const taps = new Taps({ clock, log, thread });
  t.after(async () => {
    await taps.close();
    server.close();
  });
  const address = async (): Promise<number> => {
    assert.ok(await taps.pass());
    const line = log.entries.findLast(({ message }) => message.startsWith('tap listens'));
    return Number(/:(\d+)"/.exec(JSON.stringify(line?.data))?.[1]);
  };
  const call = async (): Promise<{ software: Socket; device: Socket }> => {
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    const software = connect({ port: await address(), host: '127.0.0.1', allowHalfOpen: true });
    const [atDevice] = await arrived;
    return { software, device: atDevice };
  };
  return { taps, turnstile, clock, log, call, heard, positions };
}

function taker() {
  const readings: Reading[][] = [];
  const cursors: string[] = [];
  const states: SessionState[] = [];
  return {
    readings,
    cursors,
    states,
    position: 'stored',
    onState: (state: SessionState) => void states.push(state),
    intake: {
      record: async (...news: Reading[]) => void readings.push(news),
      recordAt: async (position: string) => void cursors.push(position),
    },
  };
}

async function passOn(from: Socket, to: Socket, text: string): Promise<void> {
  const arrived = once(to, 'data') as Promise<[Buffer]>;
  from.write(text);
  assert.equal((await arrived)[0].toString(), text);
}

test(
  'passes on before anybody takes what is heard; then it is heard as of when it passed',
  GUARD,
  async (t) => {
    const { taps, turnstile, clock, call, heard, positions } = await tapped(t);
    taps.open([turnstile]);
    const { software, device } = await call();
    const firstMs = clock.now();
    await passOn(software, device, 'question');
    await clock.advance(7_000);
    await passOn(device, software, 'answer');
    assert.deepEqual(heard, []);
    await clock.advance(60_000);

    const listener = taker();
    const stopping = new AbortController();
    const kept = taps.keep(turnstile, listener, stopping.signal);
    assert.deepEqual(positions, ['stored']);
    assert.deepEqual(heard, [
      { atMs: firstMs, text: 'software question' },
      { atMs: firstMs + 7_000, text: 'device answer' },
    ]);
    assert.deepEqual(listener.states, [{ state: 'online' }]);
    await passOn(software, device, 'more');
    assert.deepEqual(heard.at(-1), { atMs: clock.now(), text: 'software more' });
    assert.deepEqual(listener.cursors, ['software question', 'device answer', 'software more']);

    stopping.abort();
    await kept;
    assert.equal(listener.states.at(-1)?.state, 'offline');
    assert.equal(await taps.pass(), false);
  },
);

test('the next conversation of a tap goes on from where the one before stood', GUARD, async (t) => {
  const { taps, turnstile, call, positions } = await tapped(t);
  const listener = taker();
  const stopping = new AbortController();
  const kept = taps.keep(turnstile, listener, stopping.signal);
  const first = await call();
  await passOn(first.device, first.software, 'one');
  first.device.resume();
  first.software.destroy();
  first.device.end();
  while (listener.states.at(-1)?.problem?.code !== 'LINK_LOST') await settle();
  const second = await call();
  await passOn(second.device, second.software, 'two');
  assert.deepEqual(positions.slice(0, 2), ['stored', 'end']);
  stopping.abort();
  await kept;
});

test('what nobody takes is kept up to a limit, and passed on beyond it', GUARD, async (t) => {
  const { taps, turnstile, log, call, heard } = await tapped(t);
  taps.open([turnstile]);
  const { software, device } = await call();
  const block = Buffer.alloc(64 << 10, 'x');
  let arrived = 0;
  const all = new Promise<void>((resolve) => {
    software.on('data', (bytes: Buffer) => {
      arrived += bytes.length;
      if (arrived === 32 * block.length) resolve();
    });
  });
  for (let sent = 0; sent < 32; sent += 1) device.write(block);
  await all;
  assert.deepEqual(log.at('error'), ['what passes through the tap is kept no longer']);
  const stopping = new AbortController();
  const kept = taps.keep(turnstile, taker(), stopping.signal);
  const keptBytes = heard.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(keptBytes > 0 && keptBytes <= 1 << 20, String(keptBytes));
  stopping.abort();
  await kept;
});

test('a port that is in use is tried again until it is free', GUARD, async (t) => {
  const { taps, turnstile, clock, log } = await tapped(t);
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { tap } = turnstile;
  assert.ok(tap.kind === 'tcp');
  const busy = { ...turnstile, tap: { ...tap, listen: { ...tap.listen, port } } };
  taps.open([busy]);
  assert.equal(await taps.pass(), false);
  const listener = taker();
  const stopping = new AbortController();
  const kept = taps.keep(busy, listener, stopping.signal);
  assert.equal(listener.states.at(-1)?.problem?.code, 'PORT_BUSY');
  await clock.advance(2_000);
  assert.deepEqual(log.at('error'), ['tap failed, trying again'], 'said once');
  other.close();
  await once(other, 'close');
  const listens = (): boolean => listener.states.at(-1)?.problem?.code === 'TAP_IDLE';
  while (!listens()) {
    await clock.advance(2_000);
    await settle();
  }
  stopping.abort();
  await kept;
});
