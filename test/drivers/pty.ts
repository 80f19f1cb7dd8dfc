import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why a test that needs a pty cannot run here; `false` where it can. */
export const skipWithoutPty: string | false =
  spawnSync('socat', ['-V']).status === 0
    ? false
    : 'SKIPPED: the program socat is missing, so nothing is proven here';

/** Two serial ports that are wired to each other, as a null-modem cable would. */
export interface PtyPair extends AsyncDisposable {
  readonly near: string;
  readonly far: string;
  /** Pulls the cable out: both ports disappear. */
  unplug(): Promise<void>;
}

export async function openPtyPair(): Promise<PtyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'giro-pty-'));
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  const socat = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await started(socat);
  const unplug = async (): Promise<void> => {
    if (socat.exitCode !== null || socat.signalCode !== null) return;
    socat.kill('SIGKILL');
    await once(socat, 'exit');
  };
  return {
    near,
    far,
    unplug,
    async [Symbol.asyncDispose]() {
      await unplug();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** socat says on stderr when both ports are there. */
async function started(socat: ChildProcess): Promise<void> {
  let said = '';
  for await (const text of socat.stderr ?? []) {
    said += text;
    if (said.includes('starting data transfer loop')) return;
  }
  throw new Error(`socat did not start: ${said}`);
}
