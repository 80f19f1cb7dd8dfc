import { renameSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { crashPoint } from './crash-points.ts';
import { refuseNewer, schemaVersion } from './versions.ts';

/**
 * The schema, one step a version (`PRAGMA user_version`), forward only. A released step is never edited. Times are
 * Unix ms. What grows (events, deliveries, ledger) is only ever reached by key; what is counted is counted in `lanes`.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    lane TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    result TEXT,
    passage TEXT,
    direction TEXT,
    person TEXT,
    content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_time ON events (occurred_at);
  CREATE INDEX events_by_lane ON events (lane, occurred_at);
  CREATE INDEX events_by_person ON events (person, occurred_at) WHERE person IS NOT NULL;

  -- Every id ever accepted; outlives the events. "event" leads to the row while that is kept.
  CREATE TABLE ledger (
    id BLOB PRIMARY KEY,
    event INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- state: 0 pending, 1 delivered, 2 parked, 3 discarded
  CREATE TABLE deliveries (
    webhook TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    event INTEGER NOT NULL,
    lane TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    outcome TEXT,
    at INTEGER,
    body TEXT NOT NULL,
    UNIQUE (webhook, sequence)
  ) STRICT;
  CREATE INDEX deliveries_pending ON deliveries (webhook, lane, sequence) WHERE state = 0;
  CREATE INDEX deliveries_by_event ON deliveries (event);

  CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    last_delivered_at INTEGER,
    state TEXT NOT NULL DEFAULT 'open',
    class TEXT,
    wait_until INTEGER,
    step INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    busy_in_a_row INTEGER NOT NULL DEFAULT 0,
    parked_in_a_row INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER,
    last_status INTEGER,
    last_outcome TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE lanes (
    webhook TEXT NOT NULL,
    lane TEXT NOT NULL,
    pending INTEGER NOT NULL DEFAULT 0,
    parked INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER,
    PRIMARY KEY (webhook, lane)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE open_accesses (
    turnstile TEXT NOT NULL,
    key TEXT NOT NULL,
    deadline INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (turnstile, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cursors (
    turnstile TEXT PRIMARY KEY,
    position TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE turnstiles (
    turnstile TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    problem_code TEXT,
    problem_detail TEXT,
    manufacturer TEXT,
    model TEXT,
    serial TEXT,
    firmware TEXT,
    clock_skew INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE unrecognised (
    number INTEGER PRIMARY KEY,
    turnstile TEXT NOT NULL,
    at INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX unrecognised_by_turnstile ON unrecognised (turnstile, at);
  `,
  `
  -- Headers that were frozen with the body, as a JSON object; NULL: none but the contract's.
  ALTER TABLE deliveries ADD COLUMN headers TEXT;
  `,
  `
  -- Open alarms. turnstile and webhook are '' where it is of neither; text is JSON {what, remedy}, each by language.
  CREATE TABLE alarms (
    code TEXT NOT NULL,
    turnstile TEXT NOT NULL,
    webhook TEXT NOT NULL,
    since INTEGER NOT NULL,
    closes_at INTEGER,
    text TEXT NOT NULL,
    PRIMARY KEY (code, turnstile, webhook)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The attempt log: one tree, as each more would be a page more to write at every delivery. Time rises with the
  -- sequence of a webhook and with the number of an attempt, so retention walks it from its start.
  CREATE TABLE attempts (
    webhook TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    class TEXT NOT NULL,
    status INTEGER,
    outcome TEXT NOT NULL,
    dns INTEGER,
    connect INTEGER,
    tls INTEGER,
    first_byte INTEGER,
    total INTEGER NOT NULL,
    address TEXT,
    location TEXT,
    content_type TEXT,
    answer BLOB,
    clock_skew INTEGER,
    next_why TEXT,
    next_at INTEGER,
    PRIMARY KEY (webhook, sequence, number)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX deliveries_parked ON deliveries (webhook, sequence) WHERE state = 2;

  ALTER TABLE webhooks ADD COLUMN paused_at INTEGER;
  `,
  `
  -- What was taken of devices that tell live what their memory keeps as well; "who" is empty for nobody.
  CREATE TABLE traces (
    turnstile TEXT NOT NULL,
    at INTEGER NOT NULL,
    code TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (turnstile, at, code, who)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- One queue across lanes (order: strict, none); a walk over the unique key would meet every delivered row.
  CREATE INDEX deliveries_pending_in_sequence ON deliveries (webhook, sequence)
    WHERE state = 0 AND lane <> '@replay';
  -- Id of the batch that a pending delivery is frozen into; 'alone' once it left one that was refused.
  ALTER TABLE deliveries ADD COLUMN batch TEXT;
  -- Highest sequence that is older than the end of the last outage.
  ALTER TABLE webhooks ADD COLUMN backlog_through INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE webhooks ADD COLUMN clock_skew INTEGER;
  -- Fingerprint of the configuration under which the state was stored.
  ALTER TABLE webhooks ADD COLUMN configuration TEXT;
  `,
  `
  -- Accesses by quarter of an hour since 1970, for pictures: they outlive the events and name nobody.
  CREATE TABLE access_quarters (
    quarter INTEGER NOT NULL,
    turnstile TEXT NOT NULL,
    accesses INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    denied INTEGER NOT NULL,
    PRIMARY KEY (quarter, turnstile)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO access_quarters (quarter, turnstile, accesses, entries, denied)
    SELECT occurred_at / 900000, lane, count(*),
      sum(result = 'liberado' AND passage <> 'desistencia' AND direction <> 'saida'), sum(result = 'negado')
    FROM events WHERE result IS NOT NULL GROUP BY 1, 2;

  -- Times of deliveries, by class: since ever, and in a ring of a day (slot: quarter % 96).
  CREATE TABLE latency_totals (
    webhook TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    total_ms INTEGER NOT NULL,
    PRIMARY KEY (webhook, bucket)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE latency_quarters (
    webhook TEXT NOT NULL,
    slot INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    quarter INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (webhook, slot, bucket)
  ) STRICT, WITHOUT ROWID;

  -- What waited at each minute, in a ring of a day (slot: minute % 1440).
  CREATE TABLE depth_minutes (
    webhook TEXT NOT NULL,
    slot INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    PRIMARY KEY (webhook, slot)
  ) STRICT, WITHOUT ROWID;

  -- What operators did; the newest 10,000.
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    origin TEXT NOT NULL,
    outcome TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Sources of cloud events: how they are, and how far they were read. A position belongs to its source (a URL).
  CREATE TABLE relays (
    relay TEXT PRIMARY KEY,
    source TEXT,
    position TEXT,
    state TEXT NOT NULL DEFAULT 'offline',
    since INTEGER NOT NULL DEFAULT 0,
    problem_code TEXT,
    problem_detail TEXT
  ) STRICT, WITHOUT ROWID;

  -- What can be asked for, one gap-free numbering a unit. An epoch tells a feed from one that began anew.
  CREATE TABLE feeds (
    unit TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    last_sequence INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE feed (
    unit TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    event INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (unit, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX feed_by_time ON feed (unit, at);
  CREATE INDEX feed_by_event ON feed (event);

  -- In place of body: bytes of the cloud that are no UTF-8.
  ALTER TABLE deliveries ADD COLUMN bytes BLOB;
  `,
  `
  -- What TLS agreed on, as OpenSSL names it; NULL without TLS.
  ALTER TABLE attempts ADD COLUMN tls_protocol TEXT;
  ALTER TABLE attempts ADD COLUMN tls_cipher TEXT;
  `,
];

/**
 * Brings the file to the newest schema, each step in a transaction of its own. A file that is not new is first
 * copied to `<file>.before-N`, N being the first step. Throws JOURNAL_NEWER, touching nothing, when the file is ahead
 * of this program.
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  refuseNewer(db, migrations.length);
  const version = schemaVersion(db);
  crashPoint('migrate:before');
  if (version > 0 && version < migrations.length) copyFile(db, `${db.name}.before-${version + 1}`);
  crashPoint('migrate:copied');
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${index + 1}`);
      crashPoint('migrate:step');
    }).immediate();
  }
  crashPoint('migrate:after');
}

/** VACUUM INTO writes to no existing file, and a power cut may leave half a copy: so a name of its own, then a rename. */
function copyFile(db: Database, target: string): void {
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  db.prepare('VACUUM INTO ?').run(unfinished);
  renameSync(unfinished, target);
}
