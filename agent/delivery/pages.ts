import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { ALL_LANES, type Delivery } from '../events/delivery.ts';
import type { Lane } from './lane.ts';
import type { DeliveryJournal } from './marks.ts';

/** A failed read of the journal is tried again after this. */
const REREAD_MS = 1_000;

interface PagesParts {
  readonly webhook: string;
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
  /** A lane's window has what was read for it. */
  readonly onRead: (lane: Lane) => void;
  /** What failed may be read again. */
  readonly onAgain: () => void;
}

/** Reads the pages that lanes ask for from the journal. */
export class Pages {
  readonly #parts: PagesParts;
  #cancelAgain: (() => void) | undefined;
  #failing = false;
  #stopped = false;

  constructor(parts: PagesParts) {
    this.#parts = parts;
  }

  /** Reads on for a lane that fell behind, if it has room. */
  refill(lane: Lane): void {
    const page = this.#stopped ? undefined : lane.nextPage();
    if (page !== undefined) {
      void this.#read(lane, page.afterSequence, page.limit);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelAgain?.();
  }

  async #read(lane: Lane, afterSequence: number, limit: number): Promise<void> {
    const { webhook, journal, log } = this.#parts;
    const name = lane.name === ALL_LANES ? undefined : lane.name;
    let page: readonly Delivery[];
    try {
      page = await journal.pending(webhook, name, afterSequence, limit);
    } catch (error) {
      lane.readFailed();
      if (!this.#failing && !this.#stopped) {
        this.#failing = true;
        log.error({ err: error, webhook, lane: lane.name }, 'pending deliveries not read, trying again');
      }
      this.#againLater();
      return;
    }
    this.#failing = false;
    lane.fill(page, limit);
    this.#parts.onRead(lane);
  }

  #againLater(): void {
    if (this.#stopped) {
      return;
    }
    this.#cancelAgain ??= this.#parts.clock.after(REREAD_MS, () => {
      this.#cancelAgain = undefined;
      this.#parts.onAgain();
    });
  }
}
