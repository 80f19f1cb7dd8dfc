import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isPassword, readPassword } from '../../../agent/panel/password.ts';
import { makeFolder } from '../journal/journals.ts';

const MAIN = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));

function setPassword(
  t: TestContext,
  input: string,
  args: readonly string[] = ['--stdin'],
  listen = '127.0.0.1:8470',
) {
  const folder = makeFolder(t);
  const config = join(folder, 'giro.yaml');
  writeFileSync(
    config,
    `agent: { name: teste, language: en }\npanel: { listen: "${listen}" }\nunits: []\nturnstiles: []\n`,
  );
  const command = [MAIN, 'panel', 'password', '--config', config, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { input, encoding: 'utf8' });
  return { status, stdout, stderr, data: join(folder, 'data') };
}

test('panel password --stdin takes one line and keeps a hash of it', async (t) => {
  const { status, stdout, stderr, data } = setPassword(t, 'çorrect horse\r\nanother line');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /new password/);
  const path = join(data, 'panel-password.json');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(path, 'utf8'), /horse/);
  const stored = await readPassword(data);
  assert.ok(stored !== undefined);
  assert.equal(await isPassword('çorrect horse', stored), true);
  assert.equal(await isPassword('c\u0327orrect horse', stored), true, 'from another keyboard');
  assert.equal(await isPassword('çorrect horse ', stored), false);
});

test('panel password --json says where it is kept, and never what it is', (t) => {
  const { stdout, data } = setPassword(t, 'a long enough password', ['--stdin', '--json']);
  assert.deepEqual(JSON.parse(stdout), { changed: true, data });
});

test('panel password works where the configuration waits for it', (t) => {
  assert.equal(setPassword(t, 'a long enough password', ['--stdin'], '0.0.0.0:8470').status, 0);
});

test('panel password refuses a short one, and asks only on a terminal', async (t) => {
  const short = setPassword(t, '1234567');
  assert.equal(short.status, 64);
  assert.match(short.stderr, /8 to 200 characters/);
  assert.equal(await readPassword(short.data), undefined);
  const piped = setPassword(t, 'a long enough password', []);
  assert.equal(piped.status, 64);
  assert.match(piped.stderr, /--stdin/);
});
