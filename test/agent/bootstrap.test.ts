import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const skip = process.platform === 'win32' && 'SKIPPED: the npm of this test is a shell script';
const PACKAGES = {
  '': { version: '0.1.0' },
  'node_modules/got': { version: '16.1.0' },
  'node_modules/got/node_modules/uuid': { version: '14.0.3' },
  'node_modules/node-other': { version: '24.21.0', optional: true },
};

/** A checkout with a lock and without dependencies, whose npm writes down how it was called. */
function makeCheckout(t: TestContext, npmExit = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'giro-bootstrap-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [checkout, shared, bin] = ['checkout', 'shared', 'bin'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [join(checkout, 'agent'), shared, bin]) mkdirSync(path, { recursive: true });
  copyFileSync('agent/bootstrap.mjs', join(checkout, 'agent/bootstrap.mjs'));
  writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify({ packages: PACKAGES }));
  const calls = join(folder, 'calls');
  writeFileSync(
    join(bin, 'npm'),
    `#!/bin/sh\necho "$1" >> ${calls}\nmkdir -p node_modules\nexit ${npmExit}\n`,
  );
  chmodSync(join(bin, 'npm'), 0o755);
  const bootstrap = () =>
    spawnSync(process.execPath, [join(checkout, 'agent/bootstrap.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, PATH: bin + delimiter + process.env.PATH },
    });
  return { checkout, shared, bootstrap, calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8') : '') };
}

function putPackage(modules: string, path: string, version: string): void {
  const project = join(modules, path, 'package.json');
  mkdirSync(dirname(project), { recursive: true });
  writeFileSync(project, JSON.stringify({ version }));
}

test('missing dependencies are installed once, and again when the lock changes', { skip }, (t) => {
  const { checkout, bootstrap, calls } = makeCheckout(t);
  assert.equal(bootstrap().status, 0);
  assert.equal(bootstrap().status, 0);
  assert.equal(calls(), 'ci\n');
  writeFileSync(join(checkout, 'package-lock.json'), '{"packages":{}}');
  const { status, stdout } = bootstrap();
  assert.deepEqual([status, stdout, calls()], [0, '', 'ci\nci\n']);
});

test('an npm that fails ends it, and the next run tries again', { skip }, (t) => {
  const { bootstrap, calls } = makeCheckout(t, 3);
  const { status, stderr } = bootstrap();
  assert.equal(status, 69);
  assert.match(stderr, /npm ci failed \(exit code 3\)/);
  bootstrap();
  assert.equal(calls(), 'ci\nci\n');
});

test('a link to complete dependencies is used as it is', { skip }, (t) => {
  const { checkout, shared, bootstrap, calls } = makeCheckout(t);
  symlinkSync(shared, join(checkout, 'node_modules'));
  putPackage(shared, 'got', '16.1.0');
  putPackage(shared, 'got/node_modules/uuid', '14.0.3');
  const { status, stderr } = bootstrap();
  assert.deepEqual([status, stderr, calls()], [0, '', '']);
  assert.deepEqual(readdirSync(shared), ['got'], 'nothing is written through the link');
});

test('nothing is installed through a link: what is missing or of another version is named', { skip }, (t) => {
  const { checkout, shared, bootstrap, calls } = makeCheckout(t);
  symlinkSync(shared, join(checkout, 'node_modules'));
  putPackage(shared, 'got', '15.0.0');
  const { status, stdout, stderr } = bootstrap();
  assert.deepEqual([status, stdout, calls()], [69, '', '']);
  assert.ok(stderr.includes(`a link to ${shared}, which lacks got 16.1.0, uuid 14.0.3.`), stderr);
  assert.match(stderr, /npm ci in the checkout it belongs to/);
  assert.deepEqual(readdirSync(shared), ['got']);
  rmSync(shared, { recursive: true });
  assert.equal(bootstrap().status, 69, 'a link that leads nowhere');
  assert.equal(calls(), '');
});
