import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../../config/configuration.ts';
import type { Part } from './part.ts';

interface RunsOptions<Settings> {
  /** The one in force at the start. */
  readonly configuration: () => Configuration;
  /** What is to run, by a name of its own. */
  readonly settingsOf: (configuration: Configuration) => ReadonlyMap<string, Settings>;
  /** Runs until `signal` aborts; never rejects. */
  readonly run: (settings: Settings, signal: AbortSignal) => Promise<void>;
}

interface Run<Settings> {
  readonly settings: Settings;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/** Things that each run by themselves: the one whose settings change starts anew, the others go on. */
export class Runs<Settings> implements Part {
  readonly #options: RunsOptions<Settings>;
  readonly #running = new Map<string, Run<Settings>>();

  constructor(options: RunsOptions<Settings>) {
    this.#options = options;
  }

  start(): void {
    this.enter(this.#options.configuration());
  }

  async leave(configuration: Configuration): Promise<void> {
    const wanted = this.#options.settingsOf(configuration);
    const isAsBefore = ([name, { settings }]: [string, Run<Settings>]): boolean =>
      wanted.has(name) && isDeepStrictEqual(wanted.get(name), settings);
    await this.#end([...this.#running].filter((entry) => !isAsBefore(entry)));
  }

  enter(configuration: Configuration): void {
    this.#startMissing(this.#options.settingsOf(configuration));
  }

  async stop(): Promise<void> {
    await this.#end([...this.#running]);
  }

  async #end(runs: readonly [string, Run<Settings>][]): Promise<void> {
    for (const [, { stopping }] of runs) stopping.abort();
    await Promise.all(
      runs.map(async ([name, { ended }]) => {
        await ended;
        this.#running.delete(name);
      }),
    );
  }

  #startMissing(wanted: ReadonlyMap<string, Settings>): void {
    for (const [name, settings] of wanted) {
      if (this.#running.has(name)) continue;
      const stopping = new AbortController();
      this.#running.set(name, {
        settings,
        stopping,
        ended: this.#options.run(settings, stopping.signal),
      });
    }
  }
}
