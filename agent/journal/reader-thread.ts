import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { GiroError } from '../../drivers/base/errors.ts';
import type { JournalReader } from './queries.ts';
import { startThread } from './threads.ts';
import type { Refusal } from './trouble.ts';

/** What can be asked: the queries of JournalReader. */
export type Query = Exclude<keyof JournalReader, 'close'>;

/** What the thread is given. */
export interface Question {
  readonly query: Query;
  readonly values: readonly unknown[];
}

/** What the thread gives back, in the order of the questions. */
export type Answer = { readonly value: unknown } | { readonly refused: Refusal };

interface Asked {
  resolve(value: unknown): void;
  reject(error: GiroError): void;
}

/**
 * Queries of a journal in a thread of their own, so that a slow disk or a long answer never stalls a link. The thread
 * starts with the first question, and again with the next one after it died.
 */
export class ReaderThread {
  readonly #folder: string;
  #worker: Worker | undefined;
  #asked: Asked[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Sees the journal as of its turn. @throws {GiroError} JOURNAL_FAILED. */
  async ask<Q extends Query>(
    query: Q,
    ...values: Parameters<JournalReader[Q]>
  ): Promise<ReturnType<JournalReader[Q]>> {
    this.#worker ??= this.#start();
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#asked.push({ resolve, reject });
    });
    this.#worker.postMessage({ query, values } satisfies Question);
    return (await answer) as ReturnType<JournalReader[Q]>;
  }

  /** Resolves when what was asked is answered and the file is closed. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const exit = once(worker, 'exit');
    worker.postMessage('close');
    await exit;
  }

  #start(): Worker {
    const worker = startThread('reader', this.#folder);
    const asked: Asked[] = [];
    this.#asked = asked;
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('message', (answer: Answer) => {
      const next = asked.shift();
      if ('value' in answer) next?.resolve(answer.value);
      else next?.reject(new GiroError(answer.refused.code, answer.refused.message));
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of asked) reject(death(cause));
    });
    return worker;
  }
}

function death(cause: unknown): GiroError {
  const message = cause instanceof Error ? cause.message : 'the reader thread of the journal ended';
  return new GiroError('JOURNAL_FAILED', message, { cause });
}
