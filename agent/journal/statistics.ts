import type { Database } from 'better-sqlite3';
import type { NewEvent } from '../events/event.ts';
import type { Tallies } from './tallies.ts';

/** Accesses are counted by quarter of an hour: the hours of every time zone are made of these. */
export const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;
/** Rings of a day. */
const QUARTERS = 96;
const MINUTES = 1440;

/** Upper bounds of the classes that the time from record to 2xx is counted in, ms; one more is without bound. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000, 3_600_000, 21_600_000,
  86_400_000,
];

/** Accesses of a turnstile in a quarter of an hour. */
export interface AccessCount {
  /** Unix ms at which the quarter begins. */
  readonly atMs: number;
  readonly turnstile: string;
  readonly accesses: number;
  /** Of these, who was let in: granted, not given up, and not towards the exit. */
  readonly entries: number;
  readonly denied: number;
}

/** Deliveries that took a time of one class. */
export interface LatencyCount {
  readonly webhook: string;
  /** Index into LATENCY_BOUNDS_MS; its length stands for longer. */
  readonly bucket: number;
  readonly deliveries: number;
}

/** Since the journal began. */
export interface LatencyTotal extends LatencyCount {
  readonly totalMs: number;
}

/** In a quarter of an hour of the last day. */
export interface LatencyQuarter extends LatencyCount {
  /** Unix ms at which the quarter begins. */
  readonly atMs: number;
}

/** How many deliveries waited for a webhook at a minute of the last day. */
export interface DepthSample {
  readonly webhook: string;
  /** Unix ms at which the minute begins. */
  readonly atMs: number;
  readonly pending: number;
}

/** Counts an access that was just stored. Runs inside the caller's transaction. */
export function prepareAccessCount(tallies: Tallies): (event: NewEvent) => void {
  const count = tallies.prepare(
    `INSERT INTO access_quarters (quarter, turnstile, accesses, entries, denied) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET accesses = accesses + excluded.accesses, entries = entries + excluded.entries,
       denied = denied + excluded.denied`,
  );
  return ({ access, occurredAtMs, lane }) => {
    if (access === undefined) return;
    const { result, passage, direction } = access;
    const isEntry = result === 'liberado' && passage !== 'desistencia' && direction !== 'saida';
    const quarter = Math.floor(occurredAtMs / QUARTER_MS);
    count.add([quarter, lane], 1, Number(isEntry), Number(result === 'negado'));
  };
}

/** Counts the time of a first delivery. Runs inside the caller's transaction. */
export function prepareLatencyCount(
  db: Database,
  tallies: Tallies,
): (webhook: string, event: number, atMs: number) => void {
  const recordedAt = db.prepare<[number], number>('SELECT recorded_at FROM events WHERE number = ?').pluck();
  const total = tallies.prepare(
    `INSERT INTO latency_totals (webhook, bucket, deliveries, total_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET deliveries = deliveries + excluded.deliveries, total_ms = total_ms + excluded.total_ms`,
  );
  const ofDay = tallies.prepare(
    `INSERT INTO latency_quarters (webhook, slot, bucket, quarter, deliveries) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET deliveries = iif(quarter = excluded.quarter, deliveries, 0) + excluded.deliveries,
       quarter = excluded.quarter`,
  );
  return (webhook, event, atMs) => {
    const recordedAtMs = recordedAt.get(event);
    if (recordedAtMs === undefined) return;
    const tookMs = Math.max(0, atMs - recordedAtMs);
    const found = LATENCY_BOUNDS_MS.findIndex((bound) => tookMs <= bound);
    const bucket = found === -1 ? LATENCY_BOUNDS_MS.length : found;
    const quarter = Math.floor(atMs / QUARTER_MS);
    total.add([webhook, bucket], 1, tookMs);
    ofDay.add([webhook, quarter % QUARTERS, bucket, quarter], 1);
  };
}

/** Notes how many deliveries wait for each webhook. Runs inside the caller's transaction. */
export function prepareDepthSample(db: Database): (atMs: number) => void {
  const depths = db.prepare<[], { webhook: string; pending: number }>(
    'SELECT webhook, sum(pending) AS pending FROM lanes GROUP BY webhook',
  );
  const note = db.prepare(
    `INSERT INTO depth_minutes (webhook, slot, minute, pending) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET minute = excluded.minute, pending = excluded.pending`,
  );
  return (atMs) => {
    const minute = Math.floor(atMs / MINUTE_MS);
    for (const { webhook, pending } of depths.all()) note.run(webhook, minute % MINUTES, minute, pending);
  };
}

/** Counts of accesses from one moment to before another, by time. */
export function readAccessCounts(db: Database, sinceMs: number, untilMs: number): AccessCount[] {
  return db
    .prepare<[number, number], AccessCount>(
      `SELECT quarter * ${QUARTER_MS} AS atMs, turnstile, accesses, entries, denied FROM access_quarters
       WHERE quarter >= ? AND quarter < ? ORDER BY quarter`,
    )
    .all(Math.floor(sinceMs / QUARTER_MS), Math.ceil(untilMs / QUARTER_MS));
}

/** What was counted of the last day before `nowMs`. */
export function readLatencyQuarters(db: Database, nowMs: number): LatencyQuarter[] {
  return db
    .prepare<[number], LatencyQuarter>(
      `SELECT webhook, bucket, quarter * ${QUARTER_MS} AS atMs, deliveries FROM latency_quarters WHERE quarter > ?`,
    )
    .all(Math.floor(nowMs / QUARTER_MS) - QUARTERS);
}

export function readLatencyTotals(db: Database): LatencyTotal[] {
  return db
    .prepare<[], LatencyTotal>(
      'SELECT webhook, bucket, deliveries, total_ms AS totalMs FROM latency_totals ORDER BY webhook, bucket',
    )
    .all();
}

/** The samples of the last day before `nowMs`, in no order. */
export function readDepths(db: Database, nowMs: number): DepthSample[] {
  return db
    .prepare<[number], DepthSample>(
      `SELECT webhook, minute * ${MINUTE_MS} AS atMs, pending FROM depth_minutes WHERE minute > ?`,
    )
    .all(Math.floor(nowMs / MINUTE_MS) - MINUTES);
}
