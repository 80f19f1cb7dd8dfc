import { type FSWatcher, watch } from 'node:fs';
import { readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';

/** An editor that saves in several steps is done after so long without another. */
const SETTLED_MS = 250;
/** What no notice is given of (a network share, a folder that was replaced) is found by looking this often. */
const LOOK_MS = 10_000;
/** Links that lead to links; more are a circle. */
const MOST_LINKS = 40;

interface FileWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Something is not as it was; waited for, and not called again before it is done. Must not reject. */
  readonly onChange: () => Promise<void>;
}

/**
 * Notices that one of some files changed, however that is done: written in place, replaced by a rename, or reached by a
 * symbolic link, its own or of a folder above it, that leads elsewhere now. Looks at folders, for a replaced file takes
 * its own watch away with it.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  #paths: readonly string[] = [];
  #watchers: FSWatcher[] = [];
  /** How each file was when it was last told of; a file that was never told of is not in it. */
  #seen: ReadonlyMap<string, string> = new Map();
  #cancelSettled: () => void = () => {};
  #cancelLook: () => void = () => {};
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: FileWatchOptions) {
    this.#options = options;
  }

  /**
   * Watches these from now on; absolute paths, each of which may be missing. One that was not watched before counts as
   * changed: whoever read it did so before it was watched.
   */
  async follow(paths: readonly string[]): Promise<void> {
    this.#paths = paths;
    await this.#watchFolders();
    this.#arm();
    if (paths.some((path) => !this.#seen.has(path))) this.#noticed();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelSettled();
    this.#cancelLook();
    this.#unwatch();
    await this.#looking;
  }

  #arm(): void {
    this.#cancelLook();
    if (this.#stopped) return;
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => this.#compare());
  }

  #noticed(): void {
    this.#cancelSettled();
    this.#cancelSettled = this.#options.clock.after(SETTLED_MS, () => this.#compare());
  }

  /** One look at a time; what happens during one is seen by the next. */
  #compare(): void {
    this.#looking ??= this.#tellIfChanged().finally(() => {
      this.#looking = undefined;
      this.#arm();
    });
  }

  async #tellIfChanged(): Promise<void> {
    const paths = this.#paths;
    const states = await Promise.all(paths.map(stateOf));
    const isSame = paths.every((path, index) => this.#seen.get(path) === states[index]);
    if (isSame || this.#stopped) return;
    this.#seen = new Map(paths.map((path, index) => [path, states[index] ?? '']));
    await this.#options.onChange();
    if (!this.#stopped) await this.#watchFolders(); // a folder may be another one by now
  }

  async #watchFolders(): Promise<void> {
    const names = new Map<string, Set<string>>();
    await Promise.all(this.#paths.map((path) => addNames(path, names, 0)));
    this.#unwatch();
    if (this.#stopped) return;
    for (const [folder, wanted] of names) this.#watchFolder(folder, wanted);
  }

  #watchFolder(folder: string, wanted: ReadonlySet<string>): void {
    const { log } = this.#options;
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null || wanted.has(name)) this.#noticed();
      });
      watcher.on('error', (error) => log.debug({ err: error, folder }, 'a folder is no longer watched'));
      this.#watchers.push(watcher);
    } catch (error) {
      log.debug({ err: error, folder }, 'a folder cannot be watched; it is looked at from time to time');
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}

/** Differs when the file is another one or was written. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** The names whose change may change what is found at `path`, by folder: its own, and of every link on the way. */
async function addNames(path: string, names: Map<string, Set<string>>, depth: number): Promise<void> {
  addName(path, names);
  for (let part = path; dirname(part) !== part; part = dirname(part)) {
    const target = await readlink(part).catch(() => undefined); // not a link
    if (target === undefined || depth >= MOST_LINKS) continue;
    addName(part, names);
    await addNames(join(resolve(dirname(part), target), relative(part, path)), names, depth + 1);
  }
}

function addName(path: string, names: Map<string, Set<string>>): void {
  const folder = dirname(path);
  names.set(folder, (names.get(folder) ?? new Set()).add(basename(path)));
}
