import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { LIMIT_MS } from './processes.ts';

const MAIN = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));

/** Why a test that needs a terminal cannot run here; `false` where it can. */
export const skipWithoutScript: string | false =
  spawnSync('script', ['--version']).status === 0
    ? false
    : 'SKIPPED: the program script (util-linux) is missing, so nothing is proven here';

/** A giro command in a real pseudo-terminal of 80 columns, that a test reads and types into. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #closed: Promise<number>;
  readonly #watchers = new Set<() => void>();
  /** Everything that appeared, control sequences included. */
  raw = '';
  #readTo = 0;

  constructor(args: readonly string[], { cwd, env = {} }: { cwd: string; env?: NodeJS.ProcessEnv }) {
    const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
    const command = ['stty cols 80 rows 24;', ...[process.execPath, MAIN, ...args].map(quoted)].join(' ');
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd,
      env: { ...inherited, LC_ALL: 'C', TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
      for (const watcher of this.#watchers) watcher();
    });
    this.#closed = once(this.#child, 'close').then(([code]) => {
      for (const watcher of this.#watchers) watcher();
      return Number(code);
    });
  }

  /** What a person reads. */
  get text(): string {
    return stripVTControlCharacters(this.raw).replaceAll('\r', '');
  }

  /** Waits until something new matches, then types `keys`. */
  async answer(question: RegExp, keys: string): Promise<void> {
    await this.until(question);
    this.#readTo = this.raw.length;
    this.#child.stdin?.write(keys);
  }

  until(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        const fresh = stripVTControlCharacters(this.raw.slice(this.#readTo)).replaceAll('\r', '');
        if (pattern.test(fresh)) settle();
        else if (this.#child.exitCode !== null) settle(new Error(`ended before ${pattern}\n${this.text}`));
      };
      const timer = setTimeout(() => settle(new Error(`no ${pattern}\n${this.text}`)), LIMIT_MS);
      this.#watchers.add(look);
      look();
    });
  }

  /** The exit code. */
  get exit(): Promise<number> {
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
