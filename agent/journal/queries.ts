import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { GiroError } from '../../drivers/errors.ts';
import { readAlarms } from './alarms.ts';
import { prepareAttempts } from './attempts.ts';
import { JOURNAL_FILE } from './file.ts';
import { MIGRATIONS, schemaVersion } from './migrations.ts';
import type { Alarm, AttemptRecord, EndpointState, NewEvent, TurnstileState } from './records.ts';
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
import { refusalOf, troubleOf } from './trouble.ts';

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

/** Which events to list; all conditions hold at once. */
export interface EventFilter {
  /** Unix ms, by when it occurred, inclusive. */
  readonly sinceMs?: number;
  /** Unix ms, exclusive. */
  readonly untilMs?: number;
  readonly unit?: string;
  /** The turnstile's id (or the relay's). */
  readonly turnstile?: string;
  /** `pessoa.idExterno`. */
  readonly person?: string;
  readonly id?: string;
  /** The newest that many. */
  readonly limit: number;
}

export type EventRecord = Omit<NewEvent, 'content' | 'webhooks'> & {
  readonly deliveries: readonly Pick<
    DeliveryRecord,
    'webhook' | 'sequence' | 'state' | 'tries' | 'status' | 'outcome' | 'atMs'
  >[];
};

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
    if (version > MIGRATIONS.length) {
      throw new GiroError(
        'JOURNAL_NEWER',
        `${path} has schema ${version}, this program knows ${MIGRATIONS.length}`,
      );
    }
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
    return this.#read(() => {
      const { where, values } = conditionsOf(filter);
      const rows = this.#prepare<unknown[], EventRow>(
        `SELECT number, id, name, unit, lane, occurred_at AS occurredAtMs, recorded_at AS recordedAtMs,
           result, passage, direction, person
         FROM events ${where} ORDER BY occurred_at DESC, number DESC LIMIT ?`,
      ).all(...values, filter.limit);
      const deliveries = this.#prepare<[number], DeliveryRow>(
        `SELECT webhook, sequence, ${DELIVERY_STATE} AS state, tries, status, outcome, at AS atMs
         FROM deliveries WHERE event = ? ORDER BY rowid`,
      );
      return rows.reverse().map((row) => eventOf(row, deliveries.all(row.number)));
    });
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

  /** Open alarms, the oldest first. */
  alarms(): Alarm[] {
    return this.#read(() => readAlarms(this.#db));
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

type Access = NonNullable<NewEvent['access']>;

type EventRow = Omit<EventRecord, 'access' | 'deliveries'> & {
  number: number;
  result: Access['result'] | null;
  passage: Access['passage'] | null;
  direction: Access['direction'] | null;
  person: string | null;
};

interface DeliveryRow {
  webhook: string;
  sequence: number;
  state: DeliveryRecord['state'];
  tries: number;
  status: number | null;
  outcome: string | null;
  atMs: number | null;
}

const DELIVERY_STATE = `CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' WHEN 2 THEN 'parked' ELSE 'discarded' END`;

const WEBHOOKS = `
  SELECT ${ENDPOINT_COLUMNS}, last_delivered_at AS lastDeliveredAtMs,
    (SELECT coalesce(sum(pending), 0) FROM lanes WHERE lanes.webhook = webhooks.id) AS pending,
    (SELECT coalesce(sum(parked), 0) FROM lanes WHERE lanes.webhook = webhooks.id) AS parked,
    (SELECT min((
       SELECT e.recorded_at FROM deliveries AS d INDEXED BY deliveries_pending CROSS JOIN events AS e ON e.number = d.event
       WHERE d.webhook = lanes.webhook AND d.lane = lanes.lane AND d.state = 0 ORDER BY d.sequence LIMIT 1
     )) FROM lanes WHERE lanes.webhook = webhooks.id AND pending > 0) AS oldestPendingAtMs
  FROM webhooks ORDER BY id`;

/** The ledger finds an id; the row it names may have been pruned and its number used again, hence both. */
const BY_ID = `number = (SELECT event FROM ledger WHERE ledger.id = unhex(?, '-')) AND id = ?`;

function conditionsOf(filter: EventFilter): { where: string; values: unknown[] } {
  const all: { sql: string; values: unknown[] }[] = [
    { sql: 'occurred_at >= ?', values: [filter.sinceMs] },
    { sql: 'occurred_at < ?', values: [filter.untilMs] },
    { sql: 'unit = ?', values: [filter.unit] },
    { sql: 'lane = ?', values: [filter.turnstile] },
    { sql: 'person = ?', values: [filter.person] },
    { sql: BY_ID, values: [filter.id, filter.id] },
  ];
  const conditions = all.filter(({ values }) => values[0] !== undefined);
  return {
    where: conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function eventOf(row: EventRow, deliveries: DeliveryRow[]): EventRecord {
  const { number: _, result, passage, direction, person, ...event } = row;
  return {
    ...event,
    ...(result !== null &&
      passage !== null &&
      direction !== null && { access: { result, passage, direction, ...present({ person }) } }),
    deliveries: deliveries.map(present),
  };
}

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
