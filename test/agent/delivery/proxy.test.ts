import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Lookup } from '../../../agent/http/address-guard.ts';
import { settle } from '../../clock.ts';
import { fixture, secure } from './certificates.ts';
import { Poster } from './posting.ts';
import { startProxy } from './proxies.ts';
import { listen, receiveAll, receiveRaw, type Seen } from './receivers.ts';

const noLookup: Lookup = () => assert.fail('the name of the target is the proxy’s to look up');

test('http through a proxy: one tunnel for many requests, the name is not looked up here', async () => {
  const seen: Seen[] = [];
  await using receiver = await receiveAll(seen, () => ({ status: 200 }));
  await using proxy = await startProxy();
  const url = new URL(`http://crm.example:${receiver.port}/catraca`);
  await using poster = new Poster({ url, proxy: at(proxy.port), allow: ['http'] }, { lookup: noLookup });
  const first = await poster.post();
  await settle();
  const second = await poster.post();
  assert.deepEqual([first.kind, second.kind], ['answer', 'answer']);
  assert.deepEqual(proxy.asked, [{ target: `crm.example:${receiver.port}`, authorization: undefined }]);
  assert.deepEqual(
    seen.map(({ url, headers }) => [url, headers.host, headers['proxy-authorization']]),
    Array(2).fill(['/catraca', `crm.example:${receiver.port}`, undefined]),
  );
  assert.equal(first.timings?.dnsMs, null);
  assert.ok(first.timings?.connectMs !== null);
});

test('https through a proxy is judged by the target’s name; the proxy’s password goes to the proxy', async () => {
  await using receiver = await secure('good');
  await using proxy = await startProxy();
  const settings = { proxy: at(proxy.port, 'gym:p%40ss@'), allow: [], tls: { ca: fixture('ca') } };
  const url = (host: string): URL => new URL(`https://${host}:${receiver.port}/`);
  await using good = new Poster({ url: url('receiver.test'), ...settings }, { lookup: noLookup });
  assert.deepEqual(await good.found(), ['ok', 'ok']);
  await using wrong = new Poster({ url: url('elsewhere.test'), ...settings }, { lookup: noLookup });
  assert.deepEqual(await wrong.found(), ['C', 'tls_name']);
  const authorization = `Basic ${Buffer.from('gym:p@ss').toString('base64')}`;
  assert.deepEqual(proxy.asked, [
    { target: `receiver.test:${receiver.port}`, authorization },
    { target: `elsewhere.test:${receiver.port}`, authorization },
  ]);
});

test('a proxy behind https is judged by its own name, not the target’s', async (t) => {
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, fixture('ca')]);
  t.after(() => setDefaultCACertificates(usual));
  await using receiver = await secure('other');
  await using proxy = await startProxy(200, { cert: fixture('good'), key: fixture('key') });
  const url = new URL(`https://other.test:${receiver.port}/`);
  await using poster = new Poster({ url, proxy: new URL(`https://localhost:${proxy.port}`) });
  assert.deepEqual(await poster.found(), ['ok', 'ok']);
  assert.equal(proxy.asked[0]?.target, url.host);
});

test('a port that the URL leaves out is named to the proxy', async () => {
  await using proxy = await startProxy(502);
  for (const url of ['https://crm.example/', 'http://crm.example/', 'https://[2001:db8::1]/']) {
    await using poster = new Poster({ url: new URL(url), proxy: at(proxy.port) });
    assert.deepEqual(await poster.found(), ['A', 'proxy_refused']);
  }
  assert.deepEqual(
    [...new Set(proxy.asked.map(({ target }) => target))],
    ['crm.example:443', 'crm.example:80', '[2001:db8::1]:443'],
  );
});

for (const [status, want] of [
  [407, 'proxy_credentials'],
  [403, 'proxy_refused'],
  [503, 'proxy_refused'],
] as const) {
  test(`a proxy that answers ${status}: class A, and the request never went out`, async () => {
    await using proxy = await startProxy(status);
    await using poster = new Poster({ url: new URL('http://crm.example/'), proxy: at(proxy.port) });
    const outcome = await poster.post();
    assert.equal(outcome.kind === 'fault' && outcome.sent, false);
    assert.deepEqual(await poster.found(), ['A', want]);
  });
}

test('a proxy that is not there, or hangs up: class A', async () => {
  const gone = await listen(createServer());
  await gone[Symbol.asyncDispose]();
  await using rude = await receiveRaw((socket) => socket.destroy());
  for (const { port } of [gone, rude]) {
    await using poster = new Poster({ url: new URL('http://crm.example/'), proxy: at(port) });
    assert.deepEqual(await poster.found(), ['A', 'proxy_unreachable']);
  }
});

test('addresses that Giro does not send to stay refused, before the proxy hears of them', async () => {
  await using proxy = await startProxy();
  await using poster = new Poster({ url: new URL('http://169.254.169.254/'), proxy: at(proxy.port) });
  assert.deepEqual(await poster.found(), ['C', 'address_blocked']);
  assert.deepEqual(proxy.asked, []);
});

function at(port: number, userinfo = ''): URL {
  return new URL(`http://${userinfo}127.0.0.1:${port}`);
}
