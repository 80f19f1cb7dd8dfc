import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Renderings } from './accept.ts';
import type { Backup, BackupOrder } from './backup.ts';
import type { BatchAnswer, Op } from './batch.ts';
import type { Refusal } from './trouble.ts';
import type { Opening, Request, WriterOptions } from './writer.ts';

/** Starts a thread of this folder; `.ts` in a checkout, `.js` where built. */
export function startThread(name: string, workerData?: unknown): Worker {
  const url = new URL(`./${name}${extname(new URL(import.meta.url).pathname)}`, import.meta.url);
  return new Worker(url, { name: `journal-${name}`, workerData });
}

/** A writer's thread that has nothing to do yet. */
let prepared: Worker | undefined;

/**
 * Lets the thread of the next `WriterThread.start` load while this one still reads the configuration: a fifth of the
 * time that a start takes. Keeps no process alive.
 */
export function prepareWriter(): void {
  prepared = startThread('writer');
  prepared.unref();
}

/** The writer thread, seen from the main thread. */
export class WriterThread {
  /** Resolves when the thread ended without being told to. */
  readonly died: Promise<GiroError>;
  readonly #worker: Worker;
  readonly #waiting: {
    resolve: (answer: BatchAnswer | boolean) => void;
    reject: (error: GiroError) => void;
  }[] = [];
  #closing = false;
  #death: GiroError | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: BatchAnswer | boolean) => this.#waiting.shift()?.resolve(answer));
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    this.died = new Promise((resolve) => {
      worker.on('exit', () => {
        if (this.#closing) return;
        this.#death = new GiroError('JOURNAL_FAILED', 'the writer thread of the journal died', { cause });
        for (const { reject } of this.#waiting.splice(0)) reject(this.#death);
        resolve(this.#death);
      });
    });
  }

  /** Resolves once the journal is open; throws what the thread was refused. */
  static async start(options: WriterOptions): Promise<{ writer: WriterThread; opening: Opened }> {
    const worker = prepared ?? startThread('writer');
    prepared = undefined;
    worker.ref();
    worker.postMessage(options);
    // A thread that ends at once may give its last message and its end in one turn of the loop.
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const [opening] = (await once(worker, 'message')) as [Opening];
    if ('refused' in opening) {
      await ended;
      throw new GiroError(opening.refused.code, opening.refused.message);
    }
    return { writer: new WriterThread(worker), opening };
  }

  /** Answers come in the order of calls. Rejects when the thread dies. */
  run(ops: readonly Op[]): Promise<BatchAnswer> {
    return this.#ask(ops);
  }

  /** Resolves with whether the log is empty now. */
  checkpoint(): Promise<boolean> {
    return this.#ask('checkpoint');
  }

  /** How bodies are made by all runs after this call. */
  render(renderings: Renderings): void {
    this.#post({ renderings });
  }

  /** Resolves when all that was given is answered and the file is closed. */
  async close(): Promise<void> {
    if (this.#death !== undefined) return;
    this.#closing = true;
    const exit = once(this.#worker, 'exit');
    this.#post('close');
    await exit;
  }

  #ask<Answer extends BatchAnswer | boolean>(request: Request): Promise<Answer> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (answer: BatchAnswer | boolean) => void, reject });
      this.#post(request);
    });
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }
}

export type Opened = Extract<Opening, { state: unknown }>;

/**
 * Reads every page of the file in a thread of its own; `report` hears what is wrong, or undefined when it is sound.
 * Calling the answer stops listening and ends the thread, which may first read on to the end of the file.
 */
export function checkInBackground(
  path: string,
  report: (damage: string | undefined) => void,
  fail: (error: unknown) => void,
): () => void {
  const worker = startThread('checker', path);
  worker.unref();
  worker.on('message', (damage: string | null) => report(damage ?? undefined));
  worker.on('error', fail);
  return () => {
    worker.removeAllListeners();
    worker.terminate().catch(fail);
  };
}

/** Makes a backup in a thread of its own (backup.ts). Rejects with what went wrong there. */
export async function backUpInBackground(order: BackupOrder): Promise<Backup> {
  const worker = startThread('copier', order);
  worker.unref();
  const [answer] = (await once(worker, 'message')) as [Backup | { readonly refused: Refusal }];
  if ('refused' in answer) throw new GiroError(answer.refused.code, answer.refused.message);
  return answer;
}
