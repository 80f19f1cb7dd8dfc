import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createDecider } from '../../../agent/turnstiles/decide.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { ManualClock } from '../../clock.ts';

const decide = createDecider({
  turnstile: {
    id: 'catraca-1',
    unit: 'centro',
    driver: henry,
    address: { kind: 'tcp', host: '127.0.0.1', port: 3000 },
    swapDirection: true,
    options: {},
  },
  unit: { id: 'centro', company: 1, timezone: 'America/Sao_Paulo' },
  identity: { reference: (value) => `hash of ${value.length} digits` },
  clock: new ManualClock(),
});
const signal = new AbortController().signal;

async function serve(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/passa?token=segredo`,
    headers: { authorization: 'Bearer x' },
    allow: ['http', 'loopback'] as const,
    timeoutMs: 5_000,
  };
}

test('the question is a small JSON with the credential as its keyed hash', async (t) => {
  let body = '';
  let authorization: string | undefined;
  const source = await serve(t, (request, response) => {
    authorization = request.headers.authorization;
    text(request).then((sent) => {
      body = sent;
      response.end('{"grant":true,"message":"Oi","more":1}');
    }, assert.ifError);
  });
  const credential = { kind: 'cartao', value: '13658925' } as const;
  const at = { local: '2026-03-02T09:00:07' };
  const decision = await decide({ credential, direction: 'entrada', means: 'cartao', at }, source, signal);
  assert.deepEqual(decision, { grant: true, message: 'Oi' });
  assert.deepEqual(JSON.parse(body), {
    turnstile: 'catraca-1',
    at: '2026-03-02T09:00:07.000-03:00',
    direction: 'saida',
    means: 'cartao',
    credentialReference: 'hash of 8 digits',
  });
  assert.doesNotMatch(body, /13658925/);
  assert.equal(authorization, 'Bearer x');
});

test('a person goes as in the webhook; without a time it is now', async (t) => {
  let body = '';
  const source = await serve(t, (request, response) => {
    text(request).then((sent) => {
      body = sent;
      response.end('{"grant":false}');
    }, assert.ifError);
  });
  const person = { kind: 'aluno', system: 'pacto', externalId: '1042' } as const;
  assert.deepEqual(await decide({ person }, source, signal), { grant: false });
  assert.deepEqual(JSON.parse(body), {
    turnstile: 'catraca-1',
    at: '2026-03-02T09:00:00.000-03:00',
    direction: 'indefinido',
    means: 'indefinido',
    person: { tipo: 'aluno', sistema: 'pacto', idExterno: '1042' },
  });
});

const useless = [
  { name: 'not 200', status: 500, body: '{"grant":true}' },
  { name: 'a redirect', status: 302, body: '{"grant":true}' },
  { name: 'no JSON', status: 200, body: 'ok' },
  { name: 'no grant', status: 200, body: '{"granted":true}' },
  { name: 'a grant that is no boolean', status: 200, body: '{"grant":"true"}' },
  { name: 'too long', status: 200, body: `{"grant":true,"more":"${'x'.repeat(5000)}"}` },
];
for (const { name, status, body } of useless) {
  test(`no usable answer: ${name}`, async (t) => {
    const source = await serve(t, (_, response) => {
      response.writeHead(status, { location: '/other' }).end(body);
    });
    await assert.rejects(decide({}, source, signal), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'LINK_FAILED');
      assert.doesNotMatch(error.message, /segredo/);
      return true;
    });
  });
}

test('nobody there, no answer in time, and a session that ended', async (t) => {
  const source = await serve(t, () => {});
  await assert.rejects(decide({}, { ...source, timeoutMs: 100 }, signal), { code: 'LINK_FAILED' });
  await assert.rejects(decide({}, source, AbortSignal.abort()), { code: 'LINK_FAILED' });
  const nobody = { ...source, url: 'http://127.0.0.1:1/?token=segredo' };
  await assert.rejects(decide({}, nobody, signal), { code: 'LINK_FAILED', message: /ECONNREFUSED/ });
});

test('an address that webhooks may not have is not asked, by whatever name', async (t) => {
  let isAsked = false;
  const source = await serve(t, (_request, response) => {
    isAsked = true;
    response.end('{"grant":true}');
  });
  const { port } = new URL(source.url);
  const http = { ...source, allow: ['http'] as const };
  for (const [host, allow] of [
    ['127.0.0.1', http.allow],
    ['localhost', http.allow],
    ['[::ffff:127.0.0.1]', http.allow],
    ['169.254.169.254', source.allow],
    ['0.0.0.0', source.allow],
  ] as const) {
    const asked = decide({}, { ...http, allow, url: `http://${host}:${port}/` }, signal);
    await assert.rejects(
      asked,
      (error) => error instanceof Error && /ADDRESS_BLOCKED|leads to/.test(String(error)),
    );
  }
  assert.equal(isAsked, false);
});
