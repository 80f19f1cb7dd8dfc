import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { crashPoint } from './crash-points.ts';
import { connect, DAMAGE_NOTE, JOURNAL_FILE } from './file.ts';
import { migrate } from './migrations.ts';
import { copyKeyed, copyNumbered, type TableCopy } from './salvage-tables.ts';
import { sign } from './versions.ts';

/** Why a journal cannot be used as it is: it contradicts itself, or is ahead of this program. */
export interface Damage {
  /** What was found, in English. */
  readonly damage: string;
  /** It is whole: a newer version wrote it. */
  readonly isNewer?: true;
}

/** What became of such a journal. */
export interface SalvageReport extends Damage {
  /** Name that the file has now, in the data folder. */
  readonly setAside: string;
  /** Rows saved, by table. */
  readonly saved: Readonly<Record<string, number>>;
  /** Row numbers that could not be read, by table; only of tables where there are any. */
  readonly unreadable: Readonly<Record<string, number>>;
}

const FILES = ['', '-wal', '-shm'] as const;

/**
 * Copies what can be read of such a journal into a new one, sets the file aside under a name with the time and puts the
 * new one in its place. Can be cut off at any point: the old file stays in place until the new one is complete.
 */
export function salvage(folder: string, damage: Damage, nowMs: number): SalvageReport {
  const path = join(folder, JOURNAL_FILE);
  crashPoint('salvage:before');
  for (const suffix of FILES) rmSync(unfinished(path) + suffix, { force: true });
  const target = connect(unfinished(path));
  const source = new Sqlite(path, { readonly: true });
  let copies: Record<string, TableCopy>;
  try {
    migrate(target);
    copies = target.transaction(() => copyTables(source, target)).immediate();
    sign(target);
  } finally {
    source.close();
    target.close();
  }
  crashPoint('salvage:copied');
  const setAside = replace(path, nowMs, damage.isNewer ? 'newer' : 'damaged');
  crashPoint('salvage:after');
  rmSync(join(folder, DAMAGE_NOTE), { force: true });
  return {
    ...damage,
    setAside,
    saved: Object.fromEntries(Object.entries(copies).map(([table, { saved }]) => [table, saved])),
    unreadable: Object.fromEntries(
      Object.entries(copies).flatMap(([table, { unreadable }]) =>
        unreadable > 0 ? [[table, unreadable]] : [],
      ),
    ),
  };
}

/** Ends a replacement that was cut off between its renames; before that point nothing was moved. */
export function finishReplacement(folder: string, nowMs: number): void {
  const path = join(folder, JOURNAL_FILE);
  if (!existsSync(path) && existsSync(unfinished(path))) replace(path, nowMs, 'damaged');
}

/** Where a journal lies that is to take the place of the one in a folder: the next start puts it there if there is none. */
export function stagedJournal(folder: string): string {
  return unfinished(join(folder, JOURNAL_FILE));
}

function unfinished(path: string): string {
  return `${path}.salvaging`;
}

/** The log of the old file must be gone before the new one arrives: SQLite would play it into it. */
function replace(path: string, nowMs: number, as: 'damaged' | 'newer'): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  let name = `${JOURNAL_FILE}.${as}-${stamp}`;
  for (let copy = 2; FILES.some((suffix) => existsSync(join(path, '..', name + suffix))); copy += 1) {
    name = `${JOURNAL_FILE}.${as}-${stamp}-${copy}`;
  }
  for (const suffix of FILES) {
    if (existsSync(path + suffix)) renameSync(path + suffix, join(path, '..', name + suffix));
  }
  crashPoint('salvage:moved');
  renameSync(unfinished(path), path);
  return name;
}

