import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findConfiguration, loadConfiguration } from '../../config/load.ts';
import { GiroError } from '../../drivers/base/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'giro-find-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'config'));
mkdirSync(join(folder, 'elsewhere'));
for (const name of ['given.yaml', 'env.yaml', 'config/giro.yaml']) writeFileSync(join(folder, name), '');

function isUnreadable(message: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof GiroError);
    assert.equal(error.code, 'CONFIG_UNREADABLE');
    assert.equal(error.message, message);
    return true;
  };
}

test('--config comes before GIRO_CONFIG, that before config/giro.yaml; each as it was given', () => {
  const env = { GIRO_CONFIG: 'env.yaml' };
  assert.deepEqual(findConfiguration({ argument: 'given.yaml', env, cwd: folder }), { path: 'given.yaml' });
  assert.deepEqual(findConfiguration({ env, cwd: folder }), { path: 'env.yaml' });
  assert.deepEqual(findConfiguration({ env: {}, cwd: folder }), { path: 'config/giro.yaml' });
  assert.deepEqual(findConfiguration({ env: { GIRO_CONFIG: '' }, cwd: folder }), {
    path: 'config/giro.yaml',
  });
});

test('a file that somebody named must exist', () => {
  const env = { GIRO_CONFIG: 'env.yaml' };
  assert.throws(
    () => findConfiguration({ argument: 'absent.yaml', env, cwd: folder }),
    isUnreadable('absent.yaml does not exist'),
  );
  assert.throws(
    () => findConfiguration({ env: { GIRO_CONFIG: 'absent.yaml' }, cwd: folder }),
    isUnreadable('absent.yaml does not exist'),
  );
});

test('nothing is found where there is nothing, but for the one of /etc', () => {
  const found = findConfiguration({ env: {}, cwd: join(folder, 'elsewhere') });
  assert.ok(found === undefined || found.path === '/etc/giro/giro.yaml');
});

test('a file that can’t be read is told with the reason', async () => {
  const absent = join(folder, 'absent.yaml');
  await assert.rejects(loadConfiguration(absent, { env: {} }), isUnreadable(`${absent}: it does not exist`));
  await assert.rejects(loadConfiguration(folder, { env: {} }), isUnreadable(`${folder}: it is a folder`));
});
