import { dirname, resolve } from 'node:path';
import { ConfigurationError, type Mistake, text } from '../../config/check/mistakes.ts';
import type { Configuration } from '../../config/configuration.ts';
import { linksOf } from '../../config/linked-files.ts';
import { loadConfiguration } from '../../config/load.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Part } from '../base/part.ts';
import type { Installation } from '../delivery/installation.ts';
import { type Change, changesBetween, changeText } from './changes.ts';
import { FileWatch } from './file-watch.ts';

/** Which configuration is in force, for `status` and the panel. */
export interface ConfigurationState {
  /** The file as the user named it. */
  readonly path: string;
  /** Unix ms. */
  readonly inForceSinceMs: number;
  /** The file as it was saved last, if that was refused. */
  readonly refused?: Refused | undefined;
}

export interface Refused {
  /** Unix ms. */
  readonly atMs: number;
  /** At least one. */
  readonly mistakes: readonly Mistake[];
}

/** What a look at the file came to. */
export type Reloaded =
  | { readonly changes: readonly Change[] }
  /** All of the file was refused; what was in force still is. */
  | { readonly mistakes: readonly Mistake[] };

interface ReloadParts extends Pick<Installation, 'configuration' | 'clock' | 'log'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Puts a checked configuration in force. */
  readonly apply: (configuration: Configuration) => Promise<void>;
}

/**
 * Follows the configuration file and the files that it names: what is saved is checked and applied as a whole or refused
 * as a whole.
 */
export class Reload implements Part {
  readonly #parts: ReloadParts;
  readonly #watch: FileWatch;
  #state: ConfigurationState;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ReloadParts) {
    const { configuration, clock, log } = parts;
    this.#parts = parts;
    this.#state = { path: configuration().path, inForceSinceMs: clock.now() };
    this.#watch = new FileWatch({ clock, log, onChange: () => this.#saved() });
  }

  get state(): ConfigurationState {
    return this.#state;
  }

  async start(): Promise<void> {
    await this.#watch.follow(this.#files());
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
    await this.#last.catch(() => {}); // whoever asked for it was told
  }

  /** Reads the file now, after whatever look at it is under way. Resolves when what it says is in force, or refused. */
  reload(): Promise<Reloaded> {
    const reloaded = this.#last.then(
      () => this.#look(),
      () => this.#look(),
    );
    this.#last = reloaded;
    return reloaded;
  }

  async #saved(): Promise<void> {
    try {
      await this.reload();
    } catch (error) {
      this.#parts.log.error({ err: error }, 'a changed configuration was not applied whole');
    }
    try {
      await this.#watch.follow(this.#files());
    } catch (error) {
      this.#parts.log.error({ err: error }, 'what the configuration names is not watched');
    }
  }

  async #look(): Promise<Reloaded> {
    const { env, apply } = this.#parts;
    const before = this.#parts.configuration();
    let found: Configuration;
    try {
      found = await loadConfiguration(before.path, { env, running: before.agent });
    } catch (error) {
      return this.#refuse(this.#mistakesOf(error, before.path));
    }
    const changes = changesBetween(before, found);
    if (changes.length > 0) await apply(found);
    this.#accept(changes);
    return { changes };
  }

  #refuse(mistakes: readonly Mistake[]): Reloaded {
    const { clock, log } = this.#parts;
    this.#state = { ...this.#state, refused: { atMs: clock.now(), mistakes } };
    const [first] = mistakes;
    const at = first && `${first.path}:${first.line}:${first.column}`;
    const data = { at, found: first?.message.en, mistakes: mistakes.length };
    log.error(data, 'configuration refused, the one of before stays in force');
    return { mistakes };
  }

  #accept(changes: readonly Change[]): void {
    const { clock, log } = this.#parts;
    const { path, inForceSinceMs, refused } = this.#state;
    const hasChanged = changes.length > 0;
    this.#state = { path, inForceSinceMs: hasChanged ? clock.now() : inForceSinceMs };
    if (hasChanged) log.info({ changes: changes.map(changeText) }, 'configuration applied');
    else if (refused === undefined) log.debug({}, 'configuration read again, nothing changed');
    if (refused !== undefined) log.info({}, 'configuration corrected, the file and what is in force agree');
  }

  /** A look at a file ends in applied or refused, whatever it holds: what is not ours is a fault of the program. */
  #mistakesOf(error: unknown, path: string): readonly Mistake[] {
    if (error instanceof ConfigurationError) return error.mistakes;
    if (!(error instanceof GiroError)) {
      this.#parts.log.error({ err: error }, 'a configuration could not be judged');
    }
    const message = error instanceof Error ? error.message : String(error);
    return [{ path, line: 1, column: 1, message: text(message, message) }];
  }

  /** While the file cannot be read, what it names is not known; the file itself is watched all the same. */
  #files(): string[] {
    const path = resolve(this.#parts.configuration().path);
    try {
      return [path, ...linksOf(path).files.map((file) => resolve(dirname(path), file))];
    } catch (error) {
      if (!(error instanceof GiroError)) throw error;
      return [path];
    }
  }
}
