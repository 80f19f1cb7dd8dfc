import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { Timings } from '../../../agent/events/attempt.ts';
import type { Lookup } from '../../../agent/http/address-guard.ts';
import type { Outcome } from '../../../agent/http/outcome.ts';
import { settle } from '../../clock.ts';
import { fixture, secure } from './certificates.ts';
import { Poster } from './posting.ts';
import { listen, receive, receiveRaw } from './receivers.ts';

const SLOW_MS = 40;
/** Timers may fire a little early by another clock. */
const LEAST_MS = SLOW_MS - 5;

const slowLookup: Lookup = (_hostname, _options, callback) => {
  setTimeout(() => callback(null, [{ address: '127.0.0.1', family: 4 }]), SLOW_MS);
};

function timings(outcome: Outcome): Timings {
  assert.ok(outcome.timings);
  return outcome.timings;
}

/** Which of the five were measured. */
function measured(outcome: Outcome): string {
  return Object.entries(timings(outcome))
    .filter(([, ms]) => ms !== null)
    .map(([name]) => name)
    .join(' ');
}

test('a fresh connection has every time; the next request on it only its own', async () => {
  await using receiver = await secure('good');
  const url = new URL(`https://receiver.test:${receiver.port}/`);
  await using poster = new Poster(
    { url, tls: { ca: fixture('ca') }, allow: ['loopback'] },
    { lookup: slowLookup },
  );
  const fresh = await poster.post();
  assert.equal(measured(fresh), 'dnsMs connectMs tlsMs firstByteMs totalMs');
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = timings(fresh);
  assert.ok(dnsMs! >= LEAST_MS && connectMs! < dnsMs!, 'the look-up is not counted twice');
  assert.ok(dnsMs! + connectMs! + tlsMs! <= firstByteMs! + 2 && firstByteMs! <= totalMs);
  assert.equal(fresh.ms, totalMs);
  assert.equal(fresh.remoteAddress, '127.0.0.1');

  await settle(); // the connection is free a moment after its answer
  const reused = await poster.post();
  assert.equal(measured(reused), 'firstByteMs totalMs');
  assert.equal(reused.remoteAddress, '127.0.0.1');
});

test('what TLS agreed on is that of the connection, also of one that stood; plain http has none', async () => {
  const agreed = {
    'TLSv1.2': { protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    'TLSv1.3': { protocol: 'TLSv1.3', cipher: 'TLS_CHACHA20_POLY1305_SHA256' },
  } as const;
  for (const [version, tls] of Object.entries(agreed)) {
    const only = version as keyof typeof agreed;
    await using receiver = await secure('good', { minVersion: only, maxVersion: only, ciphers: tls.cipher });
    const url = new URL(`https://127.0.0.1:${receiver.port}/`);
    await using poster = new Poster({ url, tls: { ca: fixture('ca') }, allow: ['loopback'] });
    assert.deepEqual((await poster.post()).tls, tls);
    await settle(); // the connection is free a moment after its answer
    const reused = await poster.post();
    assert.equal(measured(reused), 'firstByteMs totalMs');
    assert.deepEqual(reused.tls, tls);
  }
  await using plain = await receive((_request, response) => response.end());
  await using poster = new Poster({ url: new URL(`http://127.0.0.1:${plain.port}/`) });
  assert.equal((await poster.post()).tls, undefined);
});

test('a connection that the receiver closes after each answer is measured each time', async () => {
  await using receiver = await secure('good', {}, { connection: 'close' });
  const url = new URL(`https://127.0.0.1:${receiver.port}/`);
  await using poster = new Poster({ url, tls: { ca: fixture('ca') }, allow: ['loopback'] });
  for (let count = 0; count < 3; count += 1) {
    assert.equal(measured(await poster.post()), 'connectMs tlsMs firstByteMs totalMs');
  }
});

test('the time to the first byte is the receiver’s own', async () => {
  await using receiver = await receive((_request, response) => {
    setTimeout(() => response.end(), SLOW_MS);
  });
  await using poster = new Poster({ url: new URL(`http://127.0.0.1:${receiver.port}/`) });
  const outcome = await poster.post();
  assert.equal(
    measured(outcome),
    'connectMs firstByteMs totalMs',
    'an address is not looked up, http has no TLS',
  );
  assert.ok(timings(outcome).firstByteMs! >= LEAST_MS);
});

test('lanes in parallel are measured each for itself', async () => {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  await using receiver = await receive((_request, response) => {
    waiting += 1;
    if (waiting === 4) resolve();
    void all.then(() => response.end());
  });
  await using poster = new Poster({ url: new URL(`http://127.0.0.1:${receiver.port}/`) });
  const post = (): Promise<Outcome[]> => Promise.all(Array.from({ length: 4 }, () => poster.post()));
  for (const outcome of await post()) assert.equal(measured(outcome), 'connectMs firstByteMs totalMs');
  await settle();
  for (const outcome of await post()) assert.equal(measured(outcome), 'firstByteMs totalMs');
});

test('a fault has the times that it came to', async () => {
  const gone = await listen(createServer());
  await gone[Symbol.asyncDispose]();
  await using refused = new Poster(
    { url: new URL(`http://crm.example:${gone.port}/`) },
    { lookup: slowLookup },
  );
  const outcome = await refused.post();
  assert.equal(measured(outcome), 'dnsMs totalMs');
  assert.equal(outcome.remoteAddress, undefined);

  await using plain = await receiveRaw((socket) => socket.end('no TLS'));
  await using noTls = new Poster({ url: new URL(`https://127.0.0.1:${plain.port}/`) });
  const handshake = await noTls.post();
  assert.equal(measured(handshake), 'connectMs totalMs');
  assert.equal(handshake.remoteAddress, '127.0.0.1');
  assert.equal(handshake.tls, undefined);
});

test('what was never begun has no times', async () => {
  await using poster = new Poster({ url: new URL('http://169.254.169.254/') });
  assert.equal((await poster.post()).timings, undefined);
});
