import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { certificateConditions, certificateEnds } from '../../../agent/upkeep/certificates.ts';
import { zoneDataConditions } from '../../../agent/upkeep/zones.ts';
import { fixture, secure } from '../delivery/certificates.ts';
import { recordingLog } from '../journal/journals.ts';

const DAY_MS = 86_400_000;
const signal = new AbortController().signal;
const { log } = recordingLog();
const endOf = (name: string): number => new X509Certificate(fixture(name)).validToDate.getTime();

test('the end of a receiver’s certificate and of the client’s, whether or not they are trusted', async () => {
  await using good = await secure('good');
  await using expired = await secure('expired');
  const of = (id: string, port: number, rest = {}) => ({
    id,
    url: new URL(`https://127.0.0.1:${port}/`),
    allow: ['loopback'] as const,
    tls: undefined,
    proxy: undefined,
    ...rest,
  });
  const tls = { certificate: fixture('expired'), key: fixture('key') };
  const ends = await certificateEnds(
    [
      of('crm', good.port, { tls }),
      of('old', expired.port),
      of('plain', 1, { url: new URL('http://127.0.0.1:1/') }),
      of('away', 1),
      of('guarded', good.port, { allow: [] }),
    ],
    log,
    signal,
  );
  assert.deepEqual(ends, [
    { webhook: 'crm', whose: 'client', endsAtMs: endOf('expired') },
    { webhook: 'crm', whose: 'receiver', endsAtMs: endOf('good') },
    { webhook: 'old', whose: 'receiver', endsAtMs: endOf('expired') },
  ]);
});

test('an alarm 21 days before the end, another 7 days before', () => {
  const codes = (days: number): string[] =>
    certificateConditions([{ webhook: 'crm', whose: 'receiver', endsAtMs: days * DAY_MS }], 0).map(
      ({ code }) => code,
    );
  assert.deepEqual(codes(21), []);
  assert.deepEqual(codes(20.9), ['webhook_certificado']);
  assert.deepEqual(codes(7), ['webhook_certificado']);
  assert.deepEqual(codes(6.9), ['webhook_certificado', 'webhook_certificado_urgente']);
  assert.deepEqual(codes(-1), ['webhook_certificado', 'webhook_certificado_urgente']);
});

test('zone data of the year before last are old', () => {
  const codes = (version: string | undefined) =>
    zoneDataConditions(version, Date.parse('2028-06-01T00:00:00Z')).map(({ code }) => code);
  assert.deepEqual(codes('2026b'), ['fusos_antigos']);
  assert.deepEqual(codes('2027a'), []);
  assert.deepEqual(codes(undefined), []);
});
