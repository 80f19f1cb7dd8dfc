import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { GiroError } from '../../drivers/errors.ts';
import { findDamage, probe } from './check.ts';
import { connect, DAMAGE_NOTE, JOURNAL_FILE } from './file.ts';
import { migrate } from './migrations.ts';
import { type Damage, finishReplacement, type SalvageReport, salvage } from './salvage.ts';
import { troubleOf } from './trouble.ts';
import { type LogContent, readLog } from './wal.ts';

/** Up to this size the start reads every page (0.1 s from a warm cache); above, a thread does while the gateway works. */
const CHECKED_AT_START_BYTES = 64 * 1024 * 1024;

export interface OpenedJournal {
  readonly db: Database;
  /** Whether the file was too large to be read whole before the start. */
  readonly unchecked: boolean;
  /** What the log held at the start, if the file was not closed. */
  readonly log?: LogContent | undefined;
  /** What was saved, if the file was damaged. */
  readonly salvaged?: SalvageReport;
}

/**
 * Opens the journal of a folder that this process has locked: made if there is none, salvaged if it is damaged, of
 * the newest schema. `wasInUse`: an empty file is a lost journal, not a new one. A file that a newer version wrote is
 * salvaged like a damaged one: the turnstiles are heard, and the file is kept. Throws what SQLite throws when the disk
 * refuses.
 */
export function openJournal(folder: string, nowMs: number, wasInUse: boolean): OpenedJournal {
  finishReplacement(folder, nowMs);
  const path = join(folder, JOURNAL_FILE);
  const log = readLog(`${path}-wal`);
  const found = knownDamage(folder, wasInUse) ?? openSound(path);
  if ('db' in found) return { ...found, log };
  const salvaged = salvage(folder, found, nowMs);
  return { db: connect(path), unchecked: false, log, salvaged };
}

/** What shows before the file is opened. */
function knownDamage(folder: string, wasInUse: boolean): Damage | undefined {
  if (existsSync(join(folder, DAMAGE_NOTE))) {
    return { reason: 'damage', damage: 'met while the journal was in use' };
  }
  const size = statSync(join(folder, JOURNAL_FILE), { throwIfNoEntry: false })?.size;
  return wasInUse && size === 0 ? { reason: 'damage', damage: 'the file is empty' } : undefined;
}

function openSound(path: string): OpenedJournal | Damage {
  let db: Database | undefined;
  try {
    db = connect(path);
    migrate(db);
    const unchecked = statSync(path).size > CHECKED_AT_START_BYTES;
    if (unchecked) probe(db);
    const damage = unchecked ? undefined : findDamage(db);
    if (damage === undefined) return { db, unchecked };
    db.close();
    return { reason: 'damage', damage };
  } catch (error) {
    db?.close();
    const isNewer = error instanceof GiroError && error.code === 'JOURNAL_NEWER';
    if (!isNewer && troubleOf(error) !== 'damage') throw error;
    const damage = error instanceof Error ? error.message : String(error);
    return { reason: isNewer ? 'newer' : 'damage', damage };
  }
}
