import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { test } from 'node:test';
import { sha256 } from '../../../../agent/events/relayed.ts';
import { openReader } from '../../../../agent/journal/queries.ts';
import { ManualClock } from '../../../clock.ts';
import { assertContract } from '../../../contract.ts';
import { fixture } from '../../delivery/certificates.ts';
import { type Node, openNode, PATH, receive, UNITS } from './set-up.ts';

const KEY = 'a'.repeat(32);

async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const answer = await fetch(url, { method: 'POST', body: Buffer.from(body), headers });
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, unknown>,
    headers: answer.headers,
  };
}

/** What is looked at of a notification. */
interface Body {
  readonly evento: string;
  readonly ocorridoEm: string;
  readonly conteudoSha256: string;
  readonly conteudoBase64?: string;
  readonly nuvem: { readonly recebidoEm: string; readonly evento?: string; readonly tipoConteudo: string };
}

/** The bodies that the webhook gets, of one unit. */
async function bodies({ journal }: Node, unit: string): Promise<Body[]> {
  const pending = await journal.pending('crm', `pacto/${unit}`, 0, 100);
  return pending.map(({ body }) => JSON.parse(body) as Body);
}

test('202 after the commit: the event is in the file at once, whole, in the lane of its source and unit', async (t) => {
  const node = await openNode(t);
  const url = await receive(node, { headers: ['x-pacto-versao'] });
  const body = `{"evento":"notificarCadastro","chave":"${KEY.toUpperCase()}","empresa":1,"n":10.50,"dados":{"id":77,"quando":"2026-11-24T18:03:12-03:00"}}`;
  const answer = await post(`${url}${PATH}`, body, {
    'content-type': 'application/json; charset=utf-8',
    'x-pacto-versao': '9',
    'x-other': 'no',
  });
  assert.equal(answer.status, 202);
  const reader = openReader(node.folder);
  t.after(() => reader.close());
  const [stored] = reader.events({ limit: 10 });
  assert.deepEqual(answer.body, { id: stored?.id, evento: 'notificarCadastro', unidade: 'centro' });
  assert.equal(stored?.lane, 'pacto/centro');
  const [notification] = await bodies(node, 'centro');
  assertContract(notification);
  assert.equal(notification?.ocorridoEm, '2026-11-24T18:03:12.000-03:00');
  assert.equal(notification?.conteudoSha256, sha256(Buffer.from(body)));
  const { recebidoEm: _, ...nuvem } = notification!.nuvem;
  assert.deepEqual(nuvem, {
    provedor: 'pacto',
    canal: 'http',
    idOriginal: '77',
    tipoConteudo: 'application/json; charset=utf-8',
    cabecalhos: { 'x-pacto-versao': '9' },
  });
  const item = reader.feedPage({ unit: 'centro', afterSequence: 0, limit: 9, base64: false }).items[0];
  assert.ok(item?.body.endsWith(`"conteudo":${body}}`), 'not parsed and written again');
});

test('one id of the cloud is one event, of each unit; without an id equal bodies are events of their own', async (t) => {
  const node = await openNode(t);
  const url = await receive(node);
  const of = (unit: number, rest: string) =>
    `{"evento":"notificarPagamento","chave":"${UNITS[unit]!.key}","empresa":${unit + 1}${rest}}`;
  for (const body of [
    of(0, ',"dados":{"id":"5"}'),
    of(0, ',"dados":{"id":"5"}'),
    of(1, ',"dados":{"id":"5"}'),
  ]) {
    assert.equal((await post(`${url}${PATH}`, body)).status, 202);
  }
  assert.equal((await bodies(node, 'centro')).length, 1);
  assert.equal((await bodies(node, 'sul')).length, 1);
  await post(`${url}${PATH}`, of(0, ''));
  await post(`${url}${PATH}`, of(0, ''));
  assert.equal((await bodies(node, 'centro')).length, 3);
});

test('what is not known is kept and marked: other names, no name, no JSON, no UTF-8, nothing', async (t) => {
  const node = await openNode(t);
  const url = await receive(node, { unit: 'centro' });
  const posts = ['{"evento":"novidade"}', '[1]', 'x=1&evento=notificarContrato', Buffer.from([0xff, 0]), ''];
  for (const body of posts) {
    const type = String(body).startsWith('x=') ? 'application/x-www-form-urlencoded' : 'text/x';
    assert.equal((await post(`${url}${PATH}`, body, { 'content-type': type })).status, 202);
  }
  const all = await bodies(node, 'centro');
  for (const body of all) assertContract(body);
  assert.deepEqual(
    all.map(({ evento, nuvem, conteudoBase64 }) => [evento, nuvem.evento, conteudoBase64 === undefined]),
    [
      ['eventoNuvem', 'novidade', true],
      ['eventoNuvem', 'desconhecido', true],
      ['notificarContrato', undefined, false],
      ['eventoNuvem', 'desconhecido', false],
      ['eventoNuvem', 'desconhecido', false],
    ],
  );
});

