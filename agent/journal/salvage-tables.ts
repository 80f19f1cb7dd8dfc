import type { Database } from 'better-sqlite3';
import { sqliteCode, troubleOf } from './trouble.ts';

/** What was copied of one table. */
export interface TableCopy {
  saved: number;
  /** Rows, or row numbers, that could not be read or stored. */
  unreadable: number;
}

type Row = unknown[];

/** Failed reads after which the rest of a table is given up: some seconds. */
const FAILED_READS = 100_000;

/**
 * Copies a table of numbered rows: where a page is bad, it halves the range of numbers until what is left cannot be
 * read. `index` tells the highest number when the table's own end is bad.
 */
export function copyNumbered(source: Database, target: Database, table: string, index: string): TableCopy {
  const last =
    readNumber(source, `SELECT max(rowid) FROM ${table}`) ??
    readNumber(source, `SELECT max(rowid) FROM (SELECT rowid FROM ${table} INDEXED BY ${index})`);
  const copier = makeCopier(source, target, table);
  if (last === undefined || copier === undefined) return { saved: 0, unreadable: 1 };
  const { copy, columns, save } = copier;
  const range = source
    .prepare<[number, number], Row>(
      `SELECT ${columns}, rowid FROM ${table} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`,
    )
    .raw();

  let failures = 0;
  const copyRange = (from: number, to: number): void => {
    let next = from;
    const whole = attempt(() => {
      for (const row of range.iterate(from, to)) {
        next = Number(row.pop()) + 1;
        save(row);
      }
      return true;
    });
    if (whole || next > to) return;
    failures += 1;
    if (next === to || failures > FAILED_READS) {
      copy.unreadable += to - next + 1;
      return;
    }
    const middle = Math.floor((next + to) / 2);
    copyRange(next, middle);
    copyRange(middle + 1, to);
  };
  copyRange(1, last);
  return copy;
}

/** Copies a table without row numbers: from its start and, where that ends at a bad page, from its end. */
export function copyKeyed(source: Database, target: Database, table: string, key: string): TableCopy {
  const copier = makeCopier(source, target, table);
  if (copier === undefined) return { saved: 0, unreadable: 1 };
  const { copy, columns, save } = copier;
  const backwards = key.replaceAll(/(?=,|$)/g, ' DESC');
  for (const order of [key, backwards]) {
    const whole = attempt(() => {
      const rows = source.prepare<[], Row>(`SELECT ${columns} FROM ${table} ORDER BY ${order}`).raw();
      for (const row of rows.iterate()) save(row);
      return true;
    });
    if (whole) return copy;
  }
  copy.unreadable += 1;
  return copy;
}

interface Copier {
  readonly copy: TableCopy;
  /** The columns that both files have: a damaged file may be of an older schema. */
  readonly columns: string;
  /** Stores a row once; one whose values the schema refuses was damaged too. */
  readonly save: (row: Row) => void;
}

/** Undefined when the damaged file does not show such a table. */
function makeCopier(source: Database, target: Database, table: string): Copier | undefined {
  const found = attempt(() => columnsOf(source, table)) ?? [];
  const columns = columnsOf(target, table).filter((column) => found.includes(column));
  if (columns.length === 0) return undefined;
  const copy: TableCopy = { saved: 0, unreadable: 0 };
  const insert = target.prepare<Row>(
    `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const save = (row: Row): void => {
    const stored = attempt(() => insert.run(...row).changes);
    if (stored === undefined) copy.unreadable += 1;
    else copy.saved += stored;
  };
  return { copy, columns: columns.join(', '), save };
}

/** What `read` gives; undefined when it meets damage, of which a missing table is one kind. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (sqliteCode(error) === '' || troubleOf(error) === 'disk') throw error;
    return undefined;
  }
}

function readNumber(db: Database, sql: string): number | undefined {
  return attempt(() => Number(db.prepare<[], number | null>(sql).pluck().get() ?? 0));
}

function columnsOf(db: Database, table: string): string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}
