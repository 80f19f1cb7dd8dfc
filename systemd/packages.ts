import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';

/** What the program is built for. */
export interface Target {
  readonly platform: NodeJS.Platform;
  readonly arch: 'x64' | 'arm64';
}

/** Packages with native code: they look for it beside themselves, so they stay as they are. */
export const NATIVE_PACKAGES = ['better-sqlite3', '@serialport/bindings-cpp'] as const;

/** Of a package: what runs, and what its licence asks for. */
const WANTED = new Set(['.js', '.cjs', '.mjs', '.json', '.css', '']);
/** Folders that only building needs; a nested package is copied by name. */
const UNWANTED = new Set(['node_modules', 'deps', 'test', 'docs', '.github']);
/** Headers, for compiling. */
const BUILD_ONLY = 'node-addon-api';

/** Copies packages of the checkout `root`, with what they need, to the same places under `outdir`: what runs on `target`. */
export function copyPackages(root: string, names: Iterable<string>, outdir: string, target: Target): void {
  const copyPackage = (user: string, name: string): void => {
    const source = locate(root, user, name);
    const place = join(outdir, relative(root, source));
    if (name === BUILD_ONLY || existsSync(place)) return;
    cpSync(source, place, { recursive: true, filter: (path) => path === source || isWanted(path, target) });
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies ?? {})) copyPackage(source, dependency);
  };
  for (const name of names) copyPackage(root, name);
}

/** Where Node would find it: beside its user, or in a folder above. */
function locate(root: string, user: string, name: string): string {
  let folder = user;
  while (!existsSync(join(folder, 'node_modules', name))) {
    assert.notEqual(folder, root, `${name} is not installed, and ${user} needs it`);
    folder = dirname(folder);
  }
  return join(folder, 'node_modules', name);
}

function isWanted(path: string, { platform, arch }: Target): boolean {
  const name = basename(path);
  if (statSync(path).isDirectory()) return !UNWANTED.has(name);
  if (WANTED.has(extname(name))) return !readFileSync(path, 'latin1').startsWith('#!'); // a program is never loaded
  if (extname(name) !== '.node') return false;
  return path.includes(`${platform}-${arch}`) && !name.includes('musl');
}
