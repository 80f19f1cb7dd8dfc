import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { Observer } from '../../../drivers/contract/driver.ts';
import type { SerialAddress } from '../../../drivers/links/address.ts';
import type { Link } from '../../../drivers/links/link.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { SerialTap } from '../../../drivers/links/serial-tap.ts';
import { openPtyPair, type PtyPair, skipWithoutPty } from '../pty.ts';
import { RecordingLog } from '../recording-log.ts';

const onPty = { skip: skipWithoutPty, timeout: 120_000 };

function at(path: string): SerialAddress {
  return { kind: 'serial', path, baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 };
}

/** The far end of a cable, as its program has it. */
async function program(t: TestContext, path: string): Promise<Link> {
  const stopping = new AbortController();
  const source = createLinkSource(at(path), { clock: systemClock, log: new RecordingLog() });
  t.after(async () => {
    stopping.abort();
    await source.close();
  });
  return source.open(stopping.signal);
}

async function cable(t: TestContext): Promise<PtyPair> {
  const pair = await openPtyPair();
  t.after(() => pair[Symbol.asyncDispose]());
  return pair;
}

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

/** A tap between two cables, or on one alone. */
async function tapped(
  t: TestContext,
  place: { readonly device: PtyPair; readonly software?: PtyPair },
  observer: Observer = listener(),
) {
  const { device, software } = place;
  const log = new RecordingLog();
  const stopping = new AbortController();
  const { promise: open, resolve: onOpen } = Promise.withResolvers<void>();
  const tap = new SerialTap(
    { kind: 'serial', device: at(device.near), ...(software && { software: at(software.near) }) },
    {
      clock: systemClock,
      log,
      observe: () => observer,
      onReady: () => {},
      onConversation: () => onOpen(),
    },
  );
  const running = tap.run(stopping.signal);
  const ended = running.catch((error: unknown) => error);
  await Promise.race([open, running]);
  t.after(async () => {
    stopping.abort();
    await ended;
  });
  return { tap, log, stopping, ended };
}

async function readBytes(link: Link, count: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let got = 0; got < count; ) {
    const read = await link.read();
    assert.ok(read instanceof Uint8Array, String(read));
    parts.push(read);
    got += read.length;
  }
  return Buffer.concat(parts);
}

test('bytes of both directions arrive unchanged, however they are cut, and are heard', onPty, async (t) => {
  const cables = { device: await cable(t), software: await cable(t) };
  const heard = listener();
  const { stopping, ended } = await tapped(t, cables, heard);
  const [device, software] = [
    await program(t, cables.device.far),
    await program(t, cables.software.far),
  ] as const;
  const sent: { toDevice: Uint8Array[]; toSoftware: Uint8Array[] } = { toDevice: [], toSoftware: [] };
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(chunks, chunks, async (toDevice, toSoftware) => {
      sent.toDevice.push(...toDevice);
      sent.toSoftware.push(...toSoftware);
      const [down, up] = [Buffer.concat(toDevice), Buffer.concat(toSoftware)];
      const [atDevice, atSoftware] = await Promise.all([
        readBytes(device, down.length),
        readBytes(software, up.length),
        ...toDevice.map((chunk) => software.write(chunk)),
        ...toSoftware.map((chunk) => device.write(chunk)),
      ]);
      assert.deepEqual(atDevice, down);
      assert.deepEqual(atSoftware, up);
    }),
    { numRuns: 25 },
  );
  stopping.abort();
  assert.equal(await ended, undefined);
  assert.deepEqual(Buffer.concat(heard.software), Buffer.concat(sent.toDevice));
  assert.deepEqual(Buffer.concat(heard.device), Buffer.concat(sent.toSoftware));
  assert.equal(heard.ends, 1);
});

test('software that reads slowly holds the device back: nothing is lost', onPty, async (t) => {
  const cables = { device: await cable(t), software: await cable(t) };
  await tapped(t, cables);
  const device = await program(t, cables.device.far);
  const software = await program(t, cables.software.far);
  const sent = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => index % 251));
  let isTaken = false;
  const written = device.write(sent).then(() => {
    isTaken = true;
  });
  const first = await readBytes(software, 1);
  assert.equal(isTaken, false, 'most of it still waits at the device');
  const rest = await readBytes(software, sent.length - first.length);
  await written;
  assert.deepEqual(Buffer.concat([first, rest]), sent);
});

test('a tap that only listens hears the line and writes nothing to it', onPty, async (t) => {
  const device = await cable(t);
  const heard = listener();
  const { stopping, ended } = await tapped(t, { device }, heard);
  const far = await program(t, device.far);
  await far.write(Buffer.from('card 1\n'));
  assert.equal(await far.read({ silenceMs: 300 }), 'silence');
  stopping.abort();
  assert.equal(await ended, undefined);
  assert.equal(Buffer.concat(heard.device).toString(), 'card 1\n');
  assert.deepEqual(heard.software, []);
});

test('a port that is pulled out is LINK_LOST, and the other is free again', onPty, async (t) => {
  const cables = { device: await cable(t), software: await cable(t) };
  const { ended } = await tapped(t, cables);
  await cables.software.unplug();
  const error = await ended;
  assert.ok(error instanceof GiroError);
  assert.equal(error.code, 'LINK_LOST');
  assert.ok(error.message.includes(cables.software.near));
  await program(t, cables.device.near);
});

test('a port that is in use, or is not there, frees the other again', onPty, async (t) => {
  const cables = { device: await cable(t), software: await cable(t) };
  await program(t, cables.software.near);
  await assert.rejects(tapped(t, cables), { code: 'PORT_BUSY' });
  await cables.software.unplug();
  await assert.rejects(tapped(t, cables), { code: 'PORT_MISSING' });
  await program(t, cables.device.near);
});

test('an observer that fails is left out; the flow goes on', onPty, async (t) => {
  const fails = (): never => {
    throw new TypeError('a fault');
  };
  const cables = { device: await cable(t), software: await cable(t) };
  const { log } = await tapped(t, cables, { fromDevice: fails, fromSoftware: fails, end: fails });
  const [device, software] = [await program(t, cables.device.far), await program(t, cables.software.far)];
  await software.write(Buffer.from('question'));
  assert.equal((await readBytes(device, 8)).toString(), 'question');
  await device.write(Buffer.from('answer'));
  assert.equal((await readBytes(software, 6)).toString(), 'answer');
  assert.deepEqual(log.at('error'), ['observer failed: this conversation is passed on unheard']);
});
