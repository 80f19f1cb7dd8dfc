import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { GiroError } from '../../../drivers/base/errors.ts';
import { StreamLink } from '../../../drivers/links/stream-link.ts';
import { ManualClock, settle } from '../../clock.ts';

/** A stream whose other end is the test. */
class Wire extends Duplex {
  readonly written: Buffer[] = [];
  /** Whether the operating system takes what is written. */
  isTaking = true;
  /** Whether the link wants more. */
  wants = false;

  override _read(): void {
    this.wants = true;
  }

  override _write(chunk: Buffer, _encoding: string, taken: (error?: Error) => void): void {
    this.written.push(chunk);
    if (this.isTaking) taken();
  }

  receive(text: string): void {
    this.wants = false;
    this.push(Buffer.from(text));
  }
}

function setUp(signal = new AbortController().signal) {
  const clock = new ManualClock();
  const wire = new Wire();
  let released = 0;
  const release = (): void => {
    released += 1;
    wire.destroy();
  };
  const link = new StreamLink(wire, { kind: 'tcp', peer: '10.0.0.1:3000', clock, signal, release });
  return { clock, wire, link, released: () => released };
}

const isLost = (message: RegExp) => (error: unknown) =>
  error instanceof GiroError && error.code === 'LINK_LOST' && message.test(error.message);

test('gives what was received, in order, and then the end', async () => {
  const { wire, link } = setUp();
  wire.receive('a');
  wire.receive('b');
  wire.push(null);
  assert.equal(String(await link.read()), 'a');
  assert.equal(String(await link.read()), 'b');
  assert.equal(await link.read(), 'end');
  assert.equal(await link.read(), 'end');
});

test('a read gives 8 KiB at most, and nothing is missing or out of place', async () => {
  const { wire, link } = setUp();
  const text = Array.from({ length: 4_000 }, (_, index) => String(index).padStart(5, '0')).join('');
  wire.receive(text);
  wire.receive('after');
  wire.push(null);
  const reads: string[] = [];
  for (let read = await link.read(); read !== 'end'; read = await link.read()) reads.push(String(read));
  assert.deepEqual(
    reads.map(({ length }) => length),
    [8192, 8192, 3616, 5],
  );
  assert.equal(reads.join(''), `${text}after`);
});

test('what comes last can still be answered after the end', async () => {
  const { wire, link } = setUp();
  wire.push(null);
  assert.equal(await link.read(), 'end');
  await link.write(Buffer.from('OK'));
  assert.equal(String(wire.written[0]), 'OK');
});

test('tells silence by the clock, and only when nothing came', async () => {
  const { clock, wire, link } = setUp();
  const first = link.read({ silenceMs: 500 });
  await clock.advance(500);
  assert.equal(await first, 'silence');
  const second = link.read({ silenceMs: 500 });
  await clock.advance(499);
  wire.receive('just in time');
  assert.equal(String(await second), 'just in time');
  assert.equal(clock.nextAtMs, undefined, 'the timer is gone');
});

test('a broken connection gives what it brought, then LINK_LOST with the cause', async () => {
  const { wire, link, released } = setUp();
  wire.receive('last words');
  await settle();
  wire.destroy(new Error('read ECONNRESET'));
  await settle();
  assert.equal(String(await link.read()), 'last words');
  await assert.rejects(link.read(), isLost(/10\.0\.0\.1:3000: read ECONNRESET/));
  await assert.rejects(link.write(Buffer.from('x')), isLost(/ECONNRESET/));
  assert.equal(released(), 1);
});

test('a read that waits hears of the break', async () => {
  const { wire, link } = setUp();
  const reading = link.read();
  await settle();
  wire.destroy();
  await assert.rejects(reading, isLost(/went away/));
});

test('a write that nobody takes is rejected by the break', async () => {
  const { wire, link } = setUp();
  wire.isTaking = false;
  const writing = link.write(Buffer.from('x'));
  const queued = link.write(Buffer.from('y'));
  link.close();
  await assert.rejects(writing, isLost(/closed here/));
  await assert.rejects(queued, isLost(/closed here/));
});

test('close frees the stream once, drops what was not read and ends a waiting read', async () => {
  const { wire, link, released } = setUp();
  const reading = link.read();
  await settle();
  link.close();
  link.close();
  await assert.rejects(reading, isLost(/closed here/));
  assert.equal(released(), 1);
  assert.ok(wire.destroyed);
});

test('an abort frees the stream and rejects with its own reason, whatever is waiting', async () => {
  const controller = new AbortController();
  const { wire, link } = setUp(controller.signal);
  const reading = link.read();
  await settle();
  const reason = new Error('shutdown');
  controller.abort(reason);
  await assert.rejects(reading, (error) => error === reason);
  await assert.rejects(link.read(), (error) => error === reason);
  assert.ok(wire.destroyed);
});

test('a signal that aborted before leaves no open stream', () => {
  const { wire } = setUp(AbortSignal.abort());
  assert.ok(wire.destroyed);
});

test('holds the sender back at 64 KiB that nobody reads, and lets it go on after', async () => {
  const { wire, link } = setUp();
  const chunk = 'x'.repeat(1_024);
  await settle();
  let sent = 0;
  while (wire.wants) {
    wire.receive(chunk);
    sent += chunk.length;
    await settle();
    assert.ok(sent < 1_000_000, 'the sender is never held back');
  }
  assert.ok(sent >= 65_536 && sent <= 65_536 + 2 * wire.readableHighWaterMark, `held back at ${sent}`);

  let received = 0;
  while (received < sent) received += (await link.read()).length;
  await settle();
  assert.ok(wire.wants, 'the sender may go on');
});

test('two reads at once are a mistake of the caller', async () => {
  const { wire, link } = setUp();
  const reading = link.read();
  await settle();
  await assert.rejects(link.read(), /one read at a time/);
  wire.receive('a');
  assert.equal(String(await reading), 'a');
});
