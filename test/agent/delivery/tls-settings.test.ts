import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { TlsSettings } from '../../../config/sections/webhook-tls.ts';
import { fixture, secure } from './certificates.ts';
import { Poster } from './posting.ts';

const CA = fixture('ca');
const SPKI = new X509Certificate(fixture('good')).publicKey.export({ type: 'spki', format: 'der' });
const PIN = createHash('sha256').update(SPKI).digest('base64');
const OTHER_PIN = createHash('sha256').update('other').digest('base64');
const CLIENT = { certificate: fixture('good'), key: fixture('key') };
const WANTS_CLIENT = { ca: CA, requestCert: true, rejectUnauthorized: true };

const cases: readonly [string, string, object, TlsSettings | undefined, readonly [string, string]][] = [
  ['no CA of its own', 'good', {}, undefined, ['C', 'tls_untrusted']],
  ['its CA', 'good', {}, { ca: CA }, ['ok', 'ok']],
  ['another CA', 'good', {}, { ca: fixture('self') }, ['C', 'tls_untrusted']],
  ['a self-signed certificate as its own CA', 'self', {}, { ca: fixture('self') }, ['ok', 'ok']],
  ['its CA and the pinned key', 'good', {}, { ca: CA, pins: [PIN] }, ['ok', 'ok']],
  ['one of two pins', 'good', {}, { ca: CA, pins: [OTHER_PIN, PIN] }, ['ok', 'ok']],
  ['another pin', 'good', {}, { ca: CA, pins: [OTHER_PIN] }, ['C', 'tls_pin']],
  ['the pinned key in a wrong name', 'other', {}, { ca: CA, pins: [PIN] }, ['C', 'tls_name']],
  ['the pinned key in an expired certificate', 'expired', {}, { ca: CA, pins: [PIN] }, ['C', 'tls_expired']],
  ['a client certificate', 'good', WANTS_CLIENT, { ca: CA, ...CLIENT }, ['ok', 'ok']],
  ['no client certificate', 'good', WANTS_CLIENT, { ca: CA }, ['A', 'reset_before_answer']],
  [
    'a client certificate that the receiver does not trust',
    'good',
    WANTS_CLIENT,
    { ca: CA, ...CLIENT, certificate: fixture('self') },
    ['A', 'reset_before_answer'],
  ],
  [
    'no client certificate, TLS 1.2',
    'good',
    { ...WANTS_CLIENT, maxVersion: 'TLSv1.2' },
    { ca: CA },
    ['A', 'tls_refused'],
  ],
];

for (const [name, certificate, options, tls, want] of cases) {
  test(`TLS: ${name}`, async () => {
    await using receiver = await secure(certificate, options);
    await using poster = new Poster({
      url: new URL(`https://localhost:${receiver.port}/`),
      tls,
      allow: ['loopback'],
    });
    assert.deepEqual(await poster.found(), want);
  });
}

test('TLS: a pin is asked for at every connection, and a session that goes on is no way around it', async () => {
  await using receiver = await secure('good', {}, { connection: 'close' });
  const url = new URL(`https://localhost:${receiver.port}/`);
  await using poster = new Poster({ url, tls: { ca: CA, pins: [PIN] }, allow: ['loopback'] });
  for (let connections = 0; connections < 3; connections += 1) {
    assert.deepEqual(await poster.found(), ['ok', 'ok']);
  }
});
