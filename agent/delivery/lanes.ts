import type { Clock } from '../../drivers/clock.ts';
import type { Logger } from '../../drivers/log.ts';
import { ALL_LANES, type Delivery, type LaneState, type QueueState } from '../journal/records.ts';
import { Lane } from './lane.ts';
import type { DeliveryJournal } from './marks.ts';
import { longestLaneWaitMs } from './schedule.ts';

/** A failed read of the journal is tried again after this. */
const REREAD_MS = 1_000;
/** Loads without an order that are in flight or wait for their next try. */
const CROWD_SIZE = 256;

/** In which order one webhook gets its events (`webhooks[].order`). */
export type Order = 'turnstile' | 'strict' | 'none';

interface LanesParts {
  readonly webhook: string;
  readonly order: Order;
  /** What is older than the end of an outage is sent beside the live events, not before them. */
  readonly liveFirst: boolean;
  readonly windowSize: number;
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
  /** A head may be sent. */
  readonly onReady: () => void;
}

/**
 * The lanes of one webhook: fills them from offers and from the journal, and knows which heads may be sent. One lane a
 * turnstile, or one for all; beside each, with `liveFirst`, one for its backlog. Without an order the one lane only
 * feeds a crowd, of which each member is a lane of its own.
 */
export class Lanes {
  readonly #parts: LanesParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #backlogs = new Map<string, Lane>();
  readonly #crowd = new Set<Lane>();
  /** Lanes whose head may be sent, the one that waited longest first. */
  #ready: Lane[] = [];
  /** The sequence that the next offer must have for nothing to lie between. */
  #nextOffered: number | undefined;
  #lastSequence = 0;
  /** What is pending up to here is older than the end of the last outage. */
  #backlogThrough = 0;
  /** Lanes that are to leave their backlog as soon as nothing of them is being sent. */
  readonly #leaving = new Set<Lane>();
  #cancelReread: (() => void) | undefined;
  #readFailing = false;
  #stopped = false;

  constructor(parts: LanesParts) {
    this.#parts = parts;
  }

  /** Nothing pending, in memory or in the journal. */
  get isIdle(): boolean {
    return this.#all.every((lane) => lane.isIdle);
  }

  /** The most requests that failed for one load. */
  get failedTries(): number {
    return Math.max(0, ...this.#all.map((lane) => (lane.head === undefined ? 0 : lane.attempts)));
  }

  get backlogThrough(): number {
    return this.#backlogThrough;
  }

  /** Whether an event is older than the end of the last outage, and may have been passed by others. */
  isLate(sequence: number): boolean {
    return this.#parts.liveFirst && sequence <= this.#backlogThrough;
  }

  start(stored: readonly LaneState[], queue: QueueState | undefined): void {
    this.#lastSequence = queue?.lastSequence ?? 0;
    this.#backlogThrough = queue?.backlogThrough ?? 0;
    const after = this.#parts.liveFirst ? this.#backlogThrough : 0;
    const names = stored.map(({ lane }) => lane).filter((name) => name !== ALL_LANES);
    for (const name of this.#parts.order === 'turnstile' ? names : [ALL_LANES]) {
      if (after > 0) {
        const backlog = this.#make(name, { behind: true, through: after });
        this.#backlogs.set(name, backlog);
        this.#refill(backlog);
      }
      const lane = this.#make(name, { behind: true, after });
      this.#lanes.set(name, lane);
      this.#restore(
        lane,
        stored.find((state) => state.lane === name),
      );
      this.#refill(lane);
    }
  }

