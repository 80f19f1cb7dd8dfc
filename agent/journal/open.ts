import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { findDamage, probe } from './check.ts';
import { connect, DAMAGE_NOTE, JOURNAL_FILE } from './file.ts';
import { MIGRATIONS, migrate } from './migrations.ts';
import { type Damage, finishReplacement, type SalvageReport, salvage } from './salvage.ts';
import { troubleOf } from './trouble.ts';
import { impossibleSchema, newerSchema, sign } from './versions.ts';
import { type LogContent, readLog } from './wal.ts';

/** Up to this size the start reads every page (0.1 s from a warm cache); above, a thread does while the gateway works. */
const CHECKED_AT_START_BYTES = 64 * 1024 * 1024;

export interface OpenedJournal {
  readonly db: Database;
  /** Whether the file was too large to be read whole before the start. */
  readonly unchecked: boolean;
  /** What the log held at the start, if the file was not closed. */
  readonly log?: LogContent | undefined;
  /** What was taken over, if the file could not be used as it was. */
  readonly salvaged?: SalvageReport;
}

/**
 * Opens the journal of a folder that this process has locked: made if there is none, salvaged if it is damaged or ahead
 * of this program, of the newest schema. `wasInUse`: an empty file is a lost journal, not a new one. Throws what SQLite
 * throws when the disk refuses.
 */
export function openJournal(folder: string, nowMs: number, wasInUse: boolean): OpenedJournal {
  finishReplacement(folder, nowMs);
  const path = join(folder, JOURNAL_FILE);
  const log = readLog(`${path}-wal`);
  const found = schemaDamage(path) ?? knownDamage(folder, wasInUse) ?? openSound(path);
  if ('db' in found) return { ...found, log };
  const salvaged = salvage(folder, found, nowMs);
  return { db: connect(path), unchecked: false, log, salvaged };
}

/** Looks before anything is written: a writer would play the log into a file that is not for this version. */
function schemaDamage(path: string): Damage | undefined {
  if (!existsSync(path)) return undefined;
  let db: Database | undefined;
  try {
    db = new Sqlite(path, { readonly: true, fileMustExist: true });
    const damage = impossibleSchema(db);
    if (damage !== undefined) return { damage };
    const newer = newerSchema(db, MIGRATIONS.length);
    return newer === undefined ? undefined : { damage: newer, isNewer: true };
  } catch (error) {
    // What a reader alone is refused, such as undoing a write that was cut off, the writer does or is refused again.
    return troubleOf(error) === 'damage' ? damageIn(error) : undefined;
  } finally {
    db?.close();
  }
}

/** What shows before the file is opened. */
function knownDamage(folder: string, wasInUse: boolean): Damage | undefined {
  if (existsSync(join(folder, DAMAGE_NOTE))) {
    return { damage: 'met while the journal was in use' };
  }
  const size = statSync(join(folder, JOURNAL_FILE), { throwIfNoEntry: false })?.size;
  return wasInUse && size === 0 ? { damage: 'the file is empty' } : undefined;
}

function openSound(path: string): OpenedJournal | Damage {
  let db: Database | undefined;
  try {
    db = connect(path);
    migrate(db);
    const unchecked = statSync(path).size > CHECKED_AT_START_BYTES;
    if (unchecked) probe(db);
    const damage = unchecked ? undefined : findDamage(db);
    if (damage === undefined) {
      sign(db);
      return { db, unchecked };
    }
    db.close();
    return { damage };
  } catch (error) {
    db?.close();
    if (troubleOf(error) !== 'damage') throw error;
    return damageIn(error);
  }
}

function damageIn(error: unknown): Damage {
  return { damage: error instanceof Error ? error.message : String(error) };
}
