// Installs the locked dependencies when they are missing or older than the lock. Plain JavaScript without
// imports from node_modules: it runs under whatever Node the machine has, before the pinned one is there.
// npm's own pre and post hooks can't do this, because .npmrc turns all of them off (ignore-scripts).
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
// The lock as it was when the dependencies were installed: file times mean nothing after a git checkout.
const installedLock = join(root, 'node_modules', '.giro-lock.json');

if (!existsSync(installedLock) || readFileSync(installedLock, 'utf8') !== lock) {
  console.error('giro: installing the locked dependencies (once) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // Data printed by the command that follows belongs alone on stdout.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(
      `giro: npm ci failed (${error?.message ?? `exit code ${status}`}); check the network and run it again`,
    );
    process.exit(69);
  }
  writeFileSync(installedLock, lock);
}
