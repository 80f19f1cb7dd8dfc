import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '../../config/check/mistakes.ts';
import { readConfiguration } from '../../config/read.ts';
import { fakeDrivers, GOOD } from './fakes.ts';

/** Of a user who is nobody's owner. */
const STRANGER = 65_534;

/** A folder that anyone may enter, with a configuration whose secret is in `name` of it. */
function messageFor(t: TestContext, name: string, deny: (folder: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'giro-unreadable-'));
  const isRoot = process.geteuid?.() === 0;
  t.after(() => {
    if (isRoot) process.seteuid?.(0);
    else chmodSync(join(folder, 'vault'), 0o700);
    rmSync(folder, { recursive: true });
  });
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'vault'));
  writeFileSync(join(folder, 'vault', 'crm.secret'), 'x');
  deny(folder);
  const file = GOOD.replace(/secret: .*/, `secret: "\${file:${name}}"`);
  // What root may not read there is not.
  if (isRoot) process.seteuid?.(STRANGER);
  try {
    readConfiguration(Buffer.from(file), join(folder, 'giro.yaml'), { env: {}, drivers: fakeDrivers });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.mistakes.map(({ message }) => message.en.replaceAll(folder, 'FOLDER')).join('\n');
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  return assert.fail('it was read');
}

const skip = process.platform === 'win32';
const { username } = userInfo();

test('a file that may not be read is named with its owner and mode', { skip }, (t) => {
  const message = messageFor(t, 'vault/crm.secret', (folder) => {
    chmodSync(join(folder, 'vault'), 0o755);
    chmodSync(join(folder, 'vault', 'crm.secret'), 0o000);
  });
  assert.match(
    message,
    new RegExp(
      `^file FOLDER/vault/crm.secret cannot be read: no permission to read it \\(FOLDER/vault/crm.secret belongs to ${username}, mode 0000; this is \\w+\\)$`,
    ),
  );
});

test('a folder on the way that may not be entered is named with its owner and mode', { skip }, (t) => {
  const message = messageFor(t, 'vault/crm.secret', (folder) => chmodSync(join(folder, 'vault'), 0o000));
  assert.match(message, new RegExp(`\\(FOLDER/vault belongs to ${username}, mode 0000; this is \\w+\\)$`));
});
