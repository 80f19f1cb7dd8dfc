import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Delivery } from '../events/delivery.ts';
import type { QueueStates } from '../events/webhook-state.ts';
import type { Mark } from '../journal/records.ts';

/** What delivery needs of the journal. */
export interface DeliveryJournal {
  /** Deliveries of a lane (of all without one) that are neither delivered nor parked, after a sequence, in order. */
  pending(
    webhook: string,
    lane: string | undefined,
    afterSequence: number,
    limit: number,
  ): Promise<readonly Delivery[]>;
  mark(...marks: Mark[]): Promise<void>;
  /** Where all queues stand. */
  queues(): Promise<QueueStates>;
}

const RETRY_MS = 1_000;
/** Unstored groups of marks from which nothing more is sent: each would be a duplicate after a crash. */
const LIMIT = 10_000;
/** So much of answers weighs like one more group: memory is bounded too. */
const ANSWER_WEIGHT_BYTES = 1024;
/** Groups of one call. */
const BATCH = 1_000;

/** Marks of one push: stored together or not at all. */
interface Group {
  readonly marks: readonly Mark[];
  readonly weight: number;
}

/**
 * Stores marks in their order, those of one push in one transaction; nobody waits for them. On a failure they are
 * kept and tried again: one that is lost costs a duplicate, never an event.
 */
export class MarkWriter {
  readonly #journal: DeliveryJournal;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #onRoom: () => void;
  #queue: Group[] = [];
  #weight = 0;
  #storedGroups = 0;
  #waiters: { readonly place: number; readonly resolve: () => void }[] = [];
  #writing: Promise<void> | undefined;
  #failing = false;
  #closing = false;
  #cancelRetry: (() => void) | undefined;

  /** `onRoom` is called when the writer was full and no longer is. */
  constructor(parts: { journal: DeliveryJournal; clock: Clock; log: Logger; onRoom: () => void }) {
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#onRoom = parts.onRoom;
  }

  get isFull(): boolean {
    return this.#weight >= LIMIT;
  }

  push(...marks: Mark[]): void {
    if (marks.length === 0) {
      return;
    }
    const group = { marks, weight: weightOf(marks) };
    this.#queue.push(group);
    this.#weight += group.weight;
    if (this.#cancelRetry === undefined) {
      this.#start();
    }
  }

  /** Resolves when all that was pushed so far is stored; never, when it is given up. */
  stored(): Promise<void> {
    const place = this.#storedGroups + this.#queue.length;
    if (place === this.#storedGroups) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiters.push({ place, resolve });
    });
  }

  /** Resolves when all is stored, after one more failure, or after `limitMs`. Push nothing afterwards. */
  async flush(limitMs: number): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(limitMs, resolve);
    });
    await Promise.race([this.#finish(), late]);
    cancel();
  }

  async #finish(): Promise<void> {
    this.#closing = true;
    await this.#writing;
    this.#cancelRetry?.();
    this.#start();
    await this.#writing;
  }

  #start(): void {
    if (this.#writing === undefined && this.#queue.length > 0) {
      this.#writing = this.#write();
    }
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, BATCH);
      try {
        await this.#journal.mark(...batch.flatMap(({ marks }) => marks));
      } catch (error) {
        this.#retryLater(error);
        break;
      }
      const wasFull = this.isFull;
      this.#failing = false;
      this.#queue.splice(0, batch.length);
      this.#weight -= batch.reduce((sum, { weight }) => sum + weight, 0);
      this.#storedGroups += batch.length;
      while (this.#waiters[0] !== undefined && this.#waiters[0].place <= this.#storedGroups) {
        this.#waiters.shift()?.resolve();
      }
      if (wasFull && !this.isFull) {
        this.#onRoom();
      }
    }
    this.#writing = undefined;
  }

  #retryLater(error: unknown): void {
    if (!this.#failing) {
      this.#failing = true;
      this.#log.error({ err: error, groups: this.#queue.length }, 'delivery marks not stored, trying again');
    }
    if (this.#closing) {
      return;
    }
    this.#cancelRetry = this.#clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      this.#start();
    });
  }
}

function weightOf(marks: readonly Mark[]): number {
  return marks.reduce(
    (weight, mark) =>
      mark.kind === 'attempt'
        ? weight + Math.floor((mark.attempt.answer?.length ?? 0) / ANSWER_WEIGHT_BYTES)
        : weight,
    1,
  );
}
