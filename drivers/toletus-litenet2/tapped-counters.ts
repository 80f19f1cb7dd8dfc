import type { Passage } from './messages.ts';
import { formatPosition, type Gap, gapOf, parsePosition, type Totals, WAYS, type Way } from './position.ts';

/** No arm turns faster, ms a turn. */
const TURN_MS = 1000;

/**
 * The board's passage counters under a tap, where nobody asks for them: each turn brings the total of its way. What lies
 * between the first total of a conversation and the last one before it passed while nobody heard the board. Pure.
 */
export class TappedCounters {
  readonly #beganMs: number;
  #serial: number | undefined;
  /** The board itself has said who it is, in this conversation. */
  #isIdentified = false;
  #totals: Totals;
  /** Until then nothing was missed; undefined while nothing is known. */
  #completeAtMs: number | undefined;
  /** The ways whose totals were not compared with those of the conversation before. */
  readonly #uncompared: Set<Way>;

  /** Continues from what was stored; the conversation began at `beganMs` (agent's clock, Unix ms). */
  constructor(stored: string | undefined, beganMs: number) {
    const known = parsePosition(stored);
    this.#beganMs = beganMs;
    this.#serial = known?.serial;
    this.#totals = known?.totals ?? {};
    this.#completeAtMs = known?.atMs;
    this.#uncompared = new Set(WAYS.filter((way) => this.#known(way)));
  }

  /** The software asked the board for its serial number. */
  identify(serial: number): void {
    if (this.#serial !== undefined && this.#serial !== serial) this.#forget();
    this.#serial = serial;
    this.#isIdentified = true;
  }

  /** A turn that is reported; answers with what passed before, unheard. */
  passed({ direction, total }: Pick<Passage, 'direction' | 'total'>, nowMs: number): Gap[] {
    if (total === undefined || direction === 'indefinido') return [];
    const way = direction === 'entrada' ? 'entries' : 'exits';
    const known = this.#totals[way];
    const missed = known === undefined ? 0 : total - known - 1;
    // What was missed before the conversation was missed by its beginning.
    const toMs = this.#uncompared.has(way) ? this.#beganMs : nowMs;
    const fromMs = Math.min(this.#completeAtMs ?? toMs, toMs); // the wall clock may have been set back
    this.#totals = { ...this.#totals, [way]: total };
    this.#uncompared.delete(way);
    this.complete(nowMs);
    if (missed <= 0 || !this.#isCredible(missed, toMs - fromMs)) return [];
    return [gapOf({ entries: 0, exits: 0, [way]: missed }, fromMs, toMs)];
  }

  /** Nothing was missed until `nowMs`, as far as both ways were compared. */
  complete(nowMs: number): void {
    if (this.#uncompared.size === 0) this.#completeAtMs = nowMs;
  }

  /** To be stored with the readings; undefined while there is nothing to count from. */
  get position(): string | undefined {
    const atMs = this.#completeAtMs;
    if (atMs === undefined || !(this.#known('entries') || this.#known('exits'))) return undefined;
    return formatPosition({ serial: this.#serial, totals: this.#totals, atMs });
  }

  /** A board that does not say who it is may be another than before: more turns than the time allows are none. */
  #isCredible(missed: number, windowMs: number): boolean {
    return this.#isIdentified || missed * TURN_MS <= windowMs;
  }

  #known(way: Way): boolean {
    return this.#totals[way] !== undefined;
  }

  #forget(): void {
    this.#totals = {};
    this.#uncompared.clear();
    this.#completeAtMs = undefined;
  }
}
