import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../../config/configuration.ts';
import type { Panel as PanelAddress } from '../../config/sections/panel.ts';
import type { GiroError } from '../../drivers/base/errors.ts';
import type { DeliveryJournal } from '../delivery/marks.ts';
import type { NewEvent } from '../events/event.ts';
import type { Signals } from '../events/signals.ts';
import { ReaderThread } from '../journal/reader-thread.ts';
import { Feed } from './feed.ts';
import type { PanelParts } from './parts.ts';
import type { OpenPanel } from './server.ts';
import { Tallies } from './tallies.ts';

/** What waits is noted so often, for the picture of the last day. */
const SAMPLE_MS = 60_000;

/** What it is given when it starts. */
type Rest = Omit<PanelParts, 'configuration' | 'clock' | 'log'>;

/**
 * The page of the gateway. What it needs of a library is loaded when it starts, after everything that the door needs;
 * a panel that cannot start is a line in the log and nothing more.
 */
export class Panel {
  readonly #tallies: Tallies;
  readonly #feed = new Feed<NewEvent>();
  readonly #parts: Pick<PanelParts, 'configuration' | 'clock' | 'log'>;
  readonly #reader: ReaderThread;
  #rest: Rest | undefined;
  /** Where it is to listen; undefined before it starts, and between two addresses. */
  #address: PanelAddress | undefined;
  #opening: Promise<OpenPanel | undefined> = Promise.resolve(undefined);
  #cancelSample: () => void = () => {};

  constructor(parts: Pick<PanelParts, 'configuration' | 'clock' | 'log'>, signals: Signals) {
    this.#parts = parts;
    signals.on('accepted', (events) => {
      if (this.#feed.isHeard) for (const event of events) this.#feed.publish(event);
    });
    signals.on('dropped', ({ reason, count }) => this.#tallies.drop(reason, count));
    this.#tallies = new Tallies(parts.clock);
    this.#reader = new ReaderThread(parts.configuration().agent.data);
  }

  /** Where it can be opened; undefined when it is off or could not start. */
  get url(): Promise<string | undefined> {
    return this.#opening.then((panel) => panel?.url);
  }

  /** The journal for delivery, whose marks are counted on the way. */
  observing(journal: DeliveryJournal): DeliveryJournal {
    return this.#tallies.observing(journal);
  }

  /** Begins to listen when the door is served, if the configuration wants it; does not wait for that. */
  start(rest: Rest, doorServed: Promise<void>): void {
    this.#tallies.begin(rest.dispatcher.endpoints());
    this.#rest = rest;
    this.#listen(this.#parts.configuration().panel, rest, doorServed);
  }

  /** Closes where it is not wanted any more; whoever is signed in there signs in again. */
  async leave({ panel }: Configuration): Promise<void> {
    if (this.#rest === undefined || isDeepStrictEqual(panel, this.#address)) return;
    await this.#close();
    this.#address = undefined;
  }

  /** Listens where it is wanted now. */
  enter({ panel }: Configuration): void {
    if (this.#rest === undefined || isDeepStrictEqual(panel, this.#address)) return;
    this.#listen(panel, this.#rest);
  }

  async stop(): Promise<void> {
    await this.#close();
    await this.#reader.close();
  }

  #listen(address: PanelAddress, rest: Rest, doorServed = Promise.resolve()): void {
    this.#address = address;
    if (address === 'off') return;
    this.#sample(rest.journal);
    this.#opening = this.#open(address, rest, doorServed).catch((error: GiroError) => {
      this.#parts.log.error({ err: error, code: error.code }, 'the panel did not start');
      return undefined;
    });
  }

  async #close(): Promise<void> {
    this.#cancelSample();
    const panel = await this.#opening;
    this.#opening = Promise.resolve(undefined);
    await panel?.close();
  }

  async #open(
    address: Exclude<PanelAddress, 'off'>,
    parts: Rest,
    doorServed: Promise<void>,
  ): Promise<OpenPanel> {
    await doorServed;
    await setImmediate(); // whoever else waited for the door comes first: loading keeps everybody waiting
    const { openPanel } = await import('./server.ts');
    const panel = await openPanel(address, {
      ...this.#parts,
      ...parts,
      reader: this.#reader,
      tallies: this.#tallies,
      feed: this.#feed,
    });
    this.#parts.log.info({ url: panel.url }, 'panel open');
    return panel;
  }

  #sample(journal: PanelParts['journal']): void {
    const { clock, log } = this.#parts;
    journal.mark({ kind: 'depths', atMs: clock.now() }).catch((error: unknown) => {
      log.warn({ err: error }, 'what waits was not noted');
    });
    this.#cancelSample = clock.after(SAMPLE_MS, () => this.#sample(journal));
  }
}
