import type { Passage } from './messages.ts';
import { formatPosition, type Gap, gapOf, parsePosition, type Totals, WAYS, type Way } from './position.ts';

/**
 * The board's two passage counters: all that is left of what happened while nobody was connected
 * (toletus-litenet2.md 5.3). Compares them across connections and restarts, and counts what no event told of. Pure.
 */
export class PassageCounters {
  #serial: number | undefined;
  #totals: Totals = {};
  #completeAtMs: number | undefined;
  #hasBegun = false;
  #isIdentified = false;
  #unseen: { readonly entries: number; readonly exits: number; readonly fromMs: number } | undefined;

  /** Continues from what was stored; a text that it cannot read is none. */
  constructor(stored: string | undefined) {
    const known = parsePosition(stored);
    this.#serial = known?.serial;
    this.#totals = known?.totals ?? {};
    this.#completeAtMs = known?.atMs;
  }

  /**
   * Whose counters they are, once the board was asked; undefined if it did not tell. Before, nothing is reported and
   * there is no position: the board may have been replaced.
   */
  identify(serial: number | undefined): void {
    this.#isIdentified = true;
    if (serial === undefined) return;
    if (this.#serial !== undefined && this.#serial !== serial) {
      this.#totals = {};
      this.#unseen = undefined;
    }
    this.#serial = serial;
  }

  /** A passage that is reported, with the total that came with it. Those between the last one and it were not. */
  passed({ direction, total }: Pick<Passage, 'direction' | 'total'>, nowMs: number): void {
    if (total === undefined || direction === 'indefinido') return;
    const way = direction === 'entrada' ? 'entries' : 'exits';
    const known = this.#totals[way];
    if (known !== undefined) this.#missed(way, total - known - 1, nowMs);
    this.#totals = { ...this.#totals, [way]: total };
    this.complete(nowMs);
  }

  /**
   * Takes the totals that the board was asked for where nothing is known, or where they were reset (they are smaller).
   * Whether they are ahead of what was reported: then the board may be about to report it.
   */
  read(totals: Readonly<Record<Way, number>>): boolean {
    for (const way of WAYS) {
      const known = this.#totals[way];
      if (known === undefined || totals[way] < known) this.#totals = { ...this.#totals, [way]: totals[way] };
    }
    return WAYS.some((way) => totals[way] > (this.#totals[way] ?? 0));
  }

  /** What `read` said to be ahead and was not reported since is not going to be. */
  catchUp(totals: Readonly<Record<Way, number>>, nowMs: number): void {
    for (const way of WAYS) {
      const known = this.#totals[way] ?? 0;
      if (totals[way] <= known) continue;
      this.#missed(way, totals[way] - known, nowMs);
      this.#totals = { ...this.#totals, [way]: totals[way] };
    }
  }

  /** Both counters were compared: what is missed from now on is missed since the last passage or `complete`. */
  begin(nowMs: number): void {
    this.#hasBegun = true;
    this.complete(nowMs);
  }

  /** Nothing was missed until `nowMs`. Says nothing before both counters were compared. */
  complete(nowMs: number): void {
    if (this.#hasBegun) this.#completeAtMs = nowMs;
  }

  /** What no event told of, up to now; each passage once. */
  takeGap(nowMs: number): Gap[] {
    const unseen = this.#unseen;
    if (unseen === undefined || !this.#isIdentified) return [];
    this.#unseen = undefined;
    const { fromMs, entries, exits } = unseen;
    return [gapOf({ entries, exits }, fromMs, nowMs)];
  }

  /** To be stored with the readings; undefined while there is nothing to count from. */
  get position(): string | undefined {
    if (!this.#isIdentified || this.#completeAtMs === undefined) return undefined;
    if (this.#totals.entries === undefined && this.#totals.exits === undefined) return undefined;
    return formatPosition({ serial: this.#serial, totals: this.#totals, atMs: this.#completeAtMs });
  }

  #missed(way: Way, count: number, nowMs: number): void {
    if (count <= 0) return;
    // The wall clock may have been set back meanwhile.
    const fromMs = Math.min(this.#completeAtMs ?? nowMs, nowMs);
    const before = this.#unseen ?? { entries: 0, exits: 0, fromMs };
    this.#unseen = { ...before, [way]: before[way] + count };
  }
}
