/** `npm run package [-- --arch arm64]`: makes the Debian package, `release/giro_VERSION_ARCHITECTURE.deb`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildDeb } from './deb.ts';

const ARCHITECTURES = { x64: 'x64', amd64: 'x64', arm64: 'arm64' } as const;
/** A technician fetches it over a gym's line. */
const LIMIT_BYTES = 50e6;

const { values } = parseArgs({ options: { arch: { type: 'string', default: process.arch } } });
const arch = ARCHITECTURES[values.arch as keyof typeof ARCHITECTURES];
assert.ok(arch, `--arch ${values.arch} is not amd64 or arm64`);
const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const folder = join(root, 'release');
const deb = await buildDeb(root, folder, { arch, epochS: epoch(root) });
const { size } = statSync(deb);
assert.ok(size < LIMIT_BYTES, `${deb} has ${size} bytes; ${LIMIT_BYTES} are too many`);
console.log(`${deb} is built; install it with: sudo apt install ${deb}`);

/** SOURCE_DATE_EPOCH, else when the last commit was made: the same sources give the same bytes. */
function epoch(cwd: string): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) return Number(given);
  const { stdout, status } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd, encoding: 'utf8' });
  assert.equal(status, 0, 'outside a git checkout SOURCE_DATE_EPOCH has to say of when the sources are');
  return Number(stdout);
}