  /** A just committed delivery. */
  offer(delivery: Delivery): void {
    const { order, liveFirst } = this.#parts;
    // The journal numbers without gaps. After one, an earlier delivery of this lane may still be on its way here.
    const contiguous = delivery.sequence === this.#nextOffered;
    this.#nextOffered = Math.max(this.#nextOffered ?? 0, delivery.sequence + 1);
    this.#lastSequence = Math.max(this.#lastSequence, delivery.sequence);
    const name = order === 'turnstile' ? delivery.lane : ALL_LANES;
    const after = liveFirst ? this.#backlogThrough : 0;
    const lane =
      delivery.sequence <= after
        ? this.#backlogOf(name)
        : (this.#lanes.get(name) ?? this.#make(name, { behind: false, after }));
    if (delivery.sequence > after) this.#lanes.set(name, lane);
    lane.offer(delivery, contiguous);
    this.#refill(lane);
    this.#wake(lane);
  }

  /** The lane whose head has waited longest; it is the caller's until `giveBack`. */
  take(): Lane | undefined {
    return this.#ready.shift();
  }

  /** What is to be sent of a lane that was taken: the lane itself or, without an order, its load in a lane of its own. */
  detach(lane: Lane): Lane {
    if (this.#parts.order !== 'none' || this.#crowd.has(lane)) return lane;
    const one = lane.detach();
    one.taken = true;
    this.#crowd.add(one);
    this.giveBack(lane);
    return one;
  }

  giveBack(lane: Lane): void {
    lane.taken = false;
    if (lane.isIdle && this.#crowd.delete(lane)) {
      for (const feeder of [...this.#lanes.values(), ...this.#backlogs.values()]) this.#wake(feeder);
      return;
    }
    this.#refill(lane);
    this.#wake(lane);
  }

  /** Keeps the lane's head back for `waitMs`. */
  hold(lane: Lane, waitingFor: 'receiver' | 'message', waitMs: number): void {
    if (waitMs <= 0) {
      return;
    }
    const { clock } = this.#parts;
    const cancel = clock.after(waitMs, () => this.#endWait(lane));
    lane.wait = { untilMs: clock.now() + waitMs, for: waitingFor, cancel };
  }

  /** What is pending now is older than the end of an outage. Answers whether there is any. */
  beginBacklog(): boolean {
    if (!this.#parts.liveFirst || this.isIdle) {
      return false;
    }
    this.#backlogThrough = Math.max(this.#backlogThrough, this.#lastSequence);
    for (const lane of this.#lanes.values()) {
      this.#leaving.add(lane);
      if (lane.taken && this.#ready.includes(lane)) {
        this.#ready = this.#ready.filter((other) => other !== lane);
        lane.taken = false;
        this.#wake(lane);
      } else {
        this.#leave(lane);
      }
    }
    return true;
  }

  /** The receiver works again: lanes that waited for it go on at once. Gives those. */
  receiverRecovered(): Lane[] {
    const waiting = this.#all.filter((lane) => lane.wait?.for === 'receiver');
    for (const lane of waiting) {
      lane.wait?.cancel();
      this.#endWait(lane);
    }
    return waiting;
  }

  /** Whether a restart finds where the lane stood; the others begin anew. */
  isStored(lane: Lane): boolean {
    return this.#lanes.get(lane.name) === lane;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelReread?.();
    for (const lane of this.#all) {
      lane.wait?.cancel();
    }
  }

  get #all(): Lane[] {
    return [...this.#lanes.values(), ...this.#backlogs.values(), ...this.#crowd];
  }

  #make(name: string, options: { behind: boolean; after?: number; through?: number }): Lane {
    return new Lane(name, { ...options, windowSize: this.#parts.windowSize });
  }

  #backlogOf(name: string): Lane {
    const backlog = this.#backlogs.get(name) ?? this.#make(name, { behind: false });
    this.#backlogs.set(name, backlog);
    return backlog;
  }

  #restore(lane: Lane, state: LaneState | undefined): void {
    lane.step = state?.step ?? 0;
    if (state?.nextAtMs !== undefined) {
      // A set-back wall clock can't stretch a wait beyond what it was made for.
      const remainingMs = state.nextAtMs - this.#parts.clock.now();
      this.hold(lane, 'receiver', Math.min(remainingMs, longestLaneWaitMs(lane.step)));
    }
  }

  #endWait(lane: Lane): void {
    lane.wait = undefined;
    this.#wake(lane);
  }

  #wake(lane: Lane): void {
    this.#leave(lane);
    if (lane.isReady && !this.#isCrowded(lane)) {
      lane.taken = true;
      this.#ready.push(lane);
      this.#parts.onReady();
    }
  }

  #isCrowded(lane: Lane): boolean {
    return this.#crowd.size >= CROWD_SIZE && !this.#crowd.has(lane);
  }

  #leave(lane: Lane): void {
    if (lane.taken || lane.wait !== undefined || !this.#leaving.delete(lane)) return;
    const backlog = this.#backlogOf(lane.name);
    lane.leave(this.#backlogThrough, backlog);
    this.#refill(backlog);
    this.#wake(backlog);
  }

  #refill(lane: Lane): void {
    const page = this.#stopped ? undefined : lane.nextPage();
    if (page !== undefined) {
      void this.#read(lane, page.afterSequence, page.limit);
    }
  }

  async #read(lane: Lane, afterSequence: number, limit: number): Promise<void> {
    const { webhook, journal, log } = this.#parts;
    const name = lane.name === ALL_LANES ? undefined : lane.name;
    let page: readonly Delivery[];
    try {
      page = await journal.pending(webhook, name, afterSequence, limit);
    } catch (error) {
      lane.readFailed();
      if (!this.#readFailing && !this.#stopped) {
        this.#readFailing = true;
        log.error({ err: error, webhook, lane: lane.name }, 'pending deliveries not read, trying again');
      }
      this.#rereadLater();
      return;
    }
    this.#readFailing = false;
    lane.fill(page, limit);
    this.#refill(lane);
    this.#wake(lane);
  }

  #rereadLater(): void {
    if (this.#stopped) {
      return;
    }
    this.#cancelReread ??= this.#parts.clock.after(REREAD_MS, () => {
      this.#cancelReread = undefined;
      for (const lane of this.#all) {
        this.#refill(lane);
      }
    });
  }
}
