import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { HttpClient } from '../../../agent/delivery/http-client.ts';
import type { Lookup } from '../../../agent/http/address-guard.ts';
import { classify } from '../../../agent/http/classes.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { fixture, secure } from './certificates.ts';
import { receive } from './receivers.ts';

const delivery = { id: 'evt', name: 'notificarAcesso', unit: 'centro', body: '{}' } as const;

const usual = getCACertificates('default');
setDefaultCACertificates([...usual, fixture('ca')]);
after(() => setDefaultCACertificates(usual));

const lookup: Lookup = (_hostname, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);

async function post(port: number): Promise<readonly [string, string]> {
  const client = new HttpClient(
    {
      id: 'crm',
      url: new URL(`https://receiver.test:${port}/`),
      keys: [],
      allow: ['loopback'],
      maxInFlight: 1,
    },
    { clock: systemClock, version: '1', lookup },
  );
  const outcome = await client.post({ delivery, attempt: 1, signal: new AbortController().signal });
  await client.close();
  const { class: kind, outcome: code } = classify(outcome);
  return [kind, code];
}

const cases: readonly [string, string, object, readonly [string, string]][] = [
  ['a good certificate', 'good', {}, ['ok', 'ok']],
  ['a certificate of another name', 'other', {}, ['C', 'tls_name']],
  ['an expired certificate', 'expired', {}, ['C', 'tls_expired']],
  ['a self-signed certificate', 'self', {}, ['C', 'tls_self_signed']],
  [
    'no common cipher',
    'good',
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    ['A', 'tls_refused'],
  ],
];

for (const [name, certificate, options, want] of cases) {
  test(`TLS: ${name}`, async () => {
    await using receiver = await secure(certificate, options);
    assert.deepEqual(await post(receiver.port), want);
  });
}

test('TLS: plain http answers behind the https URL', async () => {
  await using receiver = await receive((_request, response) => response.end());
  assert.deepEqual(await post(receiver.port), ['A', 'not_tls']);
});
