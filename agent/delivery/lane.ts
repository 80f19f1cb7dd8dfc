import { ALONE, type Delivery } from '../events/delivery.ts';
import type { LaneState } from '../events/webhook-state.ts';

/** Deliveries of one lane that are held in memory; the rest waits in the journal. */
export const WINDOW_SIZE = 64;

interface LaneOptions {
  /** The journal may hold deliveries of it. */
  readonly behind: boolean;
  /** Only what comes after this sequence is of it. */
  readonly after?: number;
  /** Only what comes up to this sequence is of it. */
  readonly through?: number;
  readonly windowSize?: number;
}

/** Sequences of a lane, both ends included. */
interface Range {
  readonly from: number;
  readonly through: number;
}

/**
 * The ordered queue of one turnstile and one webhook: a window of its first deliveries. What is offered joins the
 * window only if nothing can lie between; else the lane falls behind and reads pages from the journal, where
 * everything offered is already committed. Pure state: the queue does the reading, sending and waiting.
 */
export class Lane {
  readonly name: string;
  readonly #windowSize: number;
  /** Place on the ladder of class B. */
  step = 0;
  /** Keeps the head back: for a busy receiver (any recovery ends it) or before the next try of a refused message. */
  wait:
    | { readonly untilMs: number; readonly for: 'receiver' | 'message'; readonly cancel: () => void }
    | undefined;
  /** What lies in the journal below the window may be pending again: it has to be read from the start. */
  isStale = false;
  /** Its head is being sent, or stands in the queue of those that may be. */
  taken = false;
  /** Requests for the present load that reached the wire, and tries that class D used up before a restart. */
  attempts = 0;
  #window: Delivery[] = [];
  /** How many of the first deliveries the next request carries; 0 while nobody decided. */
  #loaded = 0;
  /** Of the load, discarded: not sent again. */
  #discarded = new Set<number>();
  /** The highest sequence that ever entered the window: below it nothing is left in the journal to be read. */
  #known: number;
  /** The highest sequence that was offered. */
  #offered = 0;
  #offeredAtRead = 0;
  #reading = false;
  /** The journal may hold deliveries beyond the window. */
  #behind: boolean;
  /** Where the range that is being read ends. */
  #through: number;
  /** What is to be read after that. */
  #later: Range[] = [];

  constructor(name: string, options: LaneOptions) {
    this.name = name;
    this.#behind = options.behind;
    this.#known = options.after ?? 0;
    this.#through = options.through ?? Number.POSITIVE_INFINITY;
    this.#windowSize = options.windowSize ?? WINDOW_SIZE;
  }

  /** A lane for the first deliveries of this one, which sends them whatever becomes of the others. */
  detach(): Lane {
    const lane = new Lane(this.name, { behind: false });
    lane.#window = [...this.load];
    lane.#loaded = lane.#window.length;
    lane.attempts = this.attempts;
    this.advance();
    return lane;
  }

  get head(): Delivery | undefined {
    return this.#window[0];
  }

  get window(): readonly Delivery[] {
    return this.#window;
  }

  /** What the next request carries: the head, unless `compose` said more. */
  get load(): readonly Delivery[] {
    return this.#window.slice(0, Math.max(this.#loaded, 1));
  }

  /** Whether it is decided what the next request carries. */
  get isComposed(): boolean {
    return this.#loaded > 0;
  }

  /** Nothing pending, in memory or in the journal. */
  get isIdle(): boolean {
    return this.#window.length === 0 && !this.#behind && !this.isStale;
  }

  get isReading(): boolean {
    return this.#reading;
  }

  get isReady(): boolean {
    return (
      this.head !== undefined && !this.taken && !this.isStale && this.wait === undefined && !this.#isCutOff
    );
  }

