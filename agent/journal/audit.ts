import type { Database } from 'better-sqlite3';
import type { AuditEntry } from './records.ts';

/** Older entries make room. */
const KEPT = 10_000;

/** Runs inside the caller's transaction. */
export function prepareAudit(db: Database): (entry: AuditEntry) => void {
  const note = db.prepare('INSERT INTO audit (at, action, subject, origin, outcome) VALUES (?, ?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM audit WHERE number <= ?');
  return ({ atMs, action, subject, origin, outcome }) => {
    const { lastInsertRowid } = note.run(atMs, action, subject, origin, outcome);
    forget.run(Number(lastInsertRowid) - KEPT);
  };
}

/** The newest first. */
export function readAudit(db: Database, limit: number): AuditEntry[] {
  return db
    .prepare<[number], AuditEntry>(
      'SELECT at AS atMs, action, subject, origin, outcome FROM audit ORDER BY number DESC LIMIT ?',
    )
    .all(limit);
}
