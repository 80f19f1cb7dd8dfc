import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { EventName, NewEvent } from '../events/event.ts';
import { withBase64 } from '../events/relayed.ts';
import { contractText } from '../events/render.ts';

/** Rows that one step of pruning takes away: a bound on how long a statement keeps the writer from accepting. */
const PRUNING_STEP = 1_000;
/** A page ends after so many bytes, however few events that is. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** Where the numbering of a unit's feed stands. */
export interface FeedBounds {
  /** Differs from that of a feed that began anew. */
  readonly epoch: string;
  /** The oldest that can still be asked for; one above `last` when there is none. */
  readonly first: number;
  readonly last: number;
}

/** Which part of a feed is asked for. */
export interface FeedQuery {
  readonly unit: string;
  readonly afterSequence: number;
  readonly limit: number;
  /** Whether relayed content is given as base64, so that its bytes can be had back exactly. */
  readonly base64: boolean;
}

/** One event as the feed gives it. */
export interface FeedItem {
  readonly sequence: number;
  readonly name: EventName;
  /** The body of the contract; `sequencia` is the feed's. */
  readonly body: string;
}

export interface FeedPage {
  /** In the order of `sequence`. */
  readonly items: readonly FeedItem[];
  /** Whether it ends before the feed does. */
  readonly more: boolean;
}

/** Begins the feeds of units that have none yet: from then on each has its epoch. */
export function prepareFeedOpening(db: Database): (units: readonly string[]) => void {
  const open = db.prepare(
    'INSERT INTO feeds (unit, epoch, last_sequence) VALUES (?, ?, 0) ON CONFLICT DO NOTHING',
  );
  return (units) => {
    for (const unit of units) open.run(unit, newEpoch());
  };
}

/**
 * Gives the feeds of an older state of a journal new epochs: their next events would else get numbers that consumers
 * have behind them. A journal from before there were feeds is left as it is.
 */
export function renewEpochs(db: Database): void {
  const hasFeeds = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'feeds'").get() !== undefined;
  if (hasFeeds) db.exec('UPDATE feeds SET epoch = lower(hex(randomblob(8)))');
}

/** Adds an event to its unit's feed. Runs inside the transaction that stores it. */
export function prepareFeedEntry(
  db: Database,
): (unit: string, event: number | bigint, recordedAtMs: number) => void {
  const next = db
    .prepare<[string, string], number>(
      `INSERT INTO feeds (unit, epoch, last_sequence) VALUES (?, ?, 1)
       ON CONFLICT DO UPDATE SET last_sequence = last_sequence + 1 RETURNING last_sequence`,
    )
    .pluck();
  const insert = db.prepare('INSERT INTO feed (unit, sequence, event, at) VALUES (?, ?, ?, ?)');
  return (unit, event, recordedAtMs) => {
    insert.run(unit, next.get(unit, newEpoch()), event, recordedAtMs);
  };
}

function newEpoch(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Takes the oldest entries of a feed away that were recorded before a moment, at most 1,000; answers how many. One that
 * a wrong clock dated too early stays as long as those before it: consumers are told of the oldest, never of a hole.
 */
export function prepareFeedPruning(db: Database): (unit: string, beforeMs: number) => number {
  const prune = db.prepare(
    `WITH oldest AS (SELECT sequence, at FROM feed WHERE unit = :unit ORDER BY sequence LIMIT ${PRUNING_STEP})
     DELETE FROM feed WHERE unit = :unit AND sequence IN (SELECT sequence FROM oldest
       WHERE sequence < coalesce((SELECT min(sequence) FROM oldest WHERE at >= :beforeMs), sequence + 1))`,
  );
  return (unit, beforeMs) => prune.run({ unit, beforeMs }).changes;
}

/** Undefined for a unit whose feed was never begun. */
export function readFeedBounds(db: Database, unit: string): FeedBounds | undefined {
  return db
    .prepare<[string], FeedBounds>(
      `SELECT epoch, last_sequence AS last,
         coalesce((SELECT min(sequence) FROM feed WHERE feed.unit = feeds.unit), last_sequence + 1) AS first
       FROM feeds WHERE unit = ?`,
    )
    .get(unit);
}

/**
 * The sequence before the first entry that was recorded at this moment or later; undefined when there is none. First in
 * the feed: after a step of the clock a later entry may have the earlier time.
 */
export function readFeedPlace(db: Database, unit: string, sinceMs: number): number | undefined {
  const found = db
    .prepare<[string, number], number | null>(
      'SELECT min(sequence) FROM feed INDEXED BY feed_by_time WHERE unit = ? AND at >= ?',
    )
    .pluck()
    .get(unit, sinceMs);
  return typeof found === 'number' ? found - 1 : undefined;
}

export function readFeedPage(db: Database, { unit, afterSequence, limit, base64 }: FeedQuery): FeedPage {
  const rows = db
    .prepare<[string, number], Pick<NewEvent, 'id' | 'name' | 'content'> & { sequence: number }>(
      `SELECT f.sequence, e.id, e.name, e.content FROM feed AS f CROSS JOIN events AS e ON e.number = f.event
       WHERE f.unit = ? AND f.sequence > ? ORDER BY f.sequence`,
    )
    .iterate(unit, afterSequence);
  const items: FeedItem[] = [];
  let bytes = 0;
  for (const { sequence, ...event } of rows) {
    if (items.length >= limit || bytes > PAGE_BYTES) return { items, more: true };
    const content = base64 ? withBase64(event.content) : event.content;
    const body = contractText({ ...event, content }, sequence);
    bytes += body.length;
    items.push({ sequence, name: event.name, body });
  }
  return { items, more: false };
}
