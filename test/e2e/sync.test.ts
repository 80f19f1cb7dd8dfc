import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile } from './lines.ts';
import { CHECKOUT, type Program } from './processes.ts';

const ONE_BY_ONE = 30;
const AT_ONCE = 500;

const skip =
  spawnSync('strace', ['--version']).error !== undefined &&
  'SKIPPED: strace missing, so nothing is proven here';

test('every acknowledgement comes after a sync of its own commit, and one sync covers all that came together', {
  skip,
}, async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
    // Not beside the configuration, whose folder the gateway watches.
    const traces = join(gym.folder, 'traces');
    mkdirSync(traces);
    const trace = join(traces, 'trace');
    const calls = 'trace=fsync,fdatasync,write,writev,sendto,sendmsg';
    const program: Program = ['strace', '-f', '-qq', '-s', '8192', '-e', calls, '-o', trace, ...CHECKOUT];
    const gateway = gym.startWith({ program }, 'run', '--config', gym.config);
    await gateway.line(/"listening:/);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const answers = createInterface({ input: socket });
    for (let number = 1; number <= ONE_BY_ONE; number += 1) await send(socket, answers, [number]);
    const last = ONE_BY_ONE + AT_ONCE;
    await send(
      socket,
      answers,
      Array.from({ length: AT_ONCE }, (_, index) => ONE_BY_ONE + 1 + index),
    );
    socket.destroy();
    process.kill(tracedBy(gateway.child.pid), 'SIGTERM');
    await gateway.exit;

    const syncs = syncsBeforeAcknowledgements(readFileSync(trace, 'utf8'));
    assert.equal(syncs.length, last, 'strace saw every acknowledgement');
    const unsynced = syncs.slice(1, ONE_BY_ONE).filter((count) => count === 0);
    assert.deepEqual(unsynced, [], 'a line that came alone was synced before it was acknowledged');
    const together = syncs.slice(ONE_BY_ONE).reduce((sum, count) => sum + count, 0);
    assert.ok(together >= 1, 'what came together was synced');
    assert.ok(together <= AT_ONCE / 10, `${together} syncs for ${AT_ONCE} lines that came together`);
  } finally {
    await gym.close();
  }
});

/** Sends lines in one write, and resolves when all are acknowledged. */
async function send(socket: Socket, answers: Interface, numbers: readonly number[]): Promise<void> {
  const lines = numbers.map((number) => {
    const at = new Date(1_772_452_800_000 + number * 1_000).toISOString();
    return `${at};1;card;${number};in;granted;${1_000_000 + number}\n`;
  });
  let missing = numbers.length;
  const acknowledged = new Promise<void>((resolve, reject) => {
    const onClose = (): void => reject(new Error(`closed before ${missing} lines were acknowledged`));
    socket.once('close', onClose);
    answers.on('line', function onLine() {
      missing -= 1;
      if (missing > 0) return;
      answers.off('line', onLine);
      socket.off('close', onClose);
      resolve();
    });
  });
  socket.write(lines.join(''));
  await acknowledged;
}

/** For each acknowledgement how many syncs ended since the one before; several may leave in one call. */
function syncsBeforeAcknowledgements(trace: string): number[] {
  const counts: number[] = [];
  let syncs = 0;
  for (const line of trace.split('\n')) {
    if (/(fsync|fdatasync)(\(| resumed).* = 0$/.test(line)) syncs += 1;
    for (const _ of line.matchAll(/(?<=["n])OK\\n/g)) {
      counts.push(syncs);
      syncs = 0;
    }
  }
  return counts;
}

function tracedBy(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}
