import type { Tally } from './tally.ts';

/** One request, for one event. */
export interface Arrival {
  /** `dispositivo.id`. */
  readonly turnstile: string;
  /** `acesso.registroDispositivo`: each controller counts from 1. */
  readonly record: number;
  readonly id: string;
  /** Of the exact bytes of the body, hex. */
  readonly sha256: string;
}

interface Page {
  /** By record, the first id and the first bytes, 12 hex digits of each. */
  readonly ids: string[];
  readonly hashes: string[];
  readonly taken: Set<number>;
  /** Came, and was not answered with 2xx yet. */
  readonly refused: Set<number>;
  highest: number;
}

/** The one place that counts what is lost, doubled or out of order: a receiver's memory of everything that came. */
export class Book {
  readonly #pages = new Map<string, Page>();
  #delivered = 0;
  #doubledSameId = 0;
  #doubledOtherId = 0;
  #changedBytes = 0;
  #inversions = 0;

  /** Different events that were answered with 2xx. */
  get delivered(): number {
    return this.#delivered;
  }

  /** `isTaken`: it is about to be answered with 2xx. */
  note({ turnstile, record, id, sha256 }: Arrival, isTaken: boolean): void {
    const page = this.#page(turnstile);
    const [shortId, shortHash] = [id.replaceAll('-', '').slice(-12), sha256.slice(0, 12)];
    if (page.ids[record] === undefined) {
      page.ids[record] = shortId;
      page.hashes[record] = shortHash;
      if (record < page.highest || page.refused.size > 0) this.#inversions += 1;
      page.highest = Math.max(page.highest, record);
    } else {
      if (page.ids[record] !== shortId) this.#doubledOtherId += 1;
      else if (page.hashes[record] !== shortHash) this.#changedBytes += 1;
      else if (page.taken.has(record)) this.#doubledSameId += 1;
    }
    if (!isTaken) {
      if (!page.taken.has(record)) page.refused.add(record);
      return;
    }
    page.refused.delete(record);
    if (!page.taken.has(record)) this.#delivered += 1;
    page.taken.add(record);
  }

  /** `acknowledged`: how many records each controller was rid of, from its first on. */
  tally(acknowledged: ReadonlyMap<string, number>): Tally {
    let accepted = 0;
    let lost = 0;
    for (const [turnstile, count] of acknowledged) {
      const { taken } = this.#page(turnstile);
      accepted += count;
      for (let record = 1; record <= count; record += 1) if (!taken.has(record)) lost += 1;
    }
    return {
      accepted,
      delivered: this.#delivered,
      lost,
      doubledSameId: this.#doubledSameId,
      doubledOtherId: this.#doubledOtherId,
      changedBytes: this.#changedBytes,
      inversions: this.#inversions,
    };
  }

  #page(turnstile: string): Page {
    let page = this.#pages.get(turnstile);
    if (page === undefined) {
      page = { ids: [], hashes: [], taken: new Set(), refused: new Set(), highest: 0 };
      this.#pages.set(turnstile, page);
    }
    return page;
  }
}
