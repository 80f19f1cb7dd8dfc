import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lines are gathered so long: a kill loses no more. */
const GATHER_MS = 1_000;
/** Lines that wait for a disk that does not take them; the rest is on stderr only. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** Of each of the two files. */
const MOST_BYTES = 1024 * 1024;
const NEW = 'giro.log';
const OLD = 'giro.log.1';

/**
 * The last lines of the log, in the data folder (mode 0600, at most 2 MiB in two files): what support is given, also
 * where no journald keeps them. It never holds anything up: a disk that is slow or full loses lines here, no more.
 */
export class LogRing {
  readonly #folder: string;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(folder: string) {
    this.#folder = folder;
    process.once('exit', () => this.#end());
  }

  /** Takes one line, its ending included. */
  write(line: string): void {
    if (this.#waitingBytes > MOST_WAITING_BYTES) return;
    this.#waiting.push(line);
    this.#waitingBytes += Buffer.byteLength(line);
    this.#timer ??= setTimeout(() => void this.#flush(), GATHER_MS).unref();
  }

  async #flush(): Promise<void> {
    const text = this.#take();
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      await appendFile(join(this.#folder, NEW), text, { mode: 0o600 });
      this.#turn();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#timer = undefined;
      if (this.#waiting.length > 0) this.#timer = setTimeout(() => void this.#flush(), GATHER_MS).unref();
    }
  }

  #end(): void {
    if (this.#waiting.length === 0) return;
    try {
      appendFileSync(join(this.#folder, NEW), this.#take(), { mode: 0o600 });
    } catch (error) {
      this.#failed(error);
    }
  }

  #take(): string {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#waitingBytes = 0;
    return text;
  }

  #turn(): void {
    const path = join(this.#folder, NEW);
    if (statSync(path).size > MOST_BYTES) renameSync(path, join(this.#folder, OLD));
  }

  /** Not by the log, which would come back here. */
  #failed(error: unknown): void {
    if (!this.#hasFailed) console.error(`giro: the log is not kept in ${this.#folder}: ${String(error)}`);
    this.#hasFailed = true;
  }
}

/** The kept lines of a data folder, oldest first. */
export function keptLog(folder: string): string {
  return [OLD, NEW]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('');
}