test('a post that fits no unit is kept, and becomes an event when a unit fits', async (t) => {
  const node = await openNode(t);
  const url = await receive(node);
  const body = Buffer.from(`{"evento":"notificarCadastro","chave":"${'c'.repeat(32)}","empresa":1}`);
  const answer = await post(`${url}${PATH}`, body, { 'content-type': 'application/json' });
  assert.deepEqual([answer.status, answer.body.id], [202, null]);
  for (const other of ['{"empresa":1}', `{"chave":"${KEY}","empresa":7}`]) {
    assert.equal((await post(`${url}${PATH}`, other)).body.unidade, null, 'no guess at a unit');
  }
  await node.close();

  const third = { ...UNITS[0]!, id: 'norte', key: 'c'.repeat(32) };
  const again = await openNode(t, { folder: node.folder, units: [...UNITS, third] });
  await receive(again);
  const [notification] = await bodies(again, 'norte');
  assert.equal(notification?.conteudoSha256, sha256(body));
  assert.equal(notification?.nuvem.tipoConteudo, 'application/json');
  assert.equal((await again.journal.keptLines('pacto/*', { atMs: 0, number: 0 }, 10)).length, 2);
});

test('strangers: another path, no token, a wrong signature, another address, a body that is too long', async (t) => {
  const node = await openNode(t);
  const secret = '0123456789abcdef';
  const url = await receive(node, {
    unit: 'centro',
    bearer: 'token-of-the-cloud-1',
    hmac: { header: 'x-sig', secret, prefix: 'sha256=', encoding: 'hex' },
  });
  const auth = { authorization: 'Bearer token-of-the-cloud-1' };
  const sign = (body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const statuses = [
    await post(`${url}/other`, '{}', auth),
    await post(`${url}${PATH}x`, '{}', auth),
    await post(`${url}${PATH}`, '{}'),
    await post(`${url}${PATH}`, '{}', auth),
    await post(`${url}${PATH}`, '{}', { ...auth, 'x-sig': sign('{ }') }),
    await post(`${url}${PATH}`, '{}', { ...auth, 'x-sig': sign('{}') }),
    await post(`${url}${PATH}`, 'x'.repeat(256 * 1024 + 1), auth),
    await post(`${url}${PATH}`, 'x'.repeat(256 * 1024), { ...auth, 'x-sig': sign('x'.repeat(256 * 1024)) }),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [404, 404, 401, 401, 401, 202, 413, 202]);
  const [, large] = await bodies(node, 'centro');
  assert.equal(
    Buffer.from(large?.conteudoBase64 ?? '', 'base64').length,
    256 * 1024,
    'taken means that it is sent',
  );
  assert.ok(!JSON.stringify(node.lines).includes(PATH), 'the secret path is in no log line');
});

test('source addresses: of a proxy the address before it counts, of anybody else the header is not believed', async (t) => {
  const direct = await openNode(t);
  const closed = await receive(direct, { unit: 'centro', from: ['203.0.113.0/24'] });
  const forged = await post(`${closed}${PATH}`, '{}', { 'x-forwarded-for': '203.0.113.7' });
  assert.equal(forged.status, 403);

  const node = await openNode(t);
  const url = await receive(node, { unit: 'centro', from: ['203.0.113.0/24'], proxies: ['127.0.0.1'] });
  const via = async (forwarded: string) =>
    (await post(`${url}${PATH}`, '{}', { 'x-forwarded-for': forwarded })).status;
  assert.deepEqual(
    [
      await via('203.0.113.7'),
      await via('203.0.113.7, 198.51.100.1'),
      await via('198.51.100.1, 203.0.113.7'),
    ],
    [202, 403, 202],
  );
});

test('loop guard: what Giro itself sent is refused, by its headers and by its bodies', async (t) => {
  const node = await openNode(t);
  const url = await receive(node, { unit: 'centro' });
  const own = '{"id":"x","evento":"notificarAcesso","versao":"1","sequencia":1}';
  for (const [body, headers] of [
    ['{}', { 'x-giro-evento': 'notificarCadastro' }],
    ['[]', { 'x-giro-lote': '2' }],
    [own, {}],
    [`[${own}]`, {}],
    [`{"specversion":"1.0","data":${own}}`, {}],
  ] as const) {
    assert.equal((await post(`${url}${PATH}`, body, headers)).status, 422, body);
  }
  assert.equal((await bodies(node, 'centro')).length, 0);
});

test('a disk that refuses: 503 with Retry-After, nothing is promised', async (t) => {
  const node = await openNode(t);
  let refusing = true;
  const { journal } = node.parts;
  Object.assign(node.parts, {
    journal: {
      mark: () => Promise.resolve(),
      keptLines: () => Promise.resolve([]),
      state: journal.state,
      get health() {
        return { isDamaged: false, ...(refusing && { refusingSinceMs: 1 }) };
      },
    },
  });
  const url = await receive(node, { unit: 'centro' });
  const refused = await post(`${url}${PATH}`, '{}');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '30']);
  refusing = false;
  assert.equal((await post(`${url}${PATH}`, '{}')).status, 202);
});

