import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from './packages.ts';

/** The same release for every target; `optionalDependencies` has the one for development. */
export const NODE_VERSION = '24.21.0';

/** Checksums of the npm packages that carry Node, as the registry states them. */
const INTEGRITY: Readonly<Record<Target['arch'], string>> = {
  x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

/** A folder with `bin/node` and `LICENSE` for a target: what npm installed, else fetched by npm and verified. */
export function findRuntime(root: string, arch: Target['arch']): string {
  const name = `node-linux-${arch}`;
  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'bin/node'))) {
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    if (version === NODE_VERSION) return installed; // verified by npm against the lock
  }
  const folder = mkdtempSync(join(tmpdir(), 'giro-runtime-'));
  run('npm', ['pack', '--silent', '--ignore-scripts', `${name}@${NODE_VERSION}`], folder);
  const archive = join(folder, `${name}-${NODE_VERSION}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  assert.equal(found, INTEGRITY[arch], `${archive} is not what the registry published`);
  run('tar', ['-xzf', archive, 'package/bin/node', 'package/LICENSE'], folder);
  return join(folder, 'package');
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
}
