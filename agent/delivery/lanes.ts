import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { ALL_LANES, type Delivery, REPLAY_LANE } from '../events/delivery.ts';
import type { LaneState, QueueState } from '../events/webhook-state.ts';
import { Lane } from './lane.ts';
import type { DeliveryJournal } from './marks.ts';
import { Pages } from './pages.ts';
import { longestLaneWaitMs } from './schedule.ts';

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
  /** Resolves when what became of the heads so far is in the journal. */
  readonly stored: () => Promise<void>;
  /** A head may be sent. */
  readonly onReady: () => void;
}

/**
 * The lanes of one webhook: fills them from offers and from the journal, and knows which heads may be sent. One lane a
 * turnstile, or one for all; beside each, with `liveFirst`, one for its backlog. Without an order the one lane only
 * feeds a crowd, of which each member is a lane of its own. What an operator sends again has one lane, whatever the order.
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
  readonly #pages: Pages;

  constructor(parts: LanesParts) {
    this.#parts = parts;
    const settleAll = (): void => {
      for (const lane of this.#all) this.#settle(lane);
    };
    this.#pages = new Pages({ ...parts, onRead: (lane) => this.#settle(lane), onAgain: settleAll });
  }

  /** Nothing pending, in memory or in the journal. */
  get isIdle(): boolean {
    return this.#all.every((lane) => lane.isIdle);
  }

  /** A head may be sent and nobody took it. */
  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** The most requests that failed for one load. */
  get failedTries(): number {
    return Math.max(0, ...this.#all.map((lane) => (lane.head === undefined ? 0 : lane.attempts)));
  }

  get backlogThrough(): number {
    return this.#backlogThrough;
  }

  /** Whether the lane's head is older than the end of the last outage, and may have been passed by others. */
  isLate({ name, head }: Lane): boolean {
    const { liveFirst } = this.#parts;
    return liveFirst && name !== REPLAY_LANE && (head?.sequence ?? 0) <= this.#backlogThrough;
  }

  start(stored: readonly LaneState[], queue: QueueState | undefined): void {
    this.#lastSequence = queue?.lastSequence ?? 0;
    this.#backlogThrough = queue?.backlogThrough ?? 0;
    const { order, liveFirst } = this.#parts;
    const names = stored.map(({ lane }) => lane).filter((name) => name !== ALL_LANES);
    for (const name of order === 'turnstile' ? names : [ALL_LANES, ...names.filter(isReplay)]) {
      const after = liveFirst && !isReplay(name) ? this.#backlogThrough : 0;
      if (after > 0) {
        const backlog = this.#make(name, { behind: true, through: after });
        this.#backlogs.set(name, backlog);
        this.#pages.refill(backlog);
      }
      const lane = this.#make(name, { behind: true, after });
      this.#lanes.set(name, lane);
      this.#restore(
        lane,
        stored.find((state) => state.lane === name),
      );
      this.#pages.refill(lane);
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
    this.#pages.refill(lane);
    this.#wake(lane);
  }

  /** The lane whose head has waited longest; it is the caller's until `giveBack`. */
  take(): Lane | undefined {
    return this.#ready.shift();
  }

  /** What is to be sent of a lane that was taken: the lane itself or, without an order, its load in a lane of its own. */
  detach(lane: Lane): Lane {
    if (this.#parts.order !== 'none' || this.#crowd.has(lane) || isReplay(lane.name)) return lane;
    const one = lane.detach();
    one.taken = true;
    this.#crowd.add(one);
    this.giveBack(lane);
    return one;
  }

  giveBack(lane: Lane): void {
    lane.taken = false;
    this.#settle(lane);
  }

  /** An operator discarded these. */
  discard(sequences: ReadonlySet<number>): void {
    for (const lane of this.#all) {
      this.#unready(lane);
      lane.discard(sequences);
      this.#settle(lane);
    }
  }

  /** An operator made deliveries of this lane pending again, whatever their sequence. */
  startOver(name: string): void {
    const lane = this.#lanes.get(name) ?? this.#make(name, { behind: true });
    this.#lanes.set(name, lane);
    lane.isStale = true;
    this.#unready(lane);
    this.#settle(lane);
  }

  /** Keeps the lane's head back for `waitMs`. */
  hold(lane: Lane, waitingFor: 'receiver' | 'message', waitMs: number): void {
    if (waitMs <= 0) return;
    const { clock } = this.#parts;
    const cancel = clock.after(waitMs, () => this.#endWait(lane));
    lane.wait = { untilMs: clock.now() + waitMs, for: waitingFor, cancel };
  }

  /** What is pending now is older than the end of an outage. Answers whether there is any. */
  beginBacklog(): boolean {
    if (!this.#parts.liveFirst || this.isIdle) return false;
    this.#backlogThrough = Math.max(this.#backlogThrough, this.#lastSequence);
    for (const lane of this.#lanes.values()) {
      if (isReplay(lane.name)) continue;
      this.#leaving.add(lane);
      this.#unready(lane);
      this.#wake(lane);
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
    this.#pages.stop();
    for (const lane of this.#all) lane.wait?.cancel();
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

  /** It no longer stands among those that may be sent; one that is being sent stays taken. */
  #unready(lane: Lane): void {
    const place = this.#ready.indexOf(lane);
    if (place !== -1) {
      this.#ready.splice(place, 1);
      lane.taken = false;
    }
  }

  /** After a change from outside: what it asks for is done as soon as nothing of the lane is being sent. */
  #settle(lane: Lane): void {
    if (!lane.taken && lane.dropDiscarded()) this.#cancelWait(lane);
    if (lane.isStale && !lane.taken && !lane.isReading) void this.#restart(lane);
    if (!lane.taken && lane.isIdle && this.#crowd.delete(lane)) {
      for (const feeder of [...this.#lanes.values(), ...this.#backlogs.values()]) this.#wake(feeder);
      return;
    }
    this.#pages.refill(lane);
    this.#wake(lane);
  }

  /** Reads from the start once the journal knows what was sent: else it would give that again. */
  async #restart(lane: Lane): Promise<void> {
    await this.#parts.stored();
    if (lane.isStale && !lane.taken && !lane.isReading) {
      lane.startOver();
      this.#cancelWait(lane);
      this.#settle(lane);
    }
  }

  #cancelWait(lane: Lane): void {
    lane.wait?.cancel();
    lane.wait = undefined;
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
    this.#pages.refill(backlog);
    this.#wake(backlog);
  }
}

function isReplay(name: string): boolean {
  return name === REPLAY_LANE;
}
