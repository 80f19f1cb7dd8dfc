import type { Delivery, LaneState } from '../journal/records.ts';

/** Deliveries of one lane that are held in memory; the rest waits in the journal. */
export const WINDOW_SIZE = 64;
/** From this few on the next page is read, so that a drain does not pause for it. */
const LOW_WATER = WINDOW_SIZE / 2;

/**
 * The ordered queue of one turnstile and one webhook: a window of its first deliveries. What is offered joins the
 * window only if nothing can lie between; else the lane falls behind and reads pages from the journal, where
 * everything offered is already committed. Pure state: the queue does the reading, sending and waiting.
 */
export class Lane {
  readonly name: string;
  /** Place on the ladder of class B. */
  step = 0;
  /** Keeps the head back: for a busy receiver (any recovery ends it) or before the next try of a refused message. */
  wait:
    | { readonly untilMs: number; readonly for: 'receiver' | 'message'; readonly cancel: () => void }
    | undefined;
  /** Its head was discarded while it was being sent: it is not sent again. */
  isHeadDiscarded = false;
  /** What lies in the journal below the window may be pending again: it has to be read from the start. */
  isStale = false;
  /** Its head is being sent, or stands in the queue of those that may be. */
  taken = false;
  /** Requests for the present head that reached the wire, and tries that class D used up before a restart. */
  attempts = 0;
  #window: Delivery[] = [];
  /** The highest sequence that ever entered the window: below it nothing is left in the journal to be read. */
  #known = 0;
  /** The highest sequence that was offered. */
  #offered = 0;
  #offeredAtRead = 0;
  #reading = false;
  /** The journal may hold deliveries beyond the window. */
  #behind: boolean;

  constructor(name: string, options: { readonly behind: boolean }) {
    this.name = name;
    this.#behind = options.behind;
  }

  get head(): Delivery | undefined {
    return this.#window[0];
  }

  /** Nothing pending, in memory or in the journal. */
  get isIdle(): boolean {
    return this.#window.length === 0 && !this.#behind && !this.isStale;
  }

  get isReady(): boolean {
    return this.head !== undefined && !this.taken && !this.isStale && this.wait === undefined;
  }

  /** A just committed delivery. `contiguous`: every earlier delivery of the webhook was offered before. */
  offer(delivery: Delivery, contiguous: boolean): void {
    this.#offered = Math.max(this.#offered, delivery.sequence);
    if (delivery.sequence <= this.#known) {
      return; // a page brought it already
    }
    if (contiguous && !this.#behind && this.#window.length < WINDOW_SIZE) {
      this.#push(delivery);
    } else {
      this.#behind = true;
    }
  }

  /** The page to read now, if any; the caller answers with `fill`, or with `readFailed`. One read at a time. */
  nextPage(): { readonly afterSequence: number; readonly limit: number } | undefined {
    if (!this.#behind || this.isStale || this.#reading || this.#window.length > LOW_WATER) {
      return undefined;
    }
    this.#reading = true;
    this.#offeredAtRead = this.#offered;
    return { afterSequence: this.#known, limit: WINDOW_SIZE - this.#window.length };
  }

  /** What the journal had after `afterSequence`, in order. A page that is not full was the end when it was read. */
  fill(page: readonly Delivery[], limit: number): void {
    this.#reading = false;
    for (const delivery of page) {
      this.#push(delivery);
    }
    // What was offered while the page was being read may have been committed too late for it.
    const missed = this.#offered > Math.max(this.#known, this.#offeredAtRead);
    this.#behind = page.length >= limit || missed;
  }

  readFailed(): void {
    this.#reading = false;
  }

  get isReading(): boolean {
    return this.#reading;
  }

  /** An operator discarded these: none of them is sent any more. A head in flight ends first. */
  discard(sequences: ReadonlySet<number>): void {
    const { head } = this;
    if (head !== undefined && sequences.has(head.sequence)) {
      this.isHeadDiscarded = true;
    }
    this.#window = this.#window.filter((delivery) => delivery === head || !sequences.has(delivery.sequence));
  }

  /** Forgets the window; the journal is read again from the first pending one. Not while its head is being sent. */
  startOver(): void {
    this.isStale = false;
    this.isHeadDiscarded = false;
    this.#window = [];
    this.#known = 0;
    this.#behind = true;
  }

  /** The head is done: acknowledged, parked or discarded. */
  advance(): void {
    this.isHeadDiscarded = false;
    this.#window.shift();
    this.attempts = this.head?.tries ?? 0;
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

  state(webhook: string): LaneState {
    const wait = this.wait === undefined ? {} : { nextAtMs: this.wait.untilMs };
    return { webhook, lane: this.name, step: this.step, ...wait };
  }

  #push(delivery: Delivery): void {
    if (this.#window.length === 0) {
      this.attempts = delivery.tries;
    }
    this.#window.push(delivery);
    this.#known = delivery.sequence;
  }
}
