import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPassword, writePassword } from '../../../agent/panel/password.ts';
import { Sessions } from '../../../agent/panel/sessions.ts';
import { ManualClock } from '../../clock.ts';
import { makeFolder } from '../journal/journals.ts';
import { ask, PASSWORD, signIn, startGateway } from './gateways.ts';

const HOUR = 3_600_000;

interface Audit {
  readonly action: string;
  readonly subject: string;
  readonly origin: string;
  readonly outcome: string;
}

function trySignIn(url: string, password: string, from?: string) {
  const headers = { origin: new URL(url).origin };
  return ask(`${url}api/session`, {
    method: 'POST',
    headers,
    body: { password },
    ...(from !== undefined && { from }),
  });
}

test('without a password the page is read-only', async (t) => {
  const { url } = await startGateway(t);
  assert.deepEqual((await ask(`${url}api/session`)).json(), {
    hasPassword: false,
    signedIn: false,
    mustSignIn: false,
  });
  assert.equal((await ask(`${url}api/overview`)).status, 200);
  assert.equal((await trySignIn(url, '')).status, 409);
  const origin = new URL(url).origin;
  const pause = await ask(`${url}api/webhooks/crm/pause`, { method: 'POST', headers: { origin } });
  assert.equal(pause.status, 401);
});

test('signed in, an operator acts; each action is in the audit, and so is what was refused', async (t) => {
  const { url } = await startGateway(t, { password: PASSWORD });
  assert.equal((await trySignIn(url, 'wrong')).status, 401);
  const headers = await signIn(url);
  assert.match(headers.cookie ?? '', /^giro_session=[\w-]{43}$/);
  const post = (path: string, body?: unknown) =>
    ask(url + path, { method: 'POST', headers, ...(body !== undefined && { body }) });

  assert.equal((await post('api/webhooks/crm/pause')).status, 200);
  const test = await post('api/webhooks/crm/test');
  assert.equal(test.status, 409);
  assert.match(test.json<{ detail: string }>().detail, /paused/);
  assert.equal((await post('api/webhooks/crm/resume')).status, 200);
  assert.equal((await post('api/webhooks/nobody/pause')).status, 409);
  assert.deepEqual((await post('api/deliveries/resend', { webhook: 'crm' })).json(), { total: 0 });
  assert.equal((await post('api/deliveries/discard', { webhook: 'crm', sequence: 1 })).status, 200);
  assert.equal((await post('api/deliveries/discard', { everything: true })).status, 400);
  assert.equal((await ask(`${url}api/session`, { method: 'DELETE', headers })).status, 204);
  assert.equal((await post('api/webhooks/crm/pause')).status, 401, 'signed out');

  const audit = (await ask(`${url}api/audit`)).json<Audit[]>().reverse();
  assert.deepEqual(
    audit.map(({ action, subject, outcome }) => [action, subject, outcome]),
    [
      ['signIn', '', 'refused'],
      ['signIn', '', 'ok'],
      ['pause', 'crm', 'ok'],
      ['test', 'crm', 'WEBHOOK_PAUSED'],
      ['resume', 'crm', 'ok'],
      ['pause', 'nobody', 'USAGE'],
      ['resend', 'crm parked', 'ok 0'],
      ['discard', 'crm #1 parked', 'ok 0'],
      ['signOut', '', 'ok'],
    ],
  );
  assert.ok(audit.every(({ origin }) => origin === 'panel 127.0.0.1'));
});

test('the cookie is for the page alone: no script, no other site', async (t) => {
  const { url } = await startGateway(t, { password: PASSWORD });
  const answer = await trySignIn(url, PASSWORD);
  assert.match(String(answer.headers['set-cookie']), /; Path=\/; HttpOnly; SameSite=Strict$/);
});

