import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../agent/http/classes.ts';
import type { Auth } from '../../../config/sections/webhook-auth.ts';
import { ManualClock } from '../../clock.ts';
import { Poster } from './posting.ts';
import { type Receiver, receive, receiveAll, type Seen } from './receivers.ts';

/** A token endpoint, and the receiver that its tokens are for. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly asked: Seen[] = [];
  readonly seen: Seen[] = [];
  /** How the endpoint answers from now on; `count` is the number of the request. */
  endpoint: (count: number) => { status: number; body: string } = (count) => ({
    status: 200,
    body: JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: 3600 }),
  });
  /** How the receiver answers a request with this authorization. */
  receiver: (authorization: string | undefined) => number = () => 200;
  #disposables = new AsyncDisposableStack();

  static async start(settings: Partial<Extract<Auth, { kind: 'oauth2' }>> = {}) {
    const bench = new Bench();
    const endpoint = bench.#disposables.use(
      await receive((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { method, url, headers } = request;
          bench.asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
          const { status, body } = bench.endpoint(bench.asked.length);
          response.writeHead(status, { 'retry-after': '7' }).end(body);
        });
      }),
    );
    const receiver = bench.#disposables.use(
      await receiveAll(bench.seen, ({ headers }) => ({ status: bench.receiver(headers.authorization) })),
    );
    const at = ({ port }: Receiver, path: string): URL => new URL(`http://127.0.0.1:${port}${path}`);
    const auth = {
      kind: 'oauth2',
      tokenUrl: at(endpoint, '/oauth/token?tenant=gym'),
      clientId: 'giro@gym',
      clientSecret: 's3cr:et+/',
      scope: 'events.write',
      proxy: undefined,
      ...settings,
    } as const;
    const poster = bench.#disposables.use(
      new Poster({ url: at(receiver, '/'), auth }, { clock: bench.clock }),
    );
    return Object.assign(bench, { poster });
  }

  get tokens(): (string | undefined)[] {
    return this.seen.map(({ headers }) => headers.authorization);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposables.disposeAsync();
  }
}

test('the token is asked for as RFC 6749 4.4 says, and used until shortly before its end', async () => {
  await using bench = await Bench.start();
  for (let count = 0; count < 3; count += 1) assert.deepEqual(await bench.poster.found(), ['ok', 'ok']);
  bench.clock.step(3_539_000);
  await bench.poster.post();
  assert.equal(bench.asked.length, 1);
  bench.clock.step(1_000);
  await bench.poster.post();
  assert.deepEqual(bench.tokens, [...Array(4).fill('Bearer token-1'), 'Bearer token-2']);
  const [{ method, url, headers, body } = assert.fail()] = bench.asked;
  assert.deepEqual(
    [method, url, body],
    ['POST', '/oauth/token?tenant=gym', 'grant_type=client_credentials&scope=events.write'],
  );
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
  const pair = Buffer.from(headers.authorization!.replace('Basic ', ''), 'base64').toString();
  assert.equal(pair, 'giro%40gym:s3cr%3Aet%2B%2F');
});

test('lanes in parallel wait for one token', async () => {
  await using bench = await Bench.start();
  await Promise.all(Array.from({ length: 4 }, () => bench.poster.post()));
  assert.equal(bench.asked.length, 1);
  assert.deepEqual(bench.tokens, Array(4).fill('Bearer token-1'));
});

test('a 401 renews the token once and sends at once again; what other lanes were refused with is not renewed twice', async () => {
  await using bench = await Bench.start();
  await bench.poster.post();
  bench.receiver = (authorization) => (authorization === 'Bearer token-1' ? 401 : 200);
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => bench.poster.found()));
  assert.deepEqual(outcomes, Array(4).fill(['ok', 'ok']));
  assert.equal(bench.asked.length, 2);
});

test('a receiver that refuses the new token too: one second request, class C', async () => {
  await using bench = await Bench.start();
  bench.receiver = () => 401;
  assert.deepEqual(await bench.poster.found(), ['C', 'http_401']);
  assert.deepEqual(bench.tokens, ['Bearer token-1', 'Bearer token-2']);
});

test('other refusals of the receiver renew nothing', async () => {
  await using bench = await Bench.start();
  bench.receiver = () => 403;
  assert.deepEqual(await bench.poster.found(), ['C', 'http_403']);
  assert.equal(bench.asked.length, 1);
});

test('a token without a length of life serves until it is refused', async () => {
  await using bench = await Bench.start();
  bench.endpoint = () => ({ status: 200, body: '{"access_token":"for-good"}' });
  await bench.poster.post();
  bench.clock.step(400 * 86_400_000);
  await bench.poster.post();
  assert.equal(bench.asked.length, 1);
});

test('a short-lived token serves half its life', async () => {
  await using bench = await Bench.start();
  bench.endpoint = (count) => ({ status: 200, body: `{"access_token":"t${count}","expires_in":"10"}` });
  await bench.poster.post();
  bench.clock.step(4_999);
  await bench.poster.post();
  bench.clock.step(1);
  await bench.poster.post();
  assert.deepEqual(bench.tokens, ['Bearer t1', 'Bearer t1', 'Bearer t2']);
});

const failures: readonly [number, string, readonly [string, string]][] = [
  [400, '{"error":"invalid_client"}', ['C', 'token_http_400']],
  [401, '{}', ['C', 'token_http_401']],
  [404, '', ['C', 'token_http_404']],
  [410, '', ['C', 'token_http_410']],
  [422, '', ['C', 'token_http_422']],
  [429, '', ['B', 'token_http_429']],
  [503, '', ['B', 'token_http_503']],
  [302, '', ['C', 'token_http_302']],
  [200, '<html>', ['C', 'token_no_token']],
  [200, '{"token_type":"Bearer"}', ['C', 'token_no_token']],
  [200, '{"access_token":"two words"}', ['C', 'token_no_token']],
  [200, 'null', ['C', 'token_no_token']],
];

for (const [status, body, want] of failures) {
  test(`the endpoint answers ${status} ${body}: ${want.join(' ')}, and the event is not sent`, async () => {
    await using bench = await Bench.start();
    bench.endpoint = () => ({ status, body });
    const outcome = await bench.poster.post();
    const { class: kind, outcome: code, cause } = classify(outcome);
    assert.deepEqual([kind, code], want);
    assert.match(cause.en, /^token endpoint: /);
    assert.match(cause['pt-BR'], /^servidor de tokens: /);
    assert.equal(outcome.from, 'tokenEndpoint');
    assert.equal(bench.seen.length, 0);
    if (status === 429) assert.equal(outcome.kind === 'answer' && outcome.retryAfter, '7');
    bench.endpoint = () => ({ status: 200, body: '{"access_token":"now"}' });
    assert.deepEqual(await bench.poster.found(), ['ok', 'ok'], 'the next attempt asks again');
  });
}

test('a token endpoint that is not there, or may not be sent to, is named as that', async () => {
  const gone = await receive(() => {});
  const blocked = new URL('http://169.254.169.254/latest');
  await using first = await Bench.start({ tokenUrl: new URL(`http://127.0.0.1:${gone.port}/`) });
  await using second = await Bench.start({ tokenUrl: blocked });
  await gone[Symbol.asyncDispose](); // with the other ports taken: nobody gets this one
  assert.deepEqual(await first.poster.found(), ['A', 'token_refused']);
  assert.deepEqual(await second.poster.found(), ['C', 'token_address_blocked']);
});
