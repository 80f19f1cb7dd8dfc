import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Alarm } from '../events/alarm.ts';
import type { AttemptRecord } from '../events/attempt.ts';
import type { NewEvent } from '../events/event.ts';
import type { RelayState } from '../events/relay-state.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import { readAlarms } from './alarms.ts';
import { prepareAttempts } from './attempts.ts';
import { readAudit } from './audit.ts';
import { type EventFilter, type EventRecord, listEvents } from './event-list.ts';
import {
  type FeedBounds,
  type FeedPage,
  type FeedQuery,
  readFeedBounds,
  readFeedPage,
  readFeedPlace,
} from './feed.ts';
import { JOURNAL_FILE } from './file.ts';
import { MIGRATIONS } from './migrations.ts';
import type { AuditEntry } from './records.ts';
import { readRelayStates } from './relays.ts';
import {
  ENDPOINT_COLUMNS,
  type EndpointRow,
  endpointOf,
  present,
  TURNSTILE_COLUMNS,
  type TurnstileRow,
  turnstileOf,
} from './rows.ts';
import {
  type DeliveryFilter,
  type DeliveryRecord,
  prepareSelection,
  type Scope,
  type Selection,
} from './selection.ts';
import {
  type AccessCount,
  type DepthSample,
  type LatencyQuarter,
  type LatencyTotal,
  readAccessCounts,
  readDepths,
  readLatencyQuarters,
  readLatencyTotals,
} from './statistics.ts';
import { refusalOf, troubleOf } from './trouble.ts';
import { refuseNewer, schemaVersion } from './versions.ts';

/** A turnstile as `status` shows it. */
export type TurnstileStatus = TurnstileState & {
  /** Unix ms at which its latest access occurred. */
  readonly lastAccessAtMs?: number;
};

/** A webhook as `status` shows it. */
export type WebhookStatus = EndpointState & {
  readonly pending: number;
  readonly parked: number;
  /** Unix ms at which the oldest pending event was recorded. */
  readonly oldestPendingAtMs?: number;
  /** Unix ms of the latest 2xx. */
  readonly lastDeliveredAtMs?: number;
};

/** What waits in one queue of a webhook. */
export interface QueueDepth {
  readonly webhook: string;
  readonly lane: string;
  readonly pending: number;
}

/** How many accesses of a unit were alike. */
export type AccessFigure = Omit<NonNullable<NewEvent['access']>, 'person'> & {
  readonly unit: string;
  readonly count: number;
};

export interface UnrecognisedCount {
  readonly turnstile: string;
  readonly count: number;
  /** Unix ms of the latest. */
  readonly lastAtMs: number;
}

/**
 * Opens a journal for reading, whether or not a gateway is writing it. Throws JOURNAL_MISSING when the folder has
 * none, or one that this version has not opened yet; JOURNAL_NEWER; JOURNAL_FAILED when it cannot be read.
 */
