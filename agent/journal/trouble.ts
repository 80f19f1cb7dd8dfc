import Sqlite from 'better-sqlite3';
import { type ErrorCode, GiroError } from '../../drivers/base/errors.ts';

/**
 * What a failed statement says about the journal. `disk`: the same may succeed later (full, not answering, read-only,
 * held by another program). `damage`: the file contradicts itself. `request`: what was asked cannot be stored.
 */
export type Trouble = 'disk' | 'damage' | 'request';

const DISK = /^SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PROTOCOL|NOMEM|PERM)/;
const DAMAGE = /^SQLITE_(?:CORRUPT|NOTADB)/;

export function troubleOf(error: unknown): Trouble {
  const code = sqliteCode(error);
  if (DAMAGE.test(code)) return 'damage';
  return DISK.test(code) ? 'disk' : 'request';
}

/** SQLite's own name of the error (`SQLITE_FULL`); `''` for an error that is not SQLite's. */
export function sqliteCode(error: unknown): string {
  return error instanceof Sqlite.SqliteError ? error.code : '';
}

/** An error on its way between threads, which keep no classes. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof GiroError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  return { code: 'JOURNAL_FAILED', message: code === '' ? message : `${code}: ${message}` };
}