function copyTables(source: Database, target: Database): Record<string, TableCopy> {
  const copies = {
    webhooks: copyKeyed(source, target, 'webhooks', 'id'),
    lanes: copyKeyed(source, target, 'lanes', 'webhook, lane'),
    open_accesses: copyKeyed(source, target, 'open_accesses', 'turnstile, key'),
    cursors: copyKeyed(source, target, 'cursors', 'turnstile'),
    turnstiles: copyKeyed(source, target, 'turnstiles', 'turnstile'),
    alarms: copyKeyed(source, target, 'alarms', 'code, turnstile, webhook'),
    ledger: copyKeyed(source, target, 'ledger', 'id'),
    traces: copyKeyed(source, target, 'traces', 'turnstile, at, code, who'),
    events: copyNumbered(source, target, 'events', 'events_by_time'),
    deliveries: copyNumbered(source, target, 'deliveries', 'deliveries_by_event'),
    attempts: copyKeyed(source, target, 'attempts', 'webhook, sequence, number'),
    access_quarters: copyKeyed(source, target, 'access_quarters', 'quarter, turnstile'),
    latency_totals: copyKeyed(source, target, 'latency_totals', 'webhook, bucket'),
    latency_quarters: copyKeyed(source, target, 'latency_quarters', 'webhook, slot, bucket'),
    depth_minutes: copyKeyed(source, target, 'depth_minutes', 'webhook, slot'),
    audit: copyKeyed(source, target, 'audit', 'number'),
    relays: copyKeyed(source, target, 'relays', 'relay'),
    feeds: copyKeyed(source, target, 'feeds', 'unit'),
    feed: copyKeyed(source, target, 'feed', 'unit, sequence'),
    unrecognised: copyNumbered(source, target, 'unrecognised', 'unrecognised_by_turnstile'),
  };
  target.exec(REPAIR);
  return copies;
}

/**
 * Makes the tables agree: an event lost beside its delivery comes back from the body, or of a flat body at least what
 * it takes to send it, from the headers; counters are counted anew.
 */
const REPAIR = `
  INSERT OR IGNORE INTO events (number, id, name, unit, lane, occurred_at, recorded_at, content)
    SELECT event, coalesce(headers ->> 'webhook-id', contract ->> 'id'),
      coalesce(headers ->> 'x-giro-evento', contract ->> 'evento'),
      coalesce(headers ->> 'x-giro-unidade', contract ->> '$.unidade.apelido', ''), lane,
      coalesce(CAST(unixepoch(contract ->> 'ocorridoEm', 'subsec') * 1000 AS INTEGER), 0),
      coalesce(CAST(unixepoch(contract ->> 'registradoEm', 'subsec') * 1000 AS INTEGER), 0),
      coalesce('{' || substr(contract, length('{"id":"","sequencia":,') + 36 + length(sequence) + 1
        + iif(contract ->> 'chave' IS NULL, 0, length('"chave":"",') + 32)), '{}')
    FROM (
      SELECT event, lane, sequence, headers,
        CASE
          WHEN headers ->> 'webhook-id' IS NOT NULL THEN NULL
          WHEN headers ->> 'content-type' LIKE 'application/cloudevents+json%' THEN body -> 'data'
          ELSE body
        END AS contract
      FROM deliveries
      WHERE (headers ->> 'webhook-id' IS NOT NULL OR json_valid(body)) AND NOT EXISTS (SELECT 1 FROM events WHERE number = event)
    );
  DELETE FROM deliveries WHERE NOT EXISTS (SELECT 1 FROM events WHERE number = event);
  DELETE FROM feed WHERE NOT EXISTS (SELECT 1 FROM events WHERE number = event);
  INSERT INTO feeds (unit, epoch, last_sequence)
    SELECT unit, lower(hex(randomblob(8))), max(sequence) FROM feed GROUP BY unit
    ON CONFLICT DO UPDATE SET last_sequence = max(last_sequence, excluded.last_sequence);

  INSERT OR IGNORE INTO ledger (id, event, at)
    SELECT unhex(id, '-'), number, recorded_at FROM events;

  INSERT INTO webhooks (id, last_sequence)
    SELECT webhook, max(sequence) FROM deliveries GROUP BY webhook
    ON CONFLICT DO UPDATE SET last_sequence = max(last_sequence, excluded.last_sequence);

  UPDATE lanes SET pending = 0, parked = 0;
  INSERT INTO lanes (webhook, lane, pending, parked)
    SELECT webhook, lane, sum(state = 0), sum(state = 2) FROM deliveries GROUP BY webhook, lane
    ON CONFLICT DO UPDATE SET pending = excluded.pending, parked = excluded.parked;

  INSERT OR IGNORE INTO access_quarters (quarter, turnstile, accesses, entries, denied)
    SELECT occurred_at / 900000, lane, count(*),
      sum(result = 'liberado' AND passage <> 'desistencia' AND direction <> 'saida'), sum(result = 'negado')
    FROM events WHERE result IS NOT NULL GROUP BY 1, 2;
`;