export function openReader(folder: string): JournalReader {
  const path = join(folder, JOURNAL_FILE);
  if (!existsSync(path)) throw new GiroError('JOURNAL_MISSING', `${folder} has no journal`);
  const db = reading(path, () => new Sqlite(path, { readonly: true, fileMustExist: true }));
  try {
    const version = reading(path, () => schemaVersion(db));
    refuseNewer(db, MIGRATIONS.length);
    if (version < MIGRATIONS.length) throw new GiroError('JOURNAL_MISSING', `${path} has schema ${version}`);
    return new JournalReader(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Read-only queries; each sees the journal as of its call. Throws JOURNAL_FAILED when the file cannot be read. */
export class JournalReader {
  readonly #db: Database;
  readonly #selection: Selection;
  readonly #attempts: (webhook: string, sequence: number) => AttemptRecord[];

  constructor(db: Database) {
    this.#db = db;
    this.#selection = prepareSelection(db);
    this.#attempts = prepareAttempts(db);
  }

  /** By turnstile. */
  turnstiles(): TurnstileStatus[] {
    return this.#read(() =>
      this.#prepare<[], TurnstileRow & { lastAccessAtMs: number | null }>(
        `SELECT ${TURNSTILE_COLUMNS}, (SELECT max(occurred_at) FROM events WHERE lane = turnstile) AS lastAccessAtMs
         FROM turnstiles ORDER BY turnstile`,
      )
        .all()
        .map(({ lastAccessAtMs, ...row }) => ({ ...turnstileOf(row), ...present({ lastAccessAtMs }) })),
    );
  }

  /** By webhook, also those that are no longer configured. Reads counters and one row a lane. */
  webhooks(): WebhookStatus[] {
    type Row = EndpointRow & {
      pending: number;
      parked: number;
      oldestPendingAtMs: number | null;
      lastDeliveredAtMs: number | null;
    };
    return this.#read(() =>
      this.#prepare<[], Row>(WEBHOOKS)
        .all()
        .map(({ pending, parked, oldestPendingAtMs, lastDeliveredAtMs, ...row }) => ({
          ...endpointOf(row),
          pending,
          parked,
          ...present({ oldestPendingAtMs, lastDeliveredAtMs }),
        })),
    );
  }

  /** Newest last, by when they occurred. */
  events(filter: EventFilter): EventRecord[] {
    return this.#read(() => listEvents(this.#db, filter));
  }

  /** The latest `limit` deliveries (highest `sequencia` of each webhook), by when they came to their state. */
  deliveries(filter: DeliveryFilter, limit: number): DeliveryRecord[] {
    return this.#read(() => latestDeliveries(this.#selection, filter, limit));
  }

  /** The attempts of one delivery, oldest first. */
  attempts(webhook: string, sequence: number): AttemptRecord[] {
    return this.#read(() => this.#attempts(webhook, sequence));
  }

  /** What matched no pattern, by turnstile. */
  unrecognised(): UnrecognisedCount[] {
    return this.#read(() =>
      this.#prepare<[], UnrecognisedCount>(
        'SELECT turnstile, count(*) AS count, max(at) AS lastAtMs FROM unrecognised GROUP BY turnstile',
      ).all(),
    );
  }

  /** What kinds of access occurred from one moment (Unix ms) to before another, and how many of each. */
  figures(fromMs: number, toMs: number): AccessFigure[] {
    return this.#read(() => {
      const counts = new Map<string, AccessFigure>();
      const rows = this.#prepare<[number, number], Omit<AccessFigure, 'count'>>(
        `SELECT unit, result, passage, direction FROM events
         WHERE occurred_at >= ? AND occurred_at < ? AND result IS NOT NULL`,
      );
      for (const row of rows.iterate(fromMs, toMs)) {
        const key = Object.values(row).join('\n');
        counts.set(key, { ...row, count: (counts.get(key)?.count ?? 0) + 1 });
      }
      return [...counts.values()];
    });
  }

  /** What waits in each queue: one of a turnstile, and of replays. */
  queues(): QueueDepth[] {
    return this.#read(() =>
      this.#prepare<[], QueueDepth>('SELECT webhook, lane, pending FROM lanes ORDER BY webhook, lane').all(),
    );
  }

  accessCounts(sinceMs: number, untilMs: number): AccessCount[] {
    return this.#read(() => readAccessCounts(this.#db, sinceMs, untilMs));
  }

  latencyQuarters(nowMs: number): LatencyQuarter[] {
    return this.#read(() => readLatencyQuarters(this.#db, nowMs));
  }

  latencyTotals(): LatencyTotal[] {
    return this.#read(() => readLatencyTotals(this.#db));
  }

  depths(nowMs: number): DepthSample[] {
    return this.#read(() => readDepths(this.#db, nowMs));
  }

  /** What operators did, the newest first. */
  audit(limit: number): AuditEntry[] {
    return this.#read(() => readAudit(this.#db, limit));
  }

  /** Open alarms, the oldest first. */
  alarms(): Alarm[] {
    return this.#read(() => readAlarms(this.#db));
  }

  /** How every source of cloud events is. */
  relays(): RelayState[] {
    return this.#read(() => readRelayStates(this.#db));
  }

  feedBounds(unit: string): FeedBounds | undefined {
    return this.#read(() => readFeedBounds(this.#db, unit));
  }

  feedPlace(unit: string, sinceMs: number): number | undefined {
    return this.#read(() => readFeedPlace(this.#db, unit, sinceMs));
  }

  feedPage(query: FeedQuery): FeedPage {
    return this.#read(() => readFeedPage(this.#db, query));
  }

  close(): void {
    this.#db.close();
  }

  #prepare<Values extends unknown[], Row>(sql: string): Statement<Values, Row> {
    return this.#db.prepare<unknown[], Row>(sql) as Statement<Values, Row>;
  }

  #read<T>(query: () => T): T {
    return reading(this.#db.name, query);
  }
}

const WEBHOOKS = `
  SELECT ${ENDPOINT_COLUMNS}, last_delivered_at AS lastDeliveredAtMs,
    (SELECT coalesce(sum(pending), 0) FROM lanes WHERE lanes.webhook = webhooks.id) AS pending,
    (SELECT coalesce(sum(parked), 0) FROM lanes WHERE lanes.webhook = webhooks.id) AS parked,
    (SELECT min((
       SELECT e.recorded_at FROM deliveries AS d INDEXED BY deliveries_pending CROSS JOIN events AS e ON e.number = d.event
       WHERE d.webhook = lanes.webhook AND d.lane = lanes.lane AND d.state = 0 ORDER BY d.sequence LIMIT 1
     )) FROM lanes WHERE lanes.webhook = webhooks.id AND pending > 0) AS oldestPendingAtMs
  FROM webhooks ORDER BY id`;

function latestDeliveries(selection: Selection, filter: DeliveryFilter, limit: number): DeliveryRecord[] {
  const latest = selection.scopes(filter).flatMap((scope) => {
    const found: DeliveryRecord[] = [];
    for (let rest: Scope | undefined = scope; rest !== undefined && found.length < limit; ) {
      const step = selection.stepBack(filter, rest);
      found.push(...step.found);
      rest = step.rest;
    }
    return found.slice(0, limit);
  });
  const cameAtMs = ({ atMs, recordedAtMs }: DeliveryRecord): number => atMs ?? recordedAtMs;
  latest.sort((a, b) => cameAtMs(a) - cameAtMs(b) || a.sequence - b.sequence);
  return latest.slice(-limit);
}

/** Turns what SQLite throws into the catalogue's error. */
function reading<T>(path: string, query: () => T): T {
  try {
    return query();
  } catch (error) {
    if (troubleOf(error) === 'request') throw error;
    throw new GiroError('JOURNAL_FAILED', `${path} cannot be read: ${refusalOf(error).message}`, {
      cause: error,
    });
  }
}
