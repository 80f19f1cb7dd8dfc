import { GiroError } from '../../../drivers/base/errors.ts';
import type { FeedPage } from '../../journal/feed.ts';
import type { ReaderThread } from '../../journal/reader-thread.ts';
import { cursorOf, type FeedPlace, isHeld, placeOf } from './cursor.ts';

/** Where a consumer wants to begin; the first that is there counts, without any it is the oldest event kept. */
export interface Start {
  readonly after?: string | undefined;
  readonly afterSequence?: number | undefined;
  /** Unix ms. */
  readonly sinceMs?: number | undefined;
}

/** A place to read on from; or that the one asked for is no longer held, and where the feed begins now. */
export type Found =
  | { readonly kind: 'place'; readonly place: FeedPlace }
  | { readonly kind: 'gone'; readonly next: string }
  | { readonly kind: 'unreadable' };

/** Reads the feed of one unit. Everything may throw JOURNAL_FAILED. */
export class FeedReading {
  readonly #reader: ReaderThread;
  readonly #unit: string;

  constructor(reader: ReaderThread, unit: string) {
    this.#reader = reader;
    this.#unit = unit;
  }

  async find({ after, afterSequence, sinceMs }: Start): Promise<Found> {
    const unit = this.#unit;
    const bounds = await this.#reader.ask('feedBounds', unit);
    if (bounds === undefined) throw new GiroError('JOURNAL_FAILED', `the feed of ${unit} was never begun`);
    const { epoch, first, last } = bounds;
    const at = (sequence: number): FeedPlace => ({ unit, epoch, sequence });
    let place = at(afterSequence ?? first - 1);
    if (after !== undefined) {
      const asked = placeOf(after);
      if (asked === undefined) return { kind: 'unreadable' };
      place = asked;
    } else if (afterSequence === undefined && sinceMs !== undefined) {
      place = at((await this.#reader.ask('feedPlace', unit, sinceMs)) ?? last);
    }
    return isHeld(place, unit, bounds)
      ? { kind: 'place', place }
      : { kind: 'gone', next: cursorOf(at(first - 1)) };
  }

  page({ sequence }: FeedPlace, limit: number, base64: boolean): Promise<FeedPage> {
    return this.#reader.ask('feedPage', { unit: this.#unit, afterSequence: sequence, limit, base64 });
  }
}
