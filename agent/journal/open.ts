import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { findDamage, probe } from './check.ts';
import { connect, DAMAGE_NOTE, JOURNAL_FILE } from './file.ts';
import { migrate } from './migrations.ts';
import { finishReplacement, type SalvageReport, salvage } from './salvage.ts';
import { troubleOf } from './trouble.ts';

/** Up to this size the start reads every page (0.1 s from a warm cache); above, a thread does while the gateway works. */
const CHECKED_AT_START_BYTES = 64 * 1024 * 1024;

export interface OpenedJournal {
  readonly db: Database;
  /** Whether the file was too large to be read whole before the start. */
  readonly unchecked: boolean;
  /** What was saved, if the file was damaged. */
  readonly salvaged?: SalvageReport;
}

/**
 * Opens the journal of a folder that this process has locked: made if there is none, salvaged if it is damaged, of
 * the newest schema. Throws JOURNAL_NEWER, or what SQLite throws when the disk refuses.
 */
export function openJournal(folder: string, nowMs: number): OpenedJournal {
  finishReplacement(folder, nowMs);
  const path = join(folder, JOURNAL_FILE);
  const found = existsSync(join(folder, DAMAGE_NOTE))
    ? { damage: 'met while the journal was in use' }
    : openSound(path);
  if ('db' in found) return found;
  const salvaged = salvage(folder, found.damage, nowMs);
  return { db: connect(path), unchecked: false, salvaged };
}

function openSound(path: string): OpenedJournal | { readonly damage: string } {
  let db: Database | undefined;
  try {
    db = connect(path);
    migrate(db);
    const unchecked = statSync(path).size > CHECKED_AT_START_BYTES;
    if (unchecked) probe(db);
    const damage = unchecked ? undefined : findDamage(db);
    if (damage === undefined) return { db, unchecked };
    db.close();
    return { damage };
  } catch (error) {
    db?.close();
    if (troubleOf(error) !== 'damage') throw error;
    return { damage: error instanceof Error ? error.message : String(error) };
  }
}
