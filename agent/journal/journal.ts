import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Delivery } from '../events/delivery.ts';
import type { QueueStates } from '../events/webhook-state.ts';
import type { Renderings } from './accept.ts';
import type { ParkedCount } from './alarms.ts';
import { BatchQueue } from './batch-queue.ts';
import { DAMAGE_NOTE, JOURNAL_FILE } from './file.ts';
import { Gate } from './gate.ts';
import { LargeBodyLog } from './large-bodies.ts';
import { type Lock, takeLock } from './lock.ts';
import type { Operated, Operation } from './operate.ts';
import type { Accept, Accepted, JournalState, KeptLine, Mark, Trace } from './records.ts';
import type { SalvageReport } from './salvage.ts';
import type { DeliveryFilter, Scope } from './selection.ts';
import type { LinePlace } from './state.ts';
import { checkInBackground, type Opened, WriterThread } from './threads.ts';
import type { UpkeepResults, UpkeepStep } from './upkeep.ts';
import type { LogContent } from './wal.ts';

export interface JournalOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** How bodies are made, by webhook, until `render` says otherwise. */
  readonly renderings?: Renderings;
  /** A gateway has run on this folder before: an empty journal is a lost one. */
  readonly wasInUse?: boolean;
}

/** What is wrong with the file or its disk. */
export interface JournalHealth {
  /** Unix ms since which the disk takes nothing. */
  readonly refusingSinceMs?: number | undefined;
  /** The file contradicts itself; the next start salvages it. */
  readonly isDamaged: boolean;
  /** What this start saved of a damaged file. */
  readonly salvaged?: SalvageReport | undefined;
}

/**
 * The journal of a data folder, written by a thread of its own so that a slow disk never stalls a link.
 *
 * Calls take effect in their order. While the disk refuses (full, not answering, read-only) what was given waits and
 * is tried again every second, and its promises stay pending; nothing is ever half stored.
 */
export class Journal {
  /** As found at the start. */
  readonly state: JournalState;
  /** Resolves when the journal can no longer be written by this process, which should end and be started again. */
  readonly failed: Promise<GiroError>;
  readonly #queue: BatchQueue;
  readonly #writer: WriterThread;
  readonly #lock: Lock;
  #check: Check;
  readonly #salvaged: SalvageReport | undefined;
  readonly #largeBodies: LargeBodyLog;
  readonly #log: Logger;
  readonly #folder: string;
  readonly #gate = new Gate();
  #closing: Promise<void> | undefined;

  private constructor(
    folder: string,
    lock: Lock,
    writer: WriterThread,
    { state, salvaged }: Opened,
    check: Check,
    options: JournalOptions,
  ) {
    this.#folder = folder;
    this.#log = options.log;
    this.#lock = lock;
    this.#writer = writer;
    this.#check = check;
    this.#salvaged = salvaged;
    this.#largeBodies = new LargeBodyLog(options.log);
    this.#queue = new BatchQueue(writer, options);
    this.state = state;
    this.failed = writer.died;
  }

