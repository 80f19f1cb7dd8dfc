import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { licences } from './licences.ts';
import { copyPackages, NATIVE_PACKAGES, type Target } from './packages.ts';

const PARTS = '{agent,drivers,config}';
/** The demo is left out: a service names its configuration and must never run anything else. */
const LEFT_OUT = ['config/demo.yaml', 'config/giro.yaml', 'config/*.secret', 'config/data/**'];

/**
 * Makes `outdir`, emptied first, the program of a checkout as plain JavaScript: it runs without npm, tsx and the sources.
 * No list says what there is: threads are the sources that talk to a parent, and whatever is neither code nor
 * documentation is copied to the same place.
 */
export async function buildProgram(root: string, outdir: string, target: Target): Promise<void> {
  rmSync(outdir, { recursive: true, force: true });
  const entries = ['agent/main.ts', ...threads(root)];
  const { files, inputs, packages } = await bundle({ root, entries, native: NATIVE_PACKAGES }, outdir);
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  for (const file of assets(root)) cpSync(join(root, file), join(outdir, file));
  writeFileSync(join(outdir, 'LICENSES'), licences(root, inputs));
  copyPackages(root, packages, outdir, target);
  writeFileSync(join(outdir, 'package.json'), '{ "type": "module" }\n');
}

function threads(root: string): string[] {
  const talksToParent = /import \{[^}]*\bparentPort\b[^}]*\} from 'node:worker_threads'/;
  return globSync(`${PARTS}/**/*.ts`, { cwd: root })
    .filter((file) => talksToParent.test(readFileSync(join(root, file), 'utf8')))
    .sort();
}

function assets(root: string): string[] {
  return globSync(`${PARTS}/**/*.*`, { cwd: root, exclude: LEFT_OUT })
    .filter((file) => !['.ts', '.mjs', '.md'].includes(extname(file)))
    .sort();
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  await buildProgram(root, join(root, 'dist'), { platform: process.platform, arch });
  console.log('dist/ is built; start it with: node dist/agent/main.js run --config FILE');
}
