import type { Database } from 'better-sqlite3';
import { readState } from './state.ts';

/** Trees that grow, each by the column that reaches it through the table or through one of its indexes. */
const TREES = [
  ['events', 'number'],
  ['events', 'occurred_at'],
  ['events', 'lane'],
  ['deliveries', 'rowid'],
  ['deliveries', 'webhook'],
  ['deliveries', 'event'],
  ['ledger', 'id'],
] as const;

/**
 * Reads the schema, all small tables, both ends of the large trees and every lane's head: milliseconds, whatever the
 * size. Throws what SQLite throws where it meets damage.
 */
export function probe(db: Database): void {
  for (const [table, column] of TREES) {
    for (const direction of ['ASC', 'DESC']) {
      db.prepare(`SELECT * FROM ${table} ORDER BY ${column} ${direction} LIMIT 1`).get();
    }
  }
  const head = db.prepare(
    `SELECT body FROM deliveries INDEXED BY deliveries_pending
     WHERE webhook = ? AND lane = ? AND state = 0 ORDER BY sequence LIMIT 1`,
  );
  for (const { webhook, lane } of readState(db).lanes) head.get(webhook, lane);
}

/** Reads every page; gives SQLite's first finding, undefined when sound. May also throw what it meets. */
export function findDamage(db: Database): string | undefined {
  const finding = String(db.pragma('quick_check(1)', { simple: true }));
  return finding === 'ok' ? undefined : finding;
}
