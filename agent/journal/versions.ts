import type { Database } from 'better-sqlite3';
import { GiroError } from '../../drivers/base/errors.ts';
import { version } from '../base/version.ts';
import { findDamage } from './check.ts';

/** Begins the application id of a journal (`G`); major, minor and patch of the program that writes it follow. */
const MARK = 0x47;
/** No program will know this many: above, a damaged head is likelier than a newer version. */
const PLAUSIBLE_SCHEMAS = 1_000;

/** The schema that the file is at; 0 for a new one. */
export function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Says that the file is ahead of a program that knows `known` schemas, and who wrote it; undefined where it is not. */
export function newerSchema(db: Database, known: number): string | undefined {
  const schema = schemaVersion(db);
  if (schema <= known) return undefined;
  const writer = writerOf(db) ?? 'a newer Giro';
  return `written by ${writer} (schema ${schema}), this is Giro ${version} (schema ${known})`;
}

/** Throws JOURNAL_NEWER when the file is ahead of a program that knows `known` schemas. */
export function refuseNewer(db: Database, known: number): void {
  const newer = newerSchema(db, known);
  if (newer !== undefined) throw new GiroError('JOURNAL_NEWER', `${db.name} was ${newer}`);
}

/** What shows that no program wrote the schema's number; undefined when one may have. Throws what SQLite throws. */
export function impossibleSchema(db: Database): string | undefined {
  const schema = schemaVersion(db);
  if (schema < 0) return `schema ${schema}`;
  return schema > PLAUSIBLE_SCHEMAS ? findDamage(db) : undefined;
}

/** Puts this program's version into the head of the file, where a package's script finds it beside the schema. */
export function sign(db: Database): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const id = Buffer.from([MARK, major, minor, patch]).readInt32BE();
  if (db.pragma('application_id', { simple: true }) === id) return;
  db.pragma(`application_id = ${id}`);
  db.pragma('wal_checkpoint(TRUNCATE)'); // until then the head is in the log
}

function writerOf(db: Database): string | undefined {
  const id = Buffer.alloc(4);
  id.writeInt32BE(Number(db.pragma('application_id', { simple: true })));
  return id[0] === MARK ? `Giro ${id.subarray(1).join('.')}` : undefined;
}
