import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPtyPair } from '../drivers/pty.ts';
import { Gym } from '../e2e/gym.ts';
import { linesTurnstile, simulateLines } from '../e2e/lines.ts';
import { CHECKOUT, type Program } from '../e2e/processes.ts';

const UNIT = 'systemd/giro.service';
/** Exposure by `systemd-analyze security`, times ten, from which the unit is too open. */
const THRESHOLD = 17;
const LINES = 20;

test('the unit is closed as far as serial ports and a network allow', {
  skip: missing('systemd-analyze'),
}, () => {
  const { stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', '--no-pager', UNIT],
    { encoding: 'utf8' },
  );
  const [, exposure] = /Overall exposure level for giro\.service: ([\d.]+)/.exec(stdout) ?? [];
  assert.ok(Number(exposure) * 10 <= THRESHOLD, `exposure ${exposure}\n${stdout}${stderr}`);
});

test('its filter allows every system call of a serial port, the journal and a webhook', {
  skip: missing('systemd-analyze', 'strace', 'socat'),
}, async () => {
  const gym = await Gym.open();
  await using pair = await openPtyPair();
  try {
    gym.configure(linesTurnstile('catraca-1', `serial://${pair.near}?baudRate=115200`));
    // Not beside the configuration: the gateway watches that folder, and would hear of its own trace without end.
    const traces = join(gym.folder, 'traces');
    mkdirSync(traces);
    const trace = join(traces, 'trace');
    const program: Program = ['strace', '-f', '-ff', '-qq', '-o', trace, ...CHECKOUT];
    const receiver = await gym.receiver();
    const gateway = gym.startWith({ program }, 'run', '--config', gym.config);
    await gateway.line(/turnstile online/);
    const simulator = gym.start(...simulateLines(`serial://${pair.far}?baudRate=115200`, LINES));
    assert.equal(await simulator.exit, 0);
    await receiver.until('all records', () => gym.deliveredEvents === LINES);
    process.kill(childOf(gateway.child.pid), 'SIGTERM');
    await gateway.exit;

    const made = new Set(globSync(`${trace}.*`).flatMap((file) => callsIn(readFileSync(file, 'utf8'))));
    assert.ok(made.size > 30, 'strace saw the daemon');
    const allowed = allowedCalls();
    // SQLite gives its files to their owner only when root runs it, as a test may and the service does not.
    if (process.getuid?.() === 0) made.delete('fchown');
    assert.deepEqual(
      [...made].filter((call) => !allowed.has(call)),
      [],
    );
  } finally {
    await gym.close();
  }
});

/** Why a test cannot run without these programs. */
function missing(...programs: string[]): string | false {
  const absent = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  return absent.length > 0 && `SKIPPED: ${absent.join(', ')} missing, so nothing is proven here`;
}

function childOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

function callsIn(trace: string): string[] {
  return [...trace.matchAll(/^([a-z]\w*)\(/gm)].map(([, call = '']) => call);
}

/** What the SystemCallFilter lines of the unit leave, with the sets of this machine's systemd. */
function allowedCalls(): Set<string> {
  const allowed = new Set<string>();
  const lines = readFileSync(UNIT, 'utf8').matchAll(/^SystemCallFilter=(~?)(.*)$/gm);
  for (const [, denies, names = ''] of lines) {
    for (const call of names.split(' ').flatMap(callsOf)) {
      if (denies === '') allowed.add(call);
      else allowed.delete(call);
    }
  }
  return allowed;
}

function callsOf(name: string): string[] {
  if (!name.startsWith('@')) return [name];
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', '--no-pager', name], {
    encoding: 'utf8',
  });
  const names = stdout.split('\n').filter((line) => /^ {4}[@a-z]/.test(line));
  return names.flatMap((line) => callsOf(line.trim()));
}
