import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { HttpClient, type Post, type WebhookTarget } from '../../../agent/delivery/http-client.ts';
import { render } from '../../../agent/events/render.ts';
import type { Lookup } from '../../../agent/http/address-guard.ts';
import type { Timeouts } from '../../../agent/http/attempt.ts';
import { classify } from '../../../agent/http/classes.ts';
import type { Outcome } from '../../../agent/http/outcome.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { signingKey } from '../../signing.ts';
import { ACCESS, rendering } from '../events/events.ts';
import { listen, receive, receiveAll, receiveRaw, type Seen } from './receivers.ts';

/** Long enough that a slow machine never meets them where a test does not mean to. */
const PATIENT: Timeouts = { connectMs: 30_000, headersMs: 30_000, bodyMs: 30_000, attemptMs: 30_000 };
const SHORT_MS = 50;
const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const delivery = {
  id: '6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11',
  name: 'notificarAcesso',
  unit: 'centro',
  body: '{"id":"6f1c7b52","pessoa":{"nome":"José Ação"}}',
} as const;

interface Settings {
  readonly timeouts?: Partial<Timeouts>;
  readonly allow?: WebhookTarget['allow'];
  readonly lookup?: Lookup;
  readonly signal?: AbortSignal;
  readonly post?: Pick<Post, 'late' | 'batch'>;
  readonly delivery?: Post['delivery'];
}

/** One attempt with a client of its own. */
async function post(url: string, settings: Settings = {}): Promise<Outcome> {
  const client = new HttpClient(
    {
      id: 'crm',
      url: new URL(url),
      keys: [signingKey(`whsec_${SECRET}`)],
      allow: settings.allow ?? ['http', 'loopback'],
      maxInFlight: 4,
    },
    {
      clock: systemClock,
      version: '1.2.3',
      timeouts: { ...PATIENT, ...settings.timeouts },
      ...(settings.lookup === undefined ? {} : { lookup: settings.lookup }),
    },
  );
  const signal = settings.signal ?? new AbortController().signal;
  const outcome = await client.post({
    delivery: settings.delivery ?? delivery,
    attempt: 3,
    signal,
    ...settings.post,
  });
  await client.close();
  return outcome;
}

function found(outcome: Outcome): readonly [string, string] {
  const { class: kind, outcome: code } = classify(outcome);
  return [kind, code];
}

test('the request is the contract: bytes, headers, signature', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 204 }));
  const outcome = await post(`http://127.0.0.1:${receiver.port}/catraca?a=1`);

  assert.deepEqual(found(outcome), ['ok', 'ok']);
  const [request] = seen;
  assert.ok(request);
  assert.deepEqual([request.method, request.url, request.body], ['POST', '/catraca?a=1', delivery.body]);
  const { headers } = request;
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers['user-agent'], 'giro/1.2.3');
  assert.equal(headers['webhook-id'], delivery.id);
  assert.match(String(headers['webhook-timestamp']), /^\d{10}$/);
  assert.equal(headers['x-giro-evento'], 'notificarAcesso');
  assert.equal(headers['x-giro-tentativa'], '3');
  assert.equal(headers['x-giro-unidade'], 'centro');
  const verified = new Webhook(`whsec_${SECRET}`).verify(request.body, headers as Record<string, string>);
  assert.deepEqual(verified, JSON.parse(delivery.body));
});

test('headers that were frozen with a body are sent with it, and the signature is over the bytes sent', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 204 }));
  for (const name of ['cloudevents', 'cloudevents-binary'] as const) {
    const { body, headers = {} } = render(rendering({ name }), ACCESS, 42);
    await post(`http://127.0.0.1:${receiver.port}/`, { delivery: { ...delivery, body, headers } });
    const request = seen.pop() ?? assert.fail();
    assert.equal(request.body, body);
    for (const [header, value] of Object.entries(headers)) assert.equal(request.headers[header], value);
    assert.equal(request.headers['x-giro-evento'], 'notificarAcesso');
    new Webhook(`whsec_${SECRET}`).verify(request.body, request.headers as Record<string, string>);
  }
});

test('an event of a backlog says that it is late', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 204 }));
  const url = `http://127.0.0.1:${receiver.port}/`;
  await post(url, { post: { late: true } });
  await post(url, { post: { late: false } });
  assert.deepEqual(
    seen.map(({ headers }) => headers['x-giro-atrasado']),
    ['1', undefined],
  );
});

