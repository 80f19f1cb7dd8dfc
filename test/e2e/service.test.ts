import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { takeLock } from '../../agent/journal/lock.ts';
import { freePort, Gym } from './gym.ts';
import { type GiroProcess, LIMIT_MS } from './processes.ts';

const MISSING = ['perl', 'systemd-notify'].filter((name) => spawnSync(name, ['-h']).error !== undefined);
const skip = MISSING.length > 0 && `SKIPPED: ${MISSING.join(' and ')} missing, so nothing is proven here`;
const NO_TURNSTILE =
  '  - { id: catraca-1, unit: centro, name: A, driver: henry, connect: tcp://127.0.0.1:1 }';
const WATCHDOG_MS = 800;
/** Between two looks at what other processes wrote. */
const LOOK_MS = 20;

/** Prints each datagram. socat would keep the file descriptor with which systemd-notify waits to be heard. */
const RECEIVER = `
  my ($socket, $message);
  socket($socket, AF_UNIX, SOCK_DGRAM, 0) && bind($socket, sockaddr_un($ARGV[0])) || die $!;
  $| = 1;
  print "$message\\n" while defined recv($socket, $message, 65536, 0);`;

/** What systemd is to a service: a datagram socket that hears what is said to it. */
class Manager {
  readonly socket: string;
  readonly #receiver: ChildProcess;
  #heard = '';

  private constructor(folder: string) {
    this.socket = join(folder, 'notify');
    this.#receiver = spawn('perl', ['-MSocket', '-e', RECEIVER, this.socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#receiver.stdout?.on('data', (heard) => {
      this.#heard += heard;
    });
  }

  static async open(folder: string): Promise<Manager> {
    const manager = new Manager(folder);
    await until('the socket', () => existsSync(manager.socket));
    return manager;
  }

  get heard(): string {
    return this.#heard;
  }

  get fed(): number {
    return this.heard.split('WATCHDOG=1').length - 1;
  }

  async close(): Promise<void> {
    if (this.#receiver.exitCode !== null) return;
    this.#receiver.kill('SIGKILL');
    await once(this.#receiver, 'exit');
  }
}

/** Resolves when `holds` does. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const limitAt = performance.now() + LIMIT_MS;
  while (!holds()) {
    assert.ok(performance.now() < limitAt, `not within ${LIMIT_MS} ms: ${what}`);
    await setTimeout(LOOK_MS);
  }
}

/** A daemon under a manager, with a watchdog and a thread that a file stops. */
class Supervised implements AsyncDisposable {
  readonly gym: Gym;
  readonly manager: Manager;
  readonly gateway: GiroProcess;
  readonly #flag: string;

  private constructor(gym: Gym, manager: Manager, thread: 'main' | 'writer') {
    this.gym = gym;
    this.manager = manager;
    this.#flag = join(gym.folder, 'stalled');
    gym.configure(NO_TURNSTILE);
    this.gateway = gym.startWith(
      {
        env: {
          NOTIFY_SOCKET: manager.socket,
          WATCHDOG_USEC: String(WATCHDOG_MS * 1000),
          NODE_OPTIONS: `--import=${resolve('test/e2e/stall.mjs')}`,
          GIRO_TEST_STALL: `${thread}=${this.#flag}`,
        },
      },
      ...['run', '--config', gym.config],
    );
  }

  static async start(thread: 'main' | 'writer'): Promise<Supervised> {
    const gym = await Gym.open();
    return new Supervised(gym, await Manager.open(gym.folder), thread);
  }

  stall(): void {
    writeFileSync(this.#flag, '');
  }

  recover(): void {
    rmSync(this.#flag);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gym.close();
    await this.manager.close();
  }
}

test('says when it is ready, how it is, that it lives and that it stops', { skip }, async () => {
  await using service = await Supervised.start('writer');
  const { manager, gateway } = service;
  await until('READY', () => manager.heard.includes('READY=1'));
  assert.match(manager.heard, /STATUS=0 of 1 turnstiles online/);
  assert.match(gateway.stderr.join('\n'), /turnstile offline/, 'ready only after the link was tried');
  await until('the watchdog is fed', () => manager.fed >= 3);
  assert.equal(await gateway.end(), 0);
  await until('STOPPING', () => manager.heard.includes('STOPPING=1'));
});

test('a start that waits while a tap passes on asks for more time, and says why', { skip }, async () => {
  const gym = await Gym.open();
  const manager = await Manager.open(gym.folder);
  const data = join(gym.folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const lock = takeLock(data);
  try {
    gym.configure(`${NO_TURNSTILE.slice(0, -2)}, tap: 'tcp-listen://127.0.0.1:${await freePort()}' }`);
    const env = { NOTIFY_SOCKET: manager.socket };
    const gateway = gym.startWith({ env }, 'run', '--config', gym.config);
    await gateway.line(/gateway cannot start, trying again/);
    await until('more time', () => manager.heard.includes('EXTEND_TIMEOUT_USEC=900000000'));
    assert.match(manager.heard, /STATUS=another Giro is using this data folder/);
    assert.doesNotMatch(manager.heard, /READY=1/);
    lock.release();
    await until('READY', () => manager.heard.includes('READY=1'));
    assert.equal(await gateway.end(), 0);
  } finally {
    lock.release();
    await gym.close();
    await manager.close();
  }
});

test('a writer thread that stands still stops feeding the watchdog', { skip }, async () => {
  await using service = await Supervised.start('writer');
  const { manager, gateway } = service;
  await until('the watchdog is fed', () => manager.fed >= 2);
  service.stall();
  await gateway.line(/the watchdog is not fed.*|does not answer/);
  const fed = manager.fed;
  const at = performance.now();
  await until('silence for longer than systemd waits', () => performance.now() - at > WATCHDOG_MS);
  assert.equal(manager.fed, fed);
  service.recover();
  await gateway.line(/the watchdog is fed again/);
  await until('the watchdog is fed', () => manager.fed > fed);
});

test('an event loop that stands still stops feeding the watchdog', { skip }, async () => {
  await using service = await Supervised.start('main');
  const { manager } = service;
  await until('the watchdog is fed', () => manager.fed >= 2);
  service.stall();
  // What was on its way arrives; from then on nothing can.
  let fed = manager.fed;
  let quietSince = performance.now();
  await until('silence for longer than systemd waits', () => {
    if (manager.fed !== fed) [fed, quietSince] = [manager.fed, performance.now()];
    return performance.now() - quietSince > WATCHDOG_MS;
  });
  service.recover();
  await until('the watchdog is fed', () => manager.fed > fed);
});

test('in the journal of systemd each line has its priority in front', async () => {
  const gym = await Gym.open();
  try {
    gym.configure(NO_TURNSTILE);
    const path = join(gym.folder, 'journal');
    const journal = openSync(path, 'w');
    const { dev, ino } = statSync(path);
    const child = spawn(process.execPath, [resolve('agent/main.ts'), 'run', '--config', gym.config], {
      stdio: ['ignore', 'ignore', journal],
      env: { ...process.env, JOURNAL_STREAM: `${dev}:${ino}` },
    });
    closeSync(journal);
    await until('a warning', () => readFileSync(path, 'utf8').includes('turnstile offline'));
    child.kill('SIGTERM');
    await once(child, 'exit');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    for (const line of lines) assert.match(line, /^<[2-7]>\{"level":\d+,/);
    assert.ok(lines.some((line) => line.startsWith('<6>') && line.includes('gateway started')));
    assert.ok(lines.some((line) => line.startsWith('<4>') && line.includes('turnstile offline')));
  } finally {
    await gym.close();
  }
});