  /**
   * Opens the journal of a folder, which is made (0700) if there is none. Throws JOURNAL_LOCKED when another process
   * has it, JOURNAL_FAILED when the disk refuses. A file that is damaged, or that a newer version wrote, is set aside and
   * salvaged, with an error in the log.
   */
  static async open(folder: string, options: JournalOptions): Promise<Journal> {
    const { log, clock, renderings = new Map(), wasInUse = false } = options;
    const lock = lockFolder(folder);
    try {
      const { writer, opening } = await WriterThread.start({
        folder,
        nowMs: clock.now(),
        renderings,
        wasInUse,
      });
      if (opening.log !== undefined) tellLog(opening.log, log);
      if (opening.salvaged !== undefined) {
        log.error(opening.salvaged, 'the journal could not be used as it was; what could be read was saved');
      }
      const check = opening.unchecked ? startCheck(folder, log) : UNNEEDED;
      return new Journal(folder, lock, writer, opening, check, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Resolves after the commit with a full sync; all of it is stored or nothing. Rejects with JOURNAL_FAILED when it
   * cannot be stored as it is, when more than 100,000 calls already wait, after `close` and when the journal failed.
   */
  async accept(accept: Accept): Promise<Accepted> {
    // Bytes of a view are copied: a clone would carry the whole buffer behind it to the thread.
    const unrecognised = accept.unrecognised?.map((line) => ({
      ...line,
      bytes: Uint8Array.from(line.bytes),
    }));
    const copied = unrecognised === undefined ? accept : { ...accept, unrecognised };
    const store = () => this.#queue.give({ kind: 'accept', accept: copied });
    const accepted = await ((accept.alarms ?? accept.audits) ? store() : this.#gate.pass(store));
    this.#largeBodies.tell(accepted.large);
    return accepted;
  }

  /** How bodies are made from now on, by webhook; what is queued already stays as it is. */
  render(renderings: Renderings): void {
    this.#writer.render(renderings);
  }

  /** Stores marks, gathered for up to 20 ms and without a sync of their own: a crash may lose the last of them. */
  mark(...marks: Mark[]): Promise<void> {
    return this.#queue.give({ kind: 'mark', marks });
  }

  /**
   * Pending deliveries of a lane, or of all but the replays without one, behind `afterSequence`, by sequence, at most `limit`, after
   * all calls before this one. While the disk refuses it answers at once, from what is committed.
   */
  pending(
    webhook: string,
    lane: string | undefined,
    afterSequence: number,
    limit: number,
  ): Promise<readonly Delivery[]> {
    return this.#queue.give({ kind: 'pending', webhook, lane, afterSequence, limit });
  }

  /** Where all queues stand, after all calls before this one. While the disk refuses, at once, as committed. */
  queues(): Promise<QueueStates> {
    return this.#queue.give({ kind: 'queues' });
  }

  /** How many deliveries are parked, by webhook, without those that have none. */
  parked(): Promise<readonly ParkedCount[]> {
    return this.#queue.give({ kind: 'parked' });
  }

  /** Resolves when the writer's thread has dealt with all calls before, or at once while the disk refuses. */
  async answer(): Promise<void> {
    await this.pending('', undefined, 0, 1);
  }

  get health(): JournalHealth {
    return {
      refusingSinceMs: this.#queue.refusingSinceMs,
      isDamaged: this.#check.foundDamage,
      salvaged: this.#salvaged,
    };
  }

  /** Unrecognised lines of a turnstile behind `after`, in the order in which they came, at most `limit`. */
  keptLines(turnstile: string, after: LinePlace, limit: number): Promise<readonly KeptLine[]> {
    return this.#queue.give({ kind: 'keptLines', turnstile, after, limit });
  }

  /** Where an operator's filter has to look, as of all calls before this one. */
  scopes(filter: DeliveryFilter): Promise<readonly Scope[]> {
    return this.#queue.give({ kind: 'scopes', filter });
  }

  /** Does one step of an operator's action; resolves after its commit with a full sync. */
  operate(operation: Operation): Promise<Operated> {
    return this.#queue.give({ kind: 'operate', operation });
  }

  /** What was taken of a turnstile near these moments (device's time, Unix ms), after all calls before this one. */
  traces(turnstile: string, aroundMs: readonly number[], withinMs: number): Promise<readonly Trace[]> {
    return this.#queue.give({ kind: 'traces', turnstile, aroundMs, withinMs });
  }

  /** Begins the feeds of units that have none yet. */
  openFeeds(units: readonly string[]): Promise<void> {
    return this.#queue.give({ kind: 'openFeeds', units });
  }

  /** Does one step of upkeep, without a sync of its own. */
  upkeep<Do extends UpkeepStep['do']>(step: UpkeepStep & { readonly do: Do }): Promise<UpkeepResults[Do]> {
    return this.#queue.give({ kind: 'upkeep', step }) as Promise<UpkeepResults[Do]>;
  }

  /** While it blocks, `accept` waits, but for alarms and operators; everything else goes on. */
  block(isBlocked: boolean): void {
    if (isBlocked) this.#gate.close();
    else this.#gate.open();
  }

  /**
   * Writes the log back into the file and empties it, so that the disk holds nothing twice. False when it was busy just
   * then, which costs nothing but the space.
   */
  async checkpoint(): Promise<boolean> {
    return this.#queue.isIdle && (await this.#writer.checkpoint());
  }

  /** Reads every page in a thread of its own; what it finds shows in `health`. */
  check(): void {
    const { foundDamage } = this.#check;
    if (foundDamage) return;
    this.#check.stop();
    this.#check = startCheck(this.#folder, this.#log);
  }

  /** Takes the oldest events of a unit's feed away that were recorded before a moment, some at a time; answers how many. */
  pruneFeed(unit: string, beforeMs: number): Promise<number> {
    return this.#queue.give({ kind: 'pruneFeed', unit, beforeMs });
  }

  /**
   * Finishes what was given and frees the folder. What the disk refuses in one last try is given up: its promises
   * reject with JOURNAL_FAILED.
   */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    this.#check.stop();
    this.#gate.end();
    try {
      await this.#queue.end();
      await this.#writer.close();
    } finally {
      this.#lock.release();
    }
  }
}

function tellLog({ isTorn, ...pages }: LogContent, log: Logger): void {
  if (isTorn) log.warn(pages, 'the log of the journal is torn: what was written last may be missing');
  else log.info(pages, 'the journal was not closed; its log was played back');
}

function lockFolder(folder: string): Lock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return takeLock(folder);
  } catch (error) {
    if (error instanceof GiroError) throw error;
    throw new GiroError('JOURNAL_FAILED', `${folder} cannot be used`, { cause: error });
  }
}

interface Check {
  foundDamage: boolean;
  stop(): void;
}

const UNNEEDED: Check = { foundDamage: false, stop: () => {} };

/** What it finds waits for the next start, unless a write meets it first: a start that salvages takes a while. */
function startCheck(folder: string, log: Logger): Check {
  const check: Check = { foundDamage: false, stop: () => {} };
  check.stop = checkInBackground(
    join(folder, JOURNAL_FILE),
    (damage) => {
      if (damage === undefined) return log.debug({}, 'the journal is sound');
      check.foundDamage = true;
      writeFileSync(join(folder, DAMAGE_NOTE), '', { mode: 0o600 });
      log.error({ damage }, 'the journal is damaged; the next start salvages it');
    },
    (error) => log.warn({ err: error }, 'the check of the journal did not end'),
  );
  return check;
}