  get #isLow(): boolean {
    return this.#window.length <= this.#windowSize / 2;
  }

  /** The rest of the batch that begins the window is about to be read. */
  get #isCutOff(): boolean {
    const batch = this.head?.batch;
    return (
      !this.isComposed &&
      this.#behind &&
      this.#isLow &&
      batch !== undefined &&
      batch !== ALONE &&
      this.#window.at(-1)?.batch === batch
    );
  }

  /** A just committed delivery. `contiguous`: every earlier delivery of the webhook was offered before. */
  offer(delivery: Delivery, contiguous: boolean): void {
    this.#offered = Math.max(this.#offered, delivery.sequence);
    if (delivery.sequence <= this.#known) {
      return; // a page brought it already
    }
    if (contiguous && !this.#behind && this.#window.length < this.#windowSize) {
      this.#push(delivery);
    } else {
      this.#behind = true;
    }
  }

  /** The page to read now, if any; the caller answers with `fill`, or with `readFailed`. One read at a time. */
  nextPage(): { readonly afterSequence: number; readonly limit: number } | undefined {
    // From half a window on, so that a drain does not pause for it.
    if (!this.#behind || this.isStale || this.#reading || !this.#isLow) {
      return undefined;
    }
    this.#reading = true;
    this.#offeredAtRead = this.#offered;
    return { afterSequence: this.#known, limit: this.#windowSize - this.#window.length };
  }

  /** What the journal had after `afterSequence`, in order. A page that is not full was the end when it was read. */
  fill(page: readonly Delivery[], limit: number): void {
    this.#reading = false;
    for (const delivery of page) {
      // What is not above the known went to another lane meanwhile, or lies between two ranges.
      if (delivery.sequence > this.#known && delivery.sequence <= this.#through) this.#push(delivery);
    }
    const last = page.at(-1)?.sequence ?? 0;
    const isEnd = page.length < limit || last > this.#through;
    // What was offered while the page was being read may have been committed too late for it.
    const missed = this.#offered > Math.max(this.#known, this.#offeredAtRead);
    this.#behind = !isEnd || missed;
    this.#beginRange();
  }

  readFailed(): void {
    this.#reading = false;
  }

  /** An operator discarded these: none of them is sent any more. What is being sent ends first. */
  discard(sequences: ReadonlySet<number>): void {
    const { load } = this;
    for (const { sequence } of load) if (sequences.has(sequence)) this.#discarded.add(sequence);
    this.#window = this.#window.filter(
      (delivery, place) => place < load.length || !sequences.has(delivery.sequence),
    );
  }

  /** Drops what was discarded of the load. Not while it is being sent. Answers whether there was any. */
  dropDiscarded(): boolean {
    if (this.#discarded.size === 0) return false;
    this.#window = this.#window.filter(({ sequence }) => !this.#discarded.has(sequence));
    this.#restart();
    return true;
  }

  /** Forgets the window; the journal is read again from the first pending one. Not while anything is being sent. */
  startOver(): void {
    this.isStale = false;
    this.#window = [];
    this.#known = 0;
    this.#behind = true;
    this.#restart();
  }

  /** Decides that the next request carries the first `count`; `batch` is the id that they go under, if one was stored. */
  compose(count: number, batch?: string): void {
    this.#loaded = count;
    if (batch !== undefined) {
      this.#window = this.#window.map((delivery, place) =>
        place < count ? { ...delivery, batch } : delivery,
      );
    }
  }

  /** The load was refused as a whole: each of its deliveries goes alone from now on. */
  split(): void {
    this.compose(this.load.length, ALONE);
    this.#loaded = 0;
    this.attempts = this.head?.tries ?? 0;
  }

  /** The load is done: acknowledged, parked or discarded. */
  advance(): void {
    this.#window.splice(0, Math.max(this.#loaded, 1));
    this.#restart();
  }

  /** The head used up one of its tries. Returns how many by now. */
  useTry(): number {
    const head = this.head;
    if (head === undefined) {
      return 0;
    }
    const tries = head.tries + 1;
    this.#window[0] = { ...head, tries };
    return tries;
  }

  /** Leaves to `older` what it has up to `boundary`. Not while it is being sent. */
  leave(boundary: number, older: Lane): void {
    const pending = this.head?.sequence ?? (this.#behind ? this.#known + 1 : undefined);
    if (pending !== undefined && pending <= boundary) {
      if (older.isIdle && !older.taken) older.#takeOver(this, boundary);
      else older.#extend({ from: pending, through: boundary });
      this.#window = this.#window.filter(({ sequence }) => sequence > boundary);
      this.#restart();
    }
    this.#known = Math.max(this.#known, boundary);
    this.#behind &&= this.#offered > this.#known;
  }

  state(webhook: string): LaneState {
    const wait = this.wait === undefined ? {} : { nextAtMs: this.wait.untilMs };
    return { webhook, lane: this.name, step: this.step, ...wait };
  }

  #takeOver(lane: Lane, boundary: number): void {
    this.#window = lane.#window.filter(({ sequence }) => sequence <= boundary);
    this.#loaded = Math.min(lane.#loaded, this.#window.length);
    this.attempts = lane.attempts;
    this.#known = Math.min(lane.#known, boundary);
    this.#through = boundary;
    this.#behind = lane.#behind && lane.#known < boundary;
  }

  /** Everything of the range is pending; what lies between it and what this lane had is not. */
  #extend(range: Range): void {
    this.#later.push(range);
    this.#beginRange();
  }

  #beginRange(): void {
    if (this.#behind || this.#reading) return;
    const range = this.#later.shift();
    if (range === undefined) return;
    this.#known = Math.max(this.#known, range.from - 1);
    this.#through = range.through;
    this.#behind = true;
  }

  #restart(): void {
    this.#loaded = 0;
    this.#discarded.clear();
    this.attempts = this.head?.tries ?? 0;
  }

  #push(delivery: Delivery): void {
    if (this.#window.length === 0) {
      this.attempts = delivery.tries;
    }
    this.#window.push(delivery);
    this.#known = delivery.sequence;
  }
}
