import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { refusalOf } from '../../../agent/panel/origin.ts';
import { ask, PASSWORD, signIn, startGateway } from './gateways.ts';

const local = { host: '127.0.0.1', port: 8470, isLocal: true };
const open = { host: '0.0.0.0', port: 8470, isLocal: false };
const get = { origin: undefined, site: undefined, mode: undefined, isAction: false };

const hosts: [string | undefined, typeof local, boolean][] = [
  ['127.0.0.1:8470', local, true],
  ['localhost:8470', local, true],
  ['LOCALHOST:8470', local, true],
  ['[::1]:8470', local, true],
  ['127.0.0.1', local, false],
  ['127.0.0.1:80', local, false],
  ['evil.example:8470', local, false],
  ['127.0.0.1.evil.example:8470', local, false],
  ['192.168.0.10:8470', local, false],
  [`${hostname()}:8470`, local, false],
  [undefined, local, false],
  ['', local, false],
  ['192.168.0.10:8470', open, true],
  ['[fe80::1]:8470', open, true],
  [`${hostname()}:8470`, open, true],
  [`${hostname()}.local:8470`, open, true],
  ['evil.example:8470', open, false],
  ['127.0.0.1', { ...local, port: 80 }, true],
];

for (const [host, address, isFine] of hosts) {
  test(`Host ${host ?? '(none)'} ${isFine ? 'is' : 'is not'} an address of a panel at ${address.host}:${address.port}`, () => {
    assert.equal(refusalOf({ ...get, host }, address) === undefined, isFine);
  });
}

const host = '127.0.0.1:8470';
const own = { host, origin: `http://${host}`, site: 'same-origin', mode: 'cors' };

test('an action comes from the page itself, and says so', () => {
  const action = { ...own, isAction: true };
  assert.equal(refusalOf(action, local), undefined);
  assert.ok(refusalOf({ ...action, origin: 'http://evil.example' }, local));
  assert.ok(refusalOf({ ...action, origin: 'null' }, local));
  assert.ok(refusalOf({ ...action, origin: undefined }, local));
  assert.ok(
    refusalOf({ ...action, origin: 'http://localhost:8470' }, local),
    'another name is another origin',
  );
  for (const site of ['cross-site', 'same-site']) {
    assert.ok(refusalOf({ ...action, site }, local), site);
    assert.ok(refusalOf({ ...action, site, mode: 'navigate' }, local), 'a form of another site');
  }
});

test('another site may link to the page, and load nothing of it', () => {
  const request = { host, origin: undefined, site: 'cross-site', isAction: false };
  assert.equal(refusalOf({ ...request, mode: 'navigate' }, local), undefined);
  assert.ok(refusalOf({ ...request, mode: 'no-cors' }, local));
  assert.ok(refusalOf({ ...request, mode: 'cors', origin: 'http://evil.example' }, local));
});

test('over the wire: a forged Host and a POST of another site are refused, whoever is signed in', async (t) => {
  const { url } = await startGateway(t, { password: PASSWORD });
  const session = await signIn(url);
  const overview = `${url}api/overview`;
  assert.equal((await ask(overview)).status, 200);
  const forged = await ask(overview, { headers: { host: 'evil.example' } });
  assert.equal(forged.status, 403);
  assert.match(String(forged.headers['content-type']), /^application\/problem\+json/);

  const pause = { method: 'POST', headers: session };
  const asked = `${url}api/webhooks/crm/pause`;
  assert.equal(
    (await ask(asked, { ...pause, headers: { ...session, origin: 'https://evil.example' } })).status,
    403,
  );
  const { cookie = '', origin = '' } = session;
  assert.equal(
    (await ask(asked, { ...pause, headers: { origin, cookie } })).status,
    403,
    'without the token',
  );
  const wrong = { ...session, 'x-giro-csrf': 'x'.repeat(43) };
  assert.equal((await ask(asked, { ...pause, headers: wrong })).status, 403, 'with a wrong token');
  assert.equal((await ask(asked, { ...pause, headers: { origin } })).status, 401, 'without a session');
  assert.equal((await ask(asked, pause)).status, 200);
});

test('every answer carries a strict policy, and the page has nothing that it forbids', async (t) => {
  const { url } = await startGateway(t);
  const page = await ask(url);
  assert.equal(page.status, 200);
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(page.text, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
  for (const path of ['app.js', 'api/overview', 'nowhere', 'metrics']) {
    const answer = await ask(url + path);
    assert.equal(answer.headers['content-security-policy'], policy, path);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', path);
  }
});