test('a batch has an id and a signature of its own, and says how many it holds', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 204 }));
  const id = '0f0d5f6a-3c5f-5a53-9d52-0d2c9f6b7a10';
  const body = '[{"nome":"José"},{"nome":"Ação"}]';
  const batch = { id, body, contentType: 'application/cloudevents-batch+json; charset=utf-8', size: 2 };
  await post(`http://127.0.0.1:${receiver.port}/`, { post: { batch } });
  const [request] = seen;
  assert.ok(request);
  const { headers } = request;
  assert.equal(request.body, body);
  assert.equal(headers['webhook-id'], id);
  assert.equal(headers['content-type'], batch.contentType);
  assert.equal(headers['x-giro-lote'], '2');
  assert.equal(headers['x-giro-evento'], undefined);
  new Webhook(`whsec_${SECRET}`).verify(request.body, headers as Record<string, string>);
});

test('every status of a real receiver arrives as it is', async () => {
  let status = 200;
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status }));
  for (status of [200, 201, 202, 299, 304, 400, 401, 404, 410, 429, 500, 503, 599]) {
    const outcome = await post(`http://127.0.0.1:${receiver.port}/`);
    assert.equal(outcome.kind === 'answer' && outcome.status, status);
  }
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect ${status} is one request and names where it leads`, async () => {
    const seen: Seen[] = [];
    await using receiver = await receiveAll(seen, () => ({ status, headers: { location: '/outro' } }));
    const outcome = await post(`http://127.0.0.1:${receiver.port}/`);
    assert.deepEqual(found(outcome), ['C', `http_${status}`]);
    assert.equal(outcome.kind === 'answer' && outcome.location, '/outro');
    assert.equal(seen.length, 1);
  });
}

test('the headers of interest and the beginning of the body are kept', async () => {
  await using receiver = await receive((_request, response) => {
    response.writeHead(503, {
      'retry-after': '7',
      date: 'Wed, 21 Oct 2015 07:28:00 GMT',
      'webhook-allowed-rate': '100',
    });
    response.end('x'.repeat(20_000));
  });
  const outcome = await post(`http://127.0.0.1:${receiver.port}/`);
  assert.ok(outcome.kind === 'answer');
  assert.equal(outcome.retryAfter, '7');
  assert.equal(outcome.allowedRate, '100');
  assert.equal(outcome.date, 'Wed, 21 Oct 2015 07:28:00 GMT');
  assert.equal(Buffer.from(outcome.body).toString(), 'x'.repeat(16 * 1024));
});

test('refused', async () => {
  const receiver = await listen(createServer());
  await receiver[Symbol.asyncDispose]();
  assert.deepEqual(found(await post(`http://127.0.0.1:${receiver.port}/`)), ['A', 'refused']);
});

test('a name that does not resolve', async () => {
  const lookup: Lookup = (hostname, _options, callback) => {
    callback(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }), []);
  };
  assert.deepEqual(found(await post('http://crm.example/', { lookup })), ['A', 'dns']);
});

const broken: readonly [string, string | undefined, 'end' | 'reset', readonly [string, string]][] = [
  ['closed before any byte', undefined, 'end', ['A', 'reset_before_answer']],
  ['reset before any byte', undefined, 'reset', ['A', 'reset_before_answer']],
  ['closed after the first byte', 'H', 'end', ['B', 'reset_in_answer']],
  ['reset after the first byte', 'HTTP/1.1 20', 'reset', ['B', 'reset_in_answer']],
  ['closed in the headers', 'HTTP/1.1 200 OK\r\ncontent-le', 'end', ['B', 'reset_in_answer']],
  ['only an interim answer', 'HTTP/1.1 102 Processing\r\n\r\n', 'end', ['B', 'reset_in_answer']],
  ['100 Continue, unasked', 'HTTP/1.1 100 Continue\r\n\r\n', 'end', ['B', 'reset_in_answer']],
  [
    '101 Switching Protocols',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'end',
    ['B', 'reset_in_answer'],
  ],
  ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'end', ['B', 'not_http']],
  ['a 2xx whose body breaks', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', 'reset', ['ok', 'ok']],
  ['a 2xx whose body is short', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', 'end', ['ok', 'ok']],
  [
    'a 2xx with a broken chunk',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'end',
    ['ok', 'ok'],
  ],
  ['a 500 whose body breaks', 'HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\nabc', 'reset', ['B', 'http_500']],
  [
    'a 103 and then the answer',
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    'end',
    ['ok', 'ok'],
  ],
];

for (const [name, bytes, how, want] of broken) {
  test(`the answer: ${name}`, async () => {
    const finish = (socket: Socket): void => {
      if (how === 'end') socket.end();
      else socket.resetAndDestroy();
    };
    await using receiver = await receiveRaw((socket) => {
      if (bytes === undefined) finish(socket);
      else socket.write(bytes, () => setImmediate(finish, socket));
    });
    assert.deepEqual(found(await post(`http://127.0.0.1:${receiver.port}/`)), want);
  });
}

test('a half-closed receiver that never answers is a timeout of the headers', async () => {
  await using receiver = await receiveRaw((socket) => socket.resume());
  const outcome = await post(`http://127.0.0.1:${receiver.port}/`, { timeouts: { headersMs: SHORT_MS } });
  assert.deepEqual(found(outcome), ['B', 'headers_timeout']);
});

test('headers that drip are cut off by the limit of the attempt', async () => {
  await using receiver = await receiveRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
  });
  const outcome = await post(`http://127.0.0.1:${receiver.port}/`, { timeouts: { attemptMs: SHORT_MS } });
  assert.deepEqual(found(outcome), ['B', 'attempt_timeout']);
});