test('no answer before the commit; after 10 s the sender is asked to come again, and what it sent is there once', async (t) => {
  const clock = new ManualClock();
  const node = await openNode(t, { clock });
  let allow = (): void => {};
  const disk = new Promise<void>((resolve) => {
    allow = resolve;
  });
  let reached = (): void => {};
  const asked = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const { outbox } = node.parts;
  Object.assign(node.parts, {
    outbox: {
      ...outbox,
      async accept(...given: Parameters<typeof outbox.accept>) {
        reached();
        await disk;
        return outbox.accept(...given);
      },
    },
  });
  const url = await receive(node);
  const body = `{"evento":"notificarPagamento","chave":"${KEY}","empresa":1,"dados":{"id":5}}`;
  let isAnswered = false;
  const first = post(`${url}${PATH}`, body).finally(() => {
    isAnswered = true;
  });
  await asked;
  await clock.advance(9_999);
  await (await fetch(`${url}/openapi.json`)).arrayBuffer();
  assert.equal(isAnswered, false);
  await clock.advance(1);
  assert.deepEqual([(await first).status, (await first).headers.get('retry-after')], [503, '30']);
  allow();
  assert.equal((await post(`${url}${PATH}`, body)).status, 202);
  assert.equal((await bodies(node, 'centro')).length, 1);
});

test('a unit that is configured while it listens gets what was kept for it, then what comes, at the same port', async (t) => {
  const units = [...UNITS];
  const node = await openNode(t, { units });
  const url = await receive(node);
  const of = (number: number) =>
    `{"evento":"notificarCadastro","chave":"${'c'.repeat(32)}","empresa":1,"n":${number}}`;
  assert.equal((await post(`${url}${PATH}`, of(1))).body.unidade, null);
  units.push({ ...UNITS[0]!, id: 'norte', key: 'c'.repeat(32) });
  node.parts.units.changed();
  assert.equal((await post(`${url}${PATH}`, of(2))).body.unidade, 'norte');
  node.parts.units.changed();
  await post(`${url}${PATH}`, of(3));
  assert.deepEqual(
    (await bodies(node, 'norte')).map(({ conteudoSha256 }) => conteudoSha256),
    [1, 2, 3].map((number) => sha256(Buffer.from(of(number)))),
    'in the order of the posts, the kept one once',
  );
});

test('over TLS by certificate and key; a signature in base64; a long body that does not say its length', async (t) => {
  const node = await openNode(t);
  const secret = '0123456789abcdef';
  const url = await receive(node, {
    unit: 'centro',
    tls: { certificate: fixture('good'), key: fixture('key') },
    hmac: { header: 'x-sig', secret, prefix: '', encoding: 'base64' },
  });
  const send = async (body: string, signed: string): Promise<number | undefined> => {
    const signature = createHmac('sha256', secret).update(signed).digest('base64');
    const sent = request(`${url}${PATH}`, {
      method: 'POST',
      ca: fixture('ca'),
      headers: { 'x-sig': signature, 'transfer-encoding': 'chunked' },
    });
    sent.on('error', () => {}); // a refused body is cut off
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  const long = 'x'.repeat(256 * 1024 + 1);
  assert.deepEqual([await send('{}', '{}'), await send('{}', '[]'), await send(long, long)], [202, 401, 413]);
});

test('a sender that trickles is let go', async (t) => {
  const node = await openNode(t);
  const url = new URL(await receive(node, { unit: 'centro' }));
  const socket = connect(Number(url.port), url.hostname);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(`POST ${PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{`);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  await once(socket, 'close');
  assert.match(answer, /^HTTP\/1\.1 408 /);
});

test('OpenAPI says what can be posted and answered, and not the path', async (t) => {
  const node = await openNode(t);
  const url = await receive(node);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<string, { post: { responses: object } }>;
  };
  assert.equal(document.openapi, '3.1.0');
  const { responses } = document.paths['/{path}']!.post;
  assert.deepEqual(Object.keys(responses), ['202', '401', '403', '404', '413', '422', '503']);
  assert.ok(!JSON.stringify(document).includes(PATH));
});
