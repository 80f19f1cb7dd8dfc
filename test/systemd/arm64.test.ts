import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { freePort, Gym } from '../e2e/gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from '../e2e/lines.ts';
import type { Program } from '../e2e/processes.ts';
import { assertDelivered } from '../e2e/verdict.ts';

const LINES = 50;
const EMULATOR = 'qemu-aarch64';
/** Where Debian's libc6-arm64-cross, libstdc++6-arm64-cross and libgcc-s1-arm64-cross lie. */
const LIBRARIES = '/usr/aarch64-linux-gnu';
const PACKAGE = resolve(`release/giro_${projectVersion()}-1_arm64.deb`);

const skip = reasonToSkip();

test('the package for arm64 delivers accesses, with its own runtime and add-ons, in an emulated processor', {
  skip,
}, async () => {
  const tree = mkdtempSync(join(tmpdir(), 'giro-arm64-'));
  const { status, stderr } = spawnSync('dpkg-deb', ['--extract', PACKAGE, tree], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const gym = await Gym.open(emulated(join(tree, 'usr/lib/giro')));
  try {
    const version = gym.start('version', '--json');
    assert.equal(await version.exit, 0, version.stderr.join('\n'));
    assert.equal(JSON.parse(version.stdout.join('')).arch, 'arm64');
    const ports = gym.start('ports', '--json');
    assert.equal(await ports.exit, 0, ports.stderr.join('\n'));

    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, LINES));
    assert.equal(await simulator.exit, 0, 'every line was acknowledged');
    await receiver.until('all records', () => gym.deliveredEvents === LINES);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(LINES));
    assert.equal(await gateway.end(), 0);
  } finally {
    await gym.close();
    rmSync(tree, { recursive: true, force: true });
  }
});

function emulated(program: string): Program {
  return [EMULATOR, '-L', LIBRARIES, join(program, 'bin/node'), join(program, 'agent/main.js')];
}

function reasonToSkip(): string | false {
  if (!existsSync(PACKAGE))
    return 'SKIPPED: npm run package -- --arch arm64 was not run, so nothing is proven here';
  const isThere = spawnSync(EMULATOR, ['--version']).error === undefined && existsSync(LIBRARIES);
  return isThere ? false : `SKIPPED: ${EMULATOR} or ${LIBRARIES} missing, so nothing is proven here`;
}

function projectVersion(): string {
  return JSON.parse(readFileSync('package.json', 'utf8')).version;
}
