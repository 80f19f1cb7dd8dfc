import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

const WAIT_MS = 30_000;

/** A process that accepts events into a folder as fast as it can and prints the id of each after it resolved. */
export async function startAccepting(t: TestContext, folder: string, ...nodeOptions: string[]) {
  const script = join(import.meta.dirname, 'accepting-child.ts');
  const child = spawn(process.execPath, [...nodeOptions, script, folder], { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const exit = once(child, 'exit');
  const errors = text(child.stderr);
  const printed: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => printed.push(line));
  const closed = once(output, 'close');
  return {
    pid: child.pid,
    /** Waits for so many more ids. */
    ids: async (count: number): Promise<void> => {
      const signal = AbortSignal.timeout(WAIT_MS);
      for (let want = printed.length + count; printed.length < want; ) await once(output, 'line', { signal });
    },
    /** Ends it as a power cut would; gives every id that it printed. */
    kill: async (): Promise<string[]> => {
      child.kill('SIGKILL');
      await Promise.all([exit, closed]);
      return printed;
    },
    /** Waits until it gave up by itself; gives what it said. */
    refusal: async (): Promise<string> => {
      await exit;
      return errors;
    },
  };
}
