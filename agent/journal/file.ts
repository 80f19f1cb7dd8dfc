import { chmodSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { GiroError } from '../../drivers/base/errors.ts';

/** The journal's file in a data folder. */
export const JOURNAL_FILE = 'journal.db';

/** Lies beside a journal that was found damaged while in use; the next start then salvages it. */
export const DAMAGE_NOTE = 'journal.db.is-damaged';

/** Another program may hold the file a moment (a backup, a shell); longer is an outage. */
const BUSY_MS = 1000;

/** A connection that may write, set as the journal needs it; the file is made if there is none, mode 0600. */
export function connect(path: string): Database {
  const db = new Sqlite(path, { timeout: BUSY_MS });
  try {
    chmodSync(path, 0o600); // -wal and -shm are made with the mode of the file
    const isNew = db.pragma('page_count', { simple: true }) === 0;
    if (isNew) db.pragma('auto_vacuum = INCREMENTAL'); // later it would only cost a write
    const mode = db.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal') {
      throw new GiroError('JOURNAL_FAILED', `${path} is on a file system without WAL (mode ${mode})`);
    }
    db.pragma('wal_autocheckpoint = 1000'); // pages, 4 MiB
    db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`); // a long read lets it grow; give the space back
    db.pragma('secure_delete = FAST'); // what is removed is overwritten where its page is written anyway
    db.pragma('synchronous = FULL'); // WAL's own default is NORMAL
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
