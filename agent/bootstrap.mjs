// Installs the locked dependencies when they are missing or older than the lock. Plain JavaScript without
// imports from node_modules: it runs under whatever Node the machine has, before the pinned one is there.
// npm's own pre and post hooks can't do this, because .npmrc turns all of them off (ignore-scripts).
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
// The lock as it was when the dependencies were installed: file times mean nothing after a git checkout.
const installedLock = join(root, 'node_modules', '.giro-lock.json');
/** Of the missing packages, these many are named. */
const SHOWN = 5;

if (!existsSync(installedLock) || readFileSync(installedLock, 'utf8') !== lock) {
  if (isLink(join(root, 'node_modules'))) requireComplete();
  else install();
}

/** npm would empty the folder behind the link, which is another checkout's. */
function requireComplete() {
  const missing = Object.entries(JSON.parse(lock).packages)
    .filter(([path, { optional }]) => path !== '' && !optional)
    .filter(([path, { version }]) => installedVersion(path) !== version)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`);
  if (missing.length === 0) return;
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : '';
  console.error(`giro: node_modules is a link to ${readlinkSync(join(root, 'node_modules'))}, which lacks ${missing.slice(0, SHOWN).join(', ')}${more}.
  Nothing was installed through the link. Run npm ci in the checkout it belongs to, or remove the link and run this again.`);
  process.exit(69);
}

function install() {
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

/** Also of a link that leads nowhere. */
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function installedVersion(path) {
  const project = join(root, path, 'package.json');
  return existsSync(project) ? JSON.parse(readFileSync(project, 'utf8')).version : undefined;
}
