import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { GiroError } from '../../drivers/base/errors.ts';
import { findDamage } from './check.ts';
import { renewEpochs } from './feed.ts';
import { JOURNAL_FILE } from './file.ts';
import { MIGRATIONS } from './migrations.ts';
import { refusalOf } from './trouble.ts';
import { refuseNewer } from './versions.ts';

/** A file that a backup carries beside the journal, by a name of the caller's. */
export interface CarriedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export interface BackupOrder {
  /** The data folder. */
  readonly folder: string;
  /** Replaced when it is there. */
  readonly target: string;
  readonly files: readonly CarriedFile[];
}

/** A backup that was made, and checked. */
export interface Backup {
  readonly bytes: number;
}

/**
 * Copies a journal, whether or not a gateway is writing it, together with other files into one file (mode 0600): an
 * SQLite file, checked page by page before it takes its name. Throws JOURNAL_MISSING, BACKUP_FAILED.
 */
export async function makeBackup({ folder, target, files }: BackupOrder): Promise<Backup> {
  const path = join(folder, JOURNAL_FILE);
  if (!existsSync(path)) throw new GiroError('JOURNAL_MISSING', `${folder} has no journal`);
  const unfinished = `${target}.unfinished`;
  try {
    rmSync(unfinished, { force: true });
    closeSync(openSync(unfinished, 'wx', 0o600)); // its mode from the first byte on
    const source = new Sqlite(path, { readonly: true });
    try {
      // All pages in one step: between two steps a writer would make it start again.
      await source.backup(unfinished, { progress: ({ totalPages }) => totalPages });
    } finally {
      source.close();
    }
    carry(unfinished, files);
    sync(unfinished);
    renameSync(unfinished, target);
    return { bytes: statSync(target).size };
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new GiroError('BACKUP_FAILED', `${target}: ${refusalOf(error).message}`, { cause: error });
  }
}

function carry(path: string, files: readonly CarriedFile[]): void {
  const db = new Sqlite(path);
  try {
    db.pragma('journal_mode = DELETE'); // one file, not three
    db.exec('CREATE TABLE carried (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT');
    const insert = db.prepare('INSERT INTO carried (name, content) VALUES (?, ?)');
    for (const { name, content } of files) insert.run(name, content);
    const damage = findDamage(db);
    if (damage !== undefined) throw new GiroError('BACKUP_FAILED', damage);
  } finally {
    db.close();
  }
}

/** The other files of a backup, by name. Throws BACKUP_UNUSABLE unless the whole backup is sound, and JOURNAL_NEWER. */
export function openBackup(path: string): ReadonlyMap<string, Uint8Array> {
  try {
    const db = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      const damage = findDamage(db);
      if (damage !== undefined) throw new GiroError('BACKUP_UNUSABLE', `${path}: ${damage}`);
      refuseNewer(db, MIGRATIONS.length);
      const files = db.prepare<[], CarriedFile>('SELECT name, content FROM carried').all();
      return new Map(files.map(({ name, content }) => [name, content]));
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof GiroError) throw error;
    throw new GiroError('BACKUP_UNUSABLE', `${path}: ${refusalOf(error).message}`, { cause: error });
  }
}

/** Makes a plain journal of a copy of a backup. */
export function stripBackup(path: string): void {
  const db = new Sqlite(path);
  try {
    db.pragma('secure_delete = ON');
    db.exec('DROP TABLE carried');
    renewEpochs(db);
  } finally {
    db.close();
  }
  chmodSync(path, 0o600);
  sync(path);
}

/** The bytes of a file, or the names in a folder, survive a power cut from here on. */
export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
