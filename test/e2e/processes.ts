import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));

/** Longest wait for anything in an end-to-end test: only a fault reaches it. */
export const LIMIT_MS = 180_000;

/** Where the program is; without it this checkout under this Node. */
export interface Program {
  readonly node: string;
  readonly main: string;
}

interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly program?: Program | undefined;
  /** A command that runs another (`ip netns exec NAME`). */
  readonly within?: readonly string[];
}

/** A giro command in a process of its own, whose lines a test can wait for. */
export class GiroProcess {
  readonly child: ChildProcess;
  /** What it printed so far, line by line. */
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly #closed: Promise<number | NodeJS.Signals>;
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], { env = {}, cwd, program, within = [] }: Surroundings = {}) {
    const node = program?.node ?? process.execPath;
    const [command = node, ...rest] = [...within, node, program?.main ?? MAIN, ...args];
    this.child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#collect('stdout');
    this.#collect('stderr');
    this.#closed = once(this.child, 'close').then(([code, signal]) => {
      for (const watcher of this.#watchers) watcher();
      return (signal as NodeJS.Signals | null) ?? (code as number);
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Exit code, or the signal that ended it, once all its output was read. Rejects when it goes on and time is up. */
  get exit(): Promise<number | NodeJS.Signals> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`still running after ${LIMIT_MS} ms\n${this.#tail()}`)),
        LIMIT_MS,
      );
      void this.#closed.then((end) => {
        clearTimeout(timer);
        resolve(end);
      });
    });
  }

  /** Resolves when `holds` does; looked at after each line. Rejects when the process ends before or time is up. */
  until(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (holds()) settle();
        else if (!this.running) settle(new Error(`ended before: ${what}\n${this.#tail()}`));
      };
      const timer = setTimeout(
        () => settle(new Error(`not within ${LIMIT_MS} ms: ${what}\n${this.#tail()}`)),
        LIMIT_MS,
      );
      this.#watchers.add(look);
      look();
    });
  }

  /** What `other` gives; rejects when the process ends before or time is up. */
  async whileRunning<T>(other: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
      for (const watcher of this.#watchers) watcher();
    };
    other.then(settled, settled);
    await this.until('what was waited for elsewhere', () => isSettled);
    return await other;
  }

  /** Waits for a line on either output that matches. */
  async line(pattern: RegExp): Promise<string> {
    const find = (): string | undefined =>
      [...this.stdout, ...this.stderr].find((line) => pattern.test(line));
    await this.until(String(pattern), () => find() !== undefined);
    return find() ?? '';
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    if (this.running) this.child.kill(signal);
    return this.#closed;
  }

  #collect(stream: 'stdout' | 'stderr'): void {
    const input = this.child[stream];
    if (input === null) return;
    createInterface({ input }).on('line', (line) => {
      this[stream].push(line);
      for (const watcher of this.#watchers) watcher();
    });
  }

  #tail(): string {
    return [...this.stdout.slice(-10), ...this.stderr.slice(-20)].join('\n');
  }
}
