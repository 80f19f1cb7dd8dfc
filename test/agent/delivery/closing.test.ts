import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../agent/http/classes.ts';
import { Poster } from './posting.ts';
import { receiveRaw } from './receivers.ts';

/** Closing must not be what a time-out did. */
const PATIENT = { connectMs: 300_000, headersMs: 300_000, bodyMs: 300_000, attemptMs: 300_000 };
const SHORT = { connectMs: 50, headersMs: 30_000, bodyMs: 30_000, attemptMs: 30_000 };

/** Something that takes a connection, hears its first bytes and says nothing; `closed` when the other side goes. */
async function mute() {
  const heard = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const receiver = await receiveRaw((socket) => {
    heard.resolve();
    socket.on('close', closed.resolve).on('end', closed.resolve).resume();
  });
  return { receiver, heard: heard.promise, closed: closed.promise };
}

test('closing gives up a handshake that is going on', { timeout: 60_000 }, async () => {
  const { receiver, heard, closed } = await mute();
  await using _receiver = receiver;
  const poster = new Poster({ url: new URL(`https://127.0.0.1:${receiver.port}/`) }, { timeouts: PATIENT });
  const outcome = poster.post();
  await heard;
  await poster[Symbol.asyncDispose]();
  assert.equal((await outcome).kind, 'fault');
  await closed;
});

test('closing gives up a proxy that does not answer', { timeout: 60_000 }, async () => {
  const { receiver, heard, closed } = await mute();
  await using _receiver = receiver;
  const proxy = new URL(`http://127.0.0.1:${receiver.port}`);
  const poster = new Poster({ url: new URL('http://crm.example/'), proxy }, { timeouts: PATIENT });
  const outcome = poster.post();
  await heard;
  await poster[Symbol.asyncDispose]();
  assert.equal((await outcome).kind, 'fault');
  await closed;
});

for (const [name, what] of [
  ['a handshake', 'connect_timeout'],
  ['a proxy', 'proxy_unreachable'],
] as const) {
  test(`${name} that never ends is cut off after the time to connect, class A`, async () => {
    const { receiver } = await mute();
    await using _receiver = receiver;
    const at = (scheme: string): URL => new URL(`${scheme}://127.0.0.1:${receiver.port}`);
    const target =
      name === 'a proxy' ? { url: new URL('http://crm.example/'), proxy: at('http') } : { url: at('https') };
    await using poster = new Poster(target, { timeouts: SHORT });
    const outcome = await poster.post();
    assert.deepEqual([classify(outcome).class, classify(outcome).outcome], ['A', what]);
    assert.equal(outcome.kind === 'fault' && outcome.sent, false);
  });
}
