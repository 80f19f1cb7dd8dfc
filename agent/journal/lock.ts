import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { GiroError } from '../../drivers/base/errors.ts';
import { sqliteCode } from './trouble.ts';

/** A look by `isOwned` lasts microseconds; a start waits for it instead of giving up. */
const LOOKS_PASS_MS = 1000;

/** The right to write in a data folder. The operating system takes it back when the process dies, however it dies. */
export interface Lock {
  release(): void;
}

// The lock file is opened by SQLite only: POSIX drops all locks of a process on a file as soon as it closes any
// descriptor of it, and only SQLite knows which to keep open.

/** Takes the folder for this process. Throws JOURNAL_LOCKED, naming the process that has it. */
export function takeLock(folder: string): Lock {
  const path = join(folder, 'owner.lock');
  const pidPath = join(folder, 'owner.pid');
  const db = new Sqlite(path, { timeout: LOOKS_PASS_MS });
  try {
    chmodSync(path, 0o600);
    db.exec('BEGIN EXCLUSIVE');
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new GiroError('JOURNAL_LOCKED', `${folder} is in use by process ${readPid(pidPath)}`, {
      cause: error,
    });
  }
  return {
    release: () => {
      if (!db.open) return;
      rmSync(pidPath, { force: true });
      db.close();
    },
  };
}

/**
 * Whether a process holds the folder just now; never stands in the way of one that wants it. Throws JOURNAL_FAILED
 * when this user may not look.
 */
export function isOwned(folder: string): boolean {
  const path = join(folder, 'owner.lock');
  if (!existsSync(path)) return false;
  let db: Database | undefined;
  try {
    db = new Sqlite(path, { readonly: true, timeout: 0 });
    db.pragma('schema_version');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw new GiroError('JOURNAL_FAILED', `${path} cannot be read`, { cause: error });
  } finally {
    db?.close();
  }
}

function isBusy(error: unknown): boolean {
  return sqliteCode(error).startsWith('SQLITE_BUSY');
}

function readPid(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown'; // between its lock and its pid file, or another user's
  }
}
