import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { buildProgram } from '../../systemd/build.ts';
import { openPtyPair, skipWithoutPty } from '../drivers/pty.ts';
import { Gym } from '../e2e/gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from '../e2e/lines.ts';
import type { Program } from '../e2e/processes.ts';
import { assertDelivered } from '../e2e/verdict.ts';

const LINES = 50;
/** e_machine of an ELF file. */
const ELF_ARM64 = 183;

/** Its parts look at their own places in every way there is. */
const SMALL_PROGRAM = {
  'agent/main.ts': "await (await import('./panel/panel.ts')).show();",
  'agent/panel/panel.ts': `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { join } from 'node:path';
    import { ask } from '../jobs/start.ts';
    const require = createRequire(import.meta.url);
    export async function show(): Promise<void> {
      const page = readFileSync(join(import.meta.dirname, 'page/index.html'), 'utf8');
      const htm = readFileSync(require.resolve('htm'), 'utf8').length > 0;
      console.log(page, 'htm=' + htm, await ask());
    }`,
  'agent/panel/page/index.html': '<p>page</p>',
  'agent/panel/README.md': 'not run',
  'agent/jobs/start.ts': `
    import { once } from 'node:events';
    import { extname } from 'node:path';
    import { Worker } from 'node:worker_threads';
    export async function ask(): Promise<string> {
      const worker = new Worker(new URL('./job' + extname(import.meta.filename), import.meta.url));
      const [answer] = await once(worker, 'message');
      return 'thread says ' + answer;
    }`,
  'agent/jobs/job.ts': `
    import { parentPort } from 'node:worker_threads';
    parentPort?.postMessage(42);`,
};

let folder: string;
let program: Program;

// Outside the checkout: nothing of its node_modules can be found by accident.
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'giro-build-'));
  await buildProgram(resolve('.'), folder, { platform: process.platform, arch: hostArch() });
  program = [process.execPath, join(folder, 'agent/main.js')];
});

after(() => rm(folder, { recursive: true, force: true }));

test('what is built delivers accesses of a serial port, journal and threads included', {
  skip: skipWithoutPty,
}, async () => {
  const gym = await Gym.open(program);
  await using pair = await openPtyPair();
  try {
    gym.configure(linesTurnstile('catraca-1', `serial://${pair.near}?baudRate=115200`));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    await gateway.line(/turnstile online/);
    const simulator = gym.start(...simulateLines(`serial://${pair.far}?baudRate=115200`, LINES));
    assert.equal(await simulator.exit, 0, 'every line was acknowledged');
    await receiver.until('all records', () => gym.deliveredEvents === LINES);
    assert.deepEqual(recordsOf(assertDelivered(gym.delivered)), upTo(LINES));
    const status = gym.start('status', '--config', gym.config, '--json');
    assert.equal(await status.exit, 0);
  } finally {
    await gym.close();
  }
});

test('a mistake in the configuration reads as it does in a checkout', async () => {
  const [built, checkout] = [await Gym.open(program), await Gym.open()];
  try {
    const said = [built, checkout].map(async (gym) => {
      gym.configure('  - { id: 7, unit: centro, name: A, driver: henri, connect: tcp://10.0.0.1 }');
      const check = gym.start('check', '--config', 'giro.yaml');
      assert.equal(await check.exit, 78);
      return check.stderr.map((line) => line.replaceAll(String(gym.receiverPort), 'PORT'));
    });
    const [ofBuilt, ofCheckout] = await Promise.all(said);
    assert.ok((ofBuilt?.length ?? 0) >= 2);
    assert.deepEqual(ofBuilt, ofCheckout);
  } finally {
    await Promise.all([built.close(), checkout.close()]);
  }
});

test('without a configuration it says so: the demo is not in it', async () => {
  const gym = await Gym.open(program);
  try {
    const run = gym.start('run');
    assert.equal(await run.exit, 78);
    assert.match(run.stderr.join('\n'), /there is no configuration file/);
  } finally {
    await gym.close();
  }
});

test('native code is that of the target alone', async () => {
  await using other = await temporaryFolder();
  await buildProgram(resolve('.'), other.path, { platform: 'linux', arch: 'arm64' });
  const addons = globSync('**/*.node', { cwd: other.path });
  assert.equal(addons.length, 2, 'SQLite and serial ports');
  for (const addon of addons) assert.equal(machineOf(join(other.path, addon)), ELF_ARM64, addon);
});

test('a new thread, a page and a package that is read need no entry in any list', async () => {
  await using root = await temporaryFolder();
  await using built = await temporaryFolder();
  await symlink(resolve('node_modules'), join(root.path, 'node_modules'));
  for (const [path, text] of Object.entries(SMALL_PROGRAM)) {
    await mkdir(dirname(join(root.path, path)), { recursive: true });
    await writeFile(join(root.path, path), text);
  }
  await buildProgram(root.path, built.path, { platform: process.platform, arch: hostArch() });
  const { stdout, stderr } = spawnSync(process.execPath, ['agent/main.js'], {
    cwd: built.path,
    encoding: 'utf8',
  });
  assert.equal(stdout, '<p>page</p> htm=true thread says 42\n', stderr);
});

function machineOf(path: string): number {
  return readFileSync(path).readUInt16LE(18);
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'giro-build-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function hostArch(): 'x64' | 'arm64' {
  return process.arch === 'arm64' ? 'arm64' : 'x64';
}
