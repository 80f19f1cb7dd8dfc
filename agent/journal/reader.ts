/** Thread: answers queries on a read-only connection of its own, one at a time, until told to close. */
import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from './queries.ts';
import type { Answer, Question } from './reader-thread.ts';
import { refusalOf } from './trouble.ts';

const reader = openReader(String(workerData));

parentPort?.on('message', (question: Question | 'close') => {
  if (question === 'close') {
    reader.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(question));
});

function answer({ query, values }: Question): Answer {
  try {
    // What was asked comes from `ReaderThread.ask`, whose types tie a query to its values.
    const method = reader[query] as (...values: unknown[]) => unknown;
    return { value: method.apply(reader, [...values]) };
  } catch (error) {
    return { refused: refusalOf(error) };
  }
}