test('wrong passwords are throttled, also for whoever knows the right one by then', async (t) => {
  const { url } = await startGateway(t, { password: PASSWORD });
  const tried = await Promise.all(Array.from({ length: 8 }, () => trySignIn(url, 'wrong')));
  const statuses = tried.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
  const right = await trySignIn(url, PASSWORD);
  assert.equal(right.status, 429);
  const waitS = Number(right.headers['retry-after']);
  assert.ok(waitS > 0 && waitS <= 60, `${waitS} s`);
});

test('many addresses together are throttled too', async (t) => {
  const { url } = await startGateway(t, { password: PASSWORD });
  const statuses: number[] = [];
  for (let address = 2; address <= 8; address += 1) {
    for (let round = 0; round < 4; round += 1) {
      statuses.push((await trySignIn(url, 'wrong', `127.0.0.${address}`)).status);
    }
  }
  assert.equal(statuses.filter((status) => status === 401).length, 20);
  assert.ok(statuses.slice(20).every((status) => status === 429));
});

test('a new password signs everybody out', async (t) => {
  const { url, data } = await startGateway(t, { password: PASSWORD });
  const headers = await signIn(url);
  const act = () => ask(`${url}api/webhooks/crm/resume`, { method: 'POST', headers });
  assert.equal((await act()).status, 200);
  await writePassword(data, 'another long password');
  assert.equal((await act()).status, 401);
  assert.equal((await trySignIn(url, PASSWORD)).status, 401);
  assert.equal((await trySignIn(url, 'another long password')).status, 200);
});

test('where other machines can reach it, reading needs the password too; probes do not', async (t) => {
  const { url } = await startGateway(t, { password: PASSWORD, listen: '0.0.0.0:0' });
  const at = url.replace('0.0.0.0', '127.0.0.1');
  for (const path of [
    'api/overview',
    'api/accesses',
    'api/statistics',
    'api/parked',
    'api/audit',
    'api/feed',
  ]) {
    assert.equal((await ask(at + path)).status, 401, path);
  }
  for (const path of ['', 'app.js', 'api/session', 'healthz', 'metrics', 'openapi.json']) {
    assert.equal((await ask(at + path)).status, 200, path);
  }
  const { cookie = '' } = await signIn(at);
  assert.equal((await ask(`${at}api/overview`, { headers: { cookie } })).status, 200);
});

test('the password is kept as a salted hash in a file that only its owner reads', async (t) => {
  const folder = makeFolder(t);
  assert.equal(await readPassword(folder), undefined);
  await writePassword(folder, PASSWORD);
  const first = await readPassword(folder);
  await writePassword(folder, PASSWORD);
  const second = await readPassword(folder);
  assert.notEqual(first?.hash, second?.hash);
  const path = join(folder, 'panel-password.json');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  chmodSync(path, 0o600);
  writeFileSync(path, '{}');
  await assert.rejects(readPassword(folder), { code: 'PANEL_PASSWORD_UNUSABLE' });
});

test('a session ends after an hour without use, and after a shift in any case', async () => {
  const clock = new ManualClock();
  const sessions = new Sessions(clock);
  const { token } = sessions.begin('p');
  await clock.advance(HOUR - 1);
  assert.ok(sessions.find(token, 'p'));
  assert.equal(sessions.find('another', 'p'), undefined);
  await clock.advance(HOUR);
  assert.equal(sessions.find(token, 'p'), undefined, 'idle');

  const { token: busy } = sessions.begin('p');
  for (let halfHours = 1; halfHours < 24; halfHours += 1) {
    await clock.advance(HOUR / 2);
    assert.ok(sessions.find(busy, 'p'), `after ${halfHours / 2} h`);
  }
  await clock.advance(HOUR / 2);
  assert.equal(sessions.find(busy, 'p'), undefined, 'after 12 h');
});

test('no more than 50 are signed in: the oldest goes', () => {
  const sessions = new Sessions(new ManualClock());
  const tokens = Array.from({ length: 51 }, () => sessions.begin('p').token);
  assert.equal(sessions.find(tokens[0] ?? '', 'p'), undefined);
  assert.ok(sessions.find(tokens[1] ?? '', 'p'));
});
