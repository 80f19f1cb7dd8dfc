/** Thread: the one writer of a journal. Opens it, says so, then answers each batch in its turn until told to close. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type { Renderings } from './accept.ts';
import { type Op, prepareBatch } from './batch.ts';
import { crashPoint } from './crash-points.ts';
import { DAMAGE_NOTE } from './file.ts';
import { openJournal } from './open.ts';
import type { JournalState } from './records.ts';
import type { SalvageReport } from './salvage.ts';
import { readState } from './state.ts';
import { type Refusal, refusalOf, troubleOf } from './trouble.ts';
import type { LogContent } from './wal.ts';

export interface WriterOptions {
  readonly folder: string;
  /** Unix ms; names a damaged file. */
  readonly nowMs: number;
  readonly renderings: Renderings;
  readonly wasInUse: boolean;
}

/** The first message from the thread. */
export type Opening =
  | {
      readonly state: JournalState;
      readonly unchecked: boolean;
      readonly log?: LogContent | undefined;
      readonly salvaged?: SalvageReport | undefined;
    }
  | { readonly refused: Refusal };

/** What the thread is given, after its WriterOptions. */
export type Request = readonly Op[] | 'checkpoint' | 'close';

function serve({ folder, nowMs, renderings, wasInUse }: WriterOptions): void {
  const { db, unchecked, log, salvaged } = openJournal(folder, nowMs, wasInUse);
  const runBatch = prepareBatch(db, renderings);
  parentPort?.postMessage({ state: readState(db), unchecked, log, salvaged } satisfies Opening);
  parentPort?.on('message', (request: Request) => {
    if (request === 'close') {
      crashPoint('checkpoint:before');
      db.close(); // the last connection checkpoints
      crashPoint('checkpoint:after');
      parentPort?.close();
      return;
    }
    try {
      parentPort?.postMessage(request === 'checkpoint' ? checkpoint(db) : runBatch(request));
    } catch (error) {
      if (troubleOf(error) === 'damage') writeFileSync(join(folder, DAMAGE_NOTE), '', { mode: 0o600 });
      throw error; // ends the thread; the next start salvages
    }
  });
}

parentPort?.once('message', (options: WriterOptions) => {
  try {
    serve(options);
  } catch (error) {
    parentPort?.postMessage({ refused: refusalOf(error) } satisfies Opening);
    parentPort?.close();
  }
});

/** Waits for no reader; true when the log is empty now. No transaction may be open. */
function checkpoint(db: Database): boolean {
  const waitMs = Number(db.pragma('busy_timeout', { simple: true }));
  db.pragma('busy_timeout = 0');
  try {
    return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
  } catch (error) {
    if (troubleOf(error) === 'damage') throw error;
    return false; // the disk refuses: the next batch meets it too, and says so
  } finally {
    db.pragma(`busy_timeout = ${waitMs}`);
  }
}
