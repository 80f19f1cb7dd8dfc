import type { Clock } from '../../drivers/clock.ts';
import type { Logger } from '../../drivers/log.ts';
import type { Delivery, LaneState } from '../journal/records.ts';
import { Lane } from './lane.ts';
import type { DeliveryJournal } from './marks.ts';
import { longestLaneWaitMs } from './schedule.ts';

/** A failed read of the journal is tried again after this. */
const REREAD_MS = 1_000;

interface LanesParts {
  readonly webhook: string;
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves when what became of the heads so far is in the journal. */
  readonly stored: () => Promise<void>;
  /** A head may be sent. */
  readonly onReady: () => void;
}

/** The lanes of one webhook: fills them from offers and from the journal, and knows which heads may be sent. */
export class Lanes {
  readonly #parts: LanesParts;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes whose head may be sent, the one that waited longest first. */
  #ready: Lane[] = [];
  /** The sequence that the next offer must have for nothing to lie between. */
  #nextOffered: number | undefined;
  #cancelReread: (() => void) | undefined;
  #readFailing = false;
  #stopped = false;

  constructor(parts: LanesParts) {
    this.#parts = parts;
  }

  /** Nothing pending, in memory or in the journal. */
  get isIdle(): boolean {
    return [...this.#lanes.values()].every((lane) => lane.isIdle);
  }

  /** The most requests that failed for one head. */
  get failedTries(): number {
    return Math.max(
      0,
      ...[...this.#lanes.values()].map((lane) => (lane.head === undefined ? 0 : lane.attempts)),
    );
  }

  start(stored: readonly LaneState[]): void {
    for (const { lane: name, step, nextAtMs } of stored) {
      const lane = new Lane(name, { behind: true });
      lane.step = step;
      this.#lanes.set(name, lane);
      if (nextAtMs !== undefined) {
        // A set-back wall clock can't stretch a wait beyond what it was made for.
        const remainingMs = nextAtMs - this.#parts.clock.now();
        this.hold(lane, 'receiver', Math.min(remainingMs, longestLaneWaitMs(step)));
      }
      this.#refill(lane);
    }
  }

  /** A just committed delivery. */
  offer(delivery: Delivery): void {
    // The journal numbers without gaps. After one, an earlier delivery of this lane may still be on its way here.
    const contiguous = delivery.sequence === this.#nextOffered;
    this.#nextOffered = Math.max(this.#nextOffered ?? 0, delivery.sequence + 1);
    let lane = this.#lanes.get(delivery.lane);
    if (lane === undefined) {
      lane = new Lane(delivery.lane, { behind: false });
      this.#lanes.set(delivery.lane, lane);
    }
    lane.offer(delivery, contiguous);
    this.#refill(lane);
    this.#wake(lane);
  }

  /** The lane whose head has waited longest; it is the caller's until `giveBack`. */
  take(): Lane | undefined {
    return this.#ready.shift();
  }

  giveBack(lane: Lane): void {
    lane.taken = false;
    this.#settle(lane);
  }

  /** An operator discarded these. */
  discard(sequences: ReadonlySet<number>): void {
    for (const lane of this.#lanes.values()) {
      this.#unready(lane);
      lane.discard(sequences);
      this.#settle(lane);
    }
  }

  /** An operator made deliveries of this lane pending again, whatever their sequence. */
  startOver(name: string): void {
    const lane = this.#lanes.get(name) ?? new Lane(name, { behind: true });
    this.#lanes.set(name, lane);
    lane.isStale = true;
    this.#unready(lane);
    this.#settle(lane);
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

  /** The receiver works again: lanes that waited for it go on at once. Gives those whose stored state changed. */
  receiverRecovered(): Lane[] {
    const waiting = [...this.#lanes.values()].filter((lane) => lane.wait?.for === 'receiver');
    for (const lane of waiting) {
      lane.wait?.cancel();
      this.#endWait(lane);
    }
    return waiting;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelReread?.();
    for (const lane of this.#lanes.values()) {
      lane.wait?.cancel();
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
    if (lane.isHeadDiscarded && !lane.taken) {
      lane.advance();
      lane.wait?.cancel();
      lane.wait = undefined;
    }
    if (lane.isStale && !lane.taken && !lane.isReading) {
      void this.#restart(lane);
    }
    this.#refill(lane);
    this.#wake(lane);
  }

  /** Reads from the start once the journal knows what was sent: else it would give that again. */
  async #restart(lane: Lane): Promise<void> {
    await this.#parts.stored();
    if (lane.isStale && !lane.taken && !lane.isReading) {
      lane.startOver();
      lane.wait?.cancel();
      lane.wait = undefined;
      this.#settle(lane);
    }
  }

  #wake(lane: Lane): void {
    if (lane.isReady) {
      lane.taken = true;
      this.#ready.push(lane);
      this.#parts.onReady();
    }
  }

  #refill(lane: Lane): void {
    const page = this.#stopped ? undefined : lane.nextPage();
    if (page !== undefined) {
      void this.#read(lane, page.afterSequence, page.limit);
    }
  }

  async #read(lane: Lane, afterSequence: number, limit: number): Promise<void> {
    const { webhook, journal, log } = this.#parts;
    let page: readonly Delivery[];
    try {
      page = await journal.pending(webhook, lane.name, afterSequence, limit);
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
    this.#settle(lane);
  }

  #rereadLater(): void {
    if (this.#stopped) {
      return;
    }
    this.#cancelReread ??= this.#parts.clock.after(REREAD_MS, () => {
      this.#cancelReread = undefined;
      for (const lane of this.#lanes.values()) {
        this.#settle(lane);
      }
    });
  }
}
