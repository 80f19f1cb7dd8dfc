import type { Clock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { type BatchAnswer, isRead, type Op, type OpResult, type OpValues } from './batch.ts';
import type { WriterThread } from './threads.ts';
import type { Refusal } from './trouble.ts';

/** Ops of one transaction; more only make a commit slow, and need more free space at once on a full disk. */
const BATCH_LIMIT = 1000;
const WAITING_LIMIT = 100_000;
const MARKS_GATHER_MS = 20;
const RETRY_MS = 1000;

interface Entry {
  readonly op: Op;
  readonly resolve: (value: OpValues[Op['kind']]) => void;
  readonly reject: (error: unknown) => void;
}

/** Group commit: what is given while a batch is on its way becomes the next batch, in the order given. */
export class BatchQueue {
  readonly #writer: WriterThread;
  readonly #clock: Clock;
  readonly #log: Logger;
  #waiting: Entry[] = [];
  /** The batch on its way, or about to leave in this tick; never rejects. */
  #flight: Promise<void> | undefined;
  #outageSinceMs: number | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Why nothing more is taken. */
  #ended: GiroError | undefined;

  constructor(writer: WriterThread, { clock, log }: { clock: Clock; log: Logger }) {
    this.#writer = writer;
    this.#clock = clock;
    this.#log = log;
    void writer.died.then((error) => {
      this.#ended = error;
      this.#giveUp(error);
    });
  }

  /** Unix ms since which the disk refuses; undefined while it does not. */
  get refusingSinceMs(): number | undefined {
    return this.#outageSinceMs;
  }

  /** Nothing waits and nothing is on its way. */
  get isIdle(): boolean {
    return this.#flight === undefined && this.#waiting.length === 0;
  }

  give<Kind extends Op['kind']>(op: Op & { kind: Kind }): Promise<OpValues[Kind]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (op.kind === 'accept' && this.#waiting.length >= WAITING_LIMIT) {
      return Promise.reject(new GiroError('JOURNAL_FAILED', `${WAITING_LIMIT} calls already wait`));
    }
    return new Promise((resolve, reject) => {
      const entry: Entry = { op, resolve: resolve as Entry['resolve'], reject };
      if (isRead(op) && this.#outageSinceMs !== undefined) {
        this.#read(entry);
        return;
      }
      this.#waiting.push(entry);
      this.#schedule(op.kind !== 'mark');
    });
  }

  /** Takes nothing more and sends what waits; what the disk refuses then is given up. */
  async end(): Promise<void> {
    this.#ended ??= new GiroError('JOURNAL_FAILED', 'the journal is closed');
    while (this.#flight !== undefined || this.#waiting.length > 0) {
      if (this.#flight === undefined) this.#leave();
      await this.#flight;
      if (this.#outageSinceMs !== undefined) break;
    }
    this.#giveUp(new GiroError('JOURNAL_FAILED', 'the journal was closed while the disk refused'));
  }

  #schedule(urgent: boolean): void {
    if (this.#flight !== undefined || this.#outageSinceMs !== undefined) return;
    if (urgent) this.#leave();
    else if (this.#waiting.length > 0) this.#arm(MARKS_GATHER_MS);
  }

  #arm(delayMs: number): void {
    this.#cancelTimer ??= this.#clock.after(delayMs, () => this.#leave());
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Sends a batch at the next microtask, so that what is given in the same tick goes along. */
  #leave(): void {
    this.#disarm();
    this.#flight = Promise.resolve()
      .then(() => this.#fly(this.#waiting.splice(0, BATCH_LIMIT)))
      .then(() => {
        this.#flight = undefined;
        this.#schedule(this.#waiting.some(({ op }) => op.kind !== 'mark'));
      });
  }

  async #fly(batch: Entry[]): Promise<void> {
    let answer: BatchAnswer;
    try {
      answer = await this.#writer.run(batch.map(({ op }) => op));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, result] of answer.results.entries()) settle(batch[index], result);
    if (answer.disk === undefined) this.#endOutage();
    else this.#refuse(batch.slice(answer.results.length), answer.disk);
  }

  /** The batch stays at the head and is tried again; reads do not wait for the disk to take writes. */
  #refuse(batch: Entry[], { message }: Refusal): void {
    const all = [...batch, ...this.#waiting];
    this.#waiting = all.filter(({ op }) => !isRead(op));
    for (const entry of all) if (isRead(entry.op)) this.#read(entry);
    if (this.#waiting.length === 0) return;
    if (this.#outageSinceMs === undefined) {
      this.#outageSinceMs = this.#clock.now();
      this.#log.error(
        { cause: message, waiting: this.#waiting.length },
        'the journal cannot be written; events wait in memory and are tried again every second',
      );
    }
    this.#arm(RETRY_MS);
  }

  #endOutage(): void {
    if (this.#outageSinceMs === undefined) return;
    const outageMs = this.#clock.now() - this.#outageSinceMs;
    this.#outageSinceMs = undefined;
    this.#log.info({ outageMs }, 'the journal is written again');
  }

  #read(entry: Entry): void {
    this.#writer.run([entry.op]).then(({ results, disk }) => {
      const result = results[0] ?? (disk && { refused: disk });
      if (result !== undefined) settle(entry, result);
    }, entry.reject);
  }

  #giveUp(error: GiroError): void {
    this.#disarm();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function settle(entry: Entry | undefined, result: OpResult): void {
  if ('value' in result) entry?.resolve(result.value);
  else entry?.reject(new GiroError(result.refused.code, result.refused.message));
}