test('a 2xx with an endless body is delivered, and its connection is closed', {
  timeout: 120_000,
}, async () => {
  const closed = Promise.withResolvers<void>();
  await using receiver = await receive((_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write('y'.repeat(4096)));
    };
    response.on('drain', more);
    response.on('close', closed.resolve);
    more();
  });
  const outcome = await post(`http://127.0.0.1:${receiver.port}/`);
  assert.deepEqual(found(outcome), ['ok', 'ok']);
  assert.equal(outcome.kind === 'answer' && outcome.body.length, 16 * 1024);
  await closed.promise;
});

test('a 2xx whose body never comes is delivered, and its connection is closed', {
  timeout: 120_000,
}, async () => {
  const closed = Promise.withResolvers<void>();
  await using receiver = await receiveRaw((socket) => {
    socket.on('end', closed.resolve).resume();
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n');
  });
  const outcome = await post(`http://127.0.0.1:${receiver.port}/`, { timeouts: { bodyMs: SHORT_MS } });
  assert.deepEqual(found(outcome), ['ok', 'ok']);
  await closed.promise;
});

test('aborted: nothing is said about the receiver', async () => {
  const stop = new AbortController();
  await using receiver = await receiveRaw(() => stop.abort());
  const outcome = await post(`http://127.0.0.1:${receiver.port}/`, { signal: stop.signal });
  assert.equal(outcome.kind === 'fault' && outcome.code, 'GIRO_ABORTED');
  const again = await post(`http://127.0.0.1:${receiver.port}/`, { signal: stop.signal });
  assert.equal(again.kind === 'fault' && again.code, 'GIRO_ABORTED');
});

test('an http URL and a receiver on this machine need leave, before any packet', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 200 }));
  const url = `http://127.0.0.1:${receiver.port}/`;
  assert.deepEqual(found(await post(url, { allow: ['loopback'] })), ['C', 'http_not_allowed']);
  assert.deepEqual(found(await post(url, { allow: ['http'] })), ['C', 'address_blocked']);
  assert.deepEqual(found(await post('http://169.254.169.254/')), ['C', 'address_blocked']);
  assert.deepEqual(found(await post('https://[fd00:ec2::254]/')), ['C', 'address_blocked']);
  assert.equal(seen.length, 0);
});

test('a name that leads to this machine needs leave', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 200 }));
  const lookup: Lookup = (_hostname, _options, callback) =>
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  const url = `http://crm.example:${receiver.port}/`;
  assert.deepEqual(found(await post(url, { lookup, allow: ['http'] })), ['C', 'address_blocked']);
  assert.equal(seen.length, 0);
  assert.deepEqual(found(await post(url, { lookup })), ['ok', 'ok']);
});

test('connections are kept and used again', async () => {
  const sockets = new Set<Socket>();
  await using receiver = await receive((request, response) => {
    sockets.add(request.socket);
    request.resume().on('end', () => response.end());
  });
  const client = new HttpClient(
    {
      id: 'crm',
      url: new URL(`http://127.0.0.1:${receiver.port}/`),
      keys: [],
      allow: ['http', 'loopback'],
      maxInFlight: 4,
    },
    { clock: systemClock, version: '1' },
  );
  const { signal } = new AbortController();
  for (let count = 0; count < 50; count += 1) {
    assert.deepEqual(found(await client.post({ delivery, attempt: 1, signal })), ['ok', 'ok']);
  }
  assert.ok(sockets.size < 10, `${sockets.size} connections for 50 requests`);
  await client.close();
});
