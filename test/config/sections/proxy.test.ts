import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfiguration } from '../../../config/read.ts';
import { fakeDrivers, GOOD } from '../fakes.ts';

/** The proxy of the webhook of a configuration, as a text. */
function proxyOf(env: Record<string, string>, lines = '', url = 'https://crm.example.com/catraca') {
  const file = GOOD.replace('https://crm.example.com/catraca', url) + lines;
  const { webhooks } = readConfiguration(Buffer.from(file), 'giro.yaml', { env, drivers: fakeDrivers });
  return webhooks[0]?.proxy?.href;
}

const HTTPS_PROXY = 'http://proxy.example:3128';
const FOUND = `${HTTPS_PROXY}/`;

test('the proxy of the environment, unless the webhook has its own or wants none', () => {
  assert.equal(proxyOf({}), undefined);
  assert.equal(proxyOf({ HTTPS_PROXY }), FOUND);
  assert.equal(proxyOf({ https_proxy: HTTPS_PROXY, HTTPS_PROXY: 'http://other:1' }), FOUND);
  assert.equal(proxyOf({ HTTPS_PROXY: 'proxy.example:3128' }), FOUND, 'as curl takes it');
  assert.equal(proxyOf({ HTTPS_PROXY: '' }), undefined);
  assert.equal(proxyOf({ HTTPS_PROXY }, '    proxy: none\n'), undefined);
  const own = '    proxy: http://user:p%40ss@10.0.0.1:8080\n';
  assert.equal(proxyOf({ HTTPS_PROXY, NO_PROXY: '*' }, own), 'http://user:p%40ss@10.0.0.1:8080/');
});

test('http and https have each their own; this machine has none', () => {
  const allow = '    allow: [http, loopback]\n';
  assert.equal(proxyOf({ HTTPS_PROXY }, allow, 'http://crm.example.com/'), undefined);
  assert.equal(proxyOf({ HTTP_PROXY: HTTPS_PROXY }, allow, 'http://crm.example.com/'), FOUND);
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    assert.equal(proxyOf({ HTTPS_PROXY }, allow, `https://${host}/`), undefined);
  }
});

const excluded: readonly [string, string, boolean][] = [
  ['crm.example.com', 'https://crm.example.com/', true],
  ['example.com', 'https://crm.example.com/', true],
  ['.example.com', 'https://crm.example.com/', true],
  ['*.example.com', 'https://crm.example.com/', true],
  ['EXAMPLE.com', 'https://crm.example.com/', true],
  ['ample.com', 'https://crm.example.com/', false],
  ['other.org, example.com', 'https://crm.example.com/', true],
  ['other.org example.com', 'https://crm.example.com/', true],
  ['example.com:8443', 'https://crm.example.com/', false],
  ['example.com:443', 'https://crm.example.com/', true],
  ['example.com:8443', 'https://crm.example.com:8443/', true],
  ['*', 'https://crm.example.com/', true],
  ['', 'https://crm.example.com/', false],
  ['192.168.0.9', 'https://192.168.0.9/', true],
  ['168.0.9', 'https://192.168.0.9/', false],
  ['fd12:3456::1', 'https://[fd12:3456::1]/', true],
  ['[fd12:3456::1]:8443', 'https://[fd12:3456::1]:8443/', true],
];

for (const [noProxy, url, isDirect] of excluded) {
  test(`NO_PROXY=${noProxy} ${isDirect ? 'excludes' : 'does not exclude'} ${url}`, () => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      assert.equal(proxyOf({ HTTPS_PROXY, [name]: noProxy }, '', url), isDirect ? undefined : FOUND);
    }
  });
}

test('tokens are fetched through the proxy that leads to their own URL', () => {
  const auth = '    auth: { oauth2: { tokenUrl: "https://id.local/token", clientId: a, clientSecret: b } }\n';
  const env = { HTTPS_PROXY, NO_PROXY: '.local' };
  const { webhooks } = readConfiguration(Buffer.from(GOOD + auth), 'giro.yaml', {
    env,
    drivers: fakeDrivers,
  });
  assert.equal(webhooks[0]?.proxy?.href, FOUND);
  assert.ok(webhooks[0]?.auth?.kind === 'oauth2');
  assert.equal(webhooks[0].auth.proxy, undefined);
});
