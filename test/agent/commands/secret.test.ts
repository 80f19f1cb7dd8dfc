import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseSecret, publicKeyText } from '../../../config/sections/secret.ts';
import { parseKeys } from '../../../config/sections/secret-file.ts';
import { signingKey } from '../../signing.ts';

const MAIN = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'giro-secret-command-'));
after(() => rmSync(folder, { recursive: true }));

const A = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const B = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ED = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const ED_PUBLIC = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
const HOUR_MS = 3_600_000;

function giro(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'secret', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return { status, stdout, stderr };
}

/** A configuration with one webhook whose secret is written so; the secret file holds `content`. */
function configured(secret: string, content = ''): { config: string; file: string } {
  const place = mkdtempSync(join(folder, 'gym-'));
  const config = join(place, 'giro.yaml');
  const file = join(place, 'crm.secret');
  writeFileSync(
    config,
    `agent: { name: teste, language: en }
units: [{ id: centro, company: 1, timezone: America/Sao_Paulo }]
turnstiles: []
webhooks: [{ id: crm, url: "https://crm.example/", secret: ${secret} }]
`,
  );
  writeFileSync(file, content);
  return { config, file };
}

const IN_FILE = `"\${file:./crm.secret}"`;

test('every command has --help with an example', () => {
  for (const args of [[], ['new'], ['show'], ['rotate']]) {
    const { status, stdout } = giro(...args, '--help');
    assert.equal(status, 0);
    assert.match(stdout, /Examples?:\n/);
  }
});

test('new: a secret that the configuration accepts, another each time', () => {
  const [first, second] = [giro('new'), giro('new', '--json')];
  assert.equal(signingKey(first.stdout.trim()).bytes.length, 32);
  assert.equal(signingKey(JSON.parse(second.stdout).secret).bytes.length, 32);
  assert.notEqual(first.stdout.trim(), JSON.parse(second.stdout).secret);
});

test('new --ed25519: the public key is for people on stderr, and in the JSON', () => {
  const { stdout, stderr } = giro('new', '--ed25519');
  assert.ok(stderr.includes(publicKeyText(signingKey(stdout.trim()))));
  const { secret, publicKey } = JSON.parse(giro('new', '--ed25519', '--json').stdout);
  assert.equal(publicKey, publicKeyText(signingKey(secret)));
});

test('show: the newest secret on stdout, a warning on stderr, old keys in the JSON', () => {
  const { config } = configured(
    IN_FILE,
    `${A}\n${B} until 2999-01-01T00:00:00Z\n${ED} until 2020-01-01T00:00:00Z\n`,
  );
  const { status, stdout, stderr } = giro('show', 'crm', '-c', config);
  assert.deepEqual([status, stdout], [0, `${A}\n`]);
  assert.match(stderr, /can send events in your name/);
  assert.deepEqual(JSON.parse(giro('show', 'crm', '-c', config, '--json').stdout), {
    webhook: 'crm',
    keys: [
      { kind: 'hmac', secret: A },
      { kind: 'hmac', secret: B, until: '2999-01-01T00:00:00Z' },
    ],
  });
});

test('show: of ed25519 the public key, without a warning; the private one only if asked for', () => {
  const { config } = configured(IN_FILE, ED);
  assert.deepEqual(giro('show', 'crm', '-c', config), { status: 0, stdout: `${ED_PUBLIC}\n`, stderr: '' });
  assert.ok(!giro('show', 'crm', '-c', config, '--json').stdout.includes('whsk_'));
  const open = giro('show', 'crm', '-c', config, '--private');
  assert.equal(open.stdout, `${ED}\n`);
  assert.match(open.stderr, /can send events/);
});

test('rotate: a new secret, the old one for as long as was asked; ended ones leave', () => {
  const { config, file } = configured(IN_FILE, `${A}\n${B} until 2020-01-01T00:00:00Z\n`);
  chmodSync(file, 0o644);
  const beforeMs = Date.now();
  const { status, stdout, stderr } = giro('rotate', 'crm', '-c', config, '--keep', '48h');
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /crm\.secret has a new secret, which a running gateway takes at once.*giro secret show crm/,
  );
  assert.doesNotMatch(stdout, /whsec_/);
  const { keys, wrong } = parseKeys(readFileSync(file, 'utf8'));
  assert.deepEqual([wrong, keys.length, keys[1]?.text], [[], 2, A]);
  assert.notEqual(keys[0]?.text, A);
  const keptMs = keys[1]!.untilMs! - beforeMs;
  assert.ok(keptMs >= 48 * HOUR_MS && keptMs < 49 * HOUR_MS);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('rotate: the old one goes at once with --keep 0; ed25519 stays ed25519', () => {
  const { config, file } = configured(IN_FILE, ED);
  const { publicKey, oldUntil } = JSON.parse(
    giro('rotate', 'crm', '-c', config, '--keep', '0', '--json').stdout,
  );
  const parsed = parseSecret(readFileSync(file, 'utf8').trim());
  assert.ok('key' in parsed && parsed.key.kind === 'ed25519');
  assert.deepEqual([publicKey, oldUntil], [publicKeyText(parsed.key), undefined]);
});

test('rotate: refused, and nothing changed, where the secret is not a file’s own', () => {
  const { config } = configured(A);
  const { status, stderr } = giro('rotate', 'crm', '-c', config);
  assert.equal(status, 78);
  assert.match(stderr, /is not in a file of its own/);
  assert.ok(readFileSync(config, 'utf8').includes(A));
});

test('rotate: not more than ten old secrets, not longer than 7 days, no webhook that is not there', () => {
  const old = Array.from({ length: 10 }, () => `${B} until 2999-01-01T00:00:00Z\n`).join('');
  const { config, file } = configured(IN_FILE, `${A}\n${old}`);
  const full = giro('rotate', 'crm', '-c', config);
  assert.equal(full.status, 64);
  assert.match(full.stderr, /at most 10 old secrets/);
  assert.equal(readFileSync(file, 'utf8'), `${A}\n${old}`);
  for (const keep of ['8d', '169h', '-1h', 'x', '1w']) {
    assert.equal(giro('rotate', 'crm', '-c', config, '--keep', keep).status, 64, keep);
  }
  const missing = giro('show', 'erp', '-c', config);
  assert.equal(missing.status, 64);
  assert.match(missing.stderr, /there is no webhook erp\n {2}webhooks: crm/);
});
