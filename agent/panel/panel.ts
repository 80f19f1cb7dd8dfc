import type { GiroError } from '../../drivers/errors.ts';
import type { DeliveryJournal } from '../delivery/marks.ts';
import { ReaderThread } from '../journal/reader-thread.ts';
import type { NewEvent } from '../journal/records.ts';
import { Feed } from './feed.ts';
import type { PanelParts } from './parts.ts';
import type { OpenPanel } from './server.ts';
import { Tallies } from './tallies.ts';

/** What waits is noted so often, for the picture of the last day. */
const SAMPLE_MS = 60_000;

/**
 * The page of the gateway. What it needs of a library is loaded when it starts, after everything that the door needs;
 * a panel that cannot start is a line in the log and nothing more.
 */
export class Panel {
  /** For discarded events, and for what delivery marks. */
  readonly tallies: Tallies;
  readonly #feed = new Feed<NewEvent>();
  readonly #parts: Pick<PanelParts, 'configuration' | 'clock' | 'log'>;
  readonly #reader: ReaderThread;
  #opening: Promise<OpenPanel | undefined> = Promise.resolve(undefined);
  #cancelSample: () => void = () => {};

  constructor(parts: Pick<PanelParts, 'configuration' | 'clock' | 'log'>) {
    this.#parts = parts;
    this.tallies = new Tallies(parts.clock);
    this.#reader = new ReaderThread(parts.configuration.agent.data);
  }

  /** Where it can be opened; undefined when it is off or could not start. */
  get url(): Promise<string | undefined> {
    return this.#opening.then((panel) => panel?.url);
  }

  /** The journal for delivery, whose marks are counted on the way. */
  observing(journal: DeliveryJournal): DeliveryJournal {
    return this.tallies.observing(journal);
  }

  /** Events that were just committed. */
  accepted(events: readonly NewEvent[]): void {
    if (this.#feed.isHeard) for (const event of events) this.#feed.publish(event);
  }

  /** Begins to listen, if the configuration wants it; does not wait for that. */
  start(parts: Omit<PanelParts, 'configuration' | 'clock' | 'log'>): void {
    const { configuration, log } = this.#parts;
    const { panel } = configuration;
    this.tallies.begin(parts.dispatcher.endpoints());
    if (panel === 'off') return;
    this.#sample(parts.journal);
    this.#opening = this.#open(panel, parts).catch((error: GiroError) => {
      log.error({ err: error, code: error.code }, 'the panel did not start');
      return undefined;
    });
  }

  async stop(): Promise<void> {
    this.#cancelSample();
    const panel = await this.#opening;
    await panel?.close();
    await this.#reader.close();
  }

  async #open(
    address: Parameters<typeof import('./server.ts')['openPanel']>[0],
    parts: Omit<PanelParts, 'configuration' | 'clock' | 'log'>,
  ): Promise<OpenPanel> {
    const { openPanel } = await import('./server.ts');
    const panel = await openPanel(address, {
      ...this.#parts,
      ...parts,
      reader: this.#reader,
      tallies: this.tallies,
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
