import type { Database } from 'better-sqlite3';
import type { NewEvent } from '../events/event.ts';
import { present } from './rows.ts';
import { DELIVERY_STATE, type DeliveryRecord } from './selection.ts';

/** Which events to list; all conditions hold at once. */
export interface EventFilter {
  /** Unix ms, by when it occurred, inclusive. */
  readonly sinceMs?: number | undefined;
  /** Unix ms, exclusive. */
  readonly untilMs?: number | undefined;
  readonly unit?: string | undefined;
  /** The turnstile's id (or the relay's). */
  readonly turnstile?: string | undefined;
  /** `pessoa.idExterno`. */
  readonly person?: string | undefined;
  readonly id?: string | undefined;
  /** Without alarms, tests and what a relay brought. */
  readonly onlyAccesses?: boolean | undefined;
  /** The newest that many. */
  readonly limit: number;
}

type Access = NonNullable<NewEvent['access']>;

/** What only the body says of an access, as it says it. */
interface Details {
  /** `acesso.meio`. */
  readonly means?: string;
  /** `acesso.motivo`. */
  readonly reason?: string;
  /** `pessoa.tipo`. */
  readonly personKind?: string;
}

export type EventRecord = Omit<NewEvent, 'content' | 'webhooks' | 'access'> & {
  readonly access?: Access & Details;
  readonly deliveries: readonly Pick<
    DeliveryRecord,
    'webhook' | 'sequence' | 'state' | 'tries' | 'status' | 'outcome' | 'atMs'
  >[];
};

type EventRow = Omit<EventRecord, 'access' | 'deliveries'> & {
  number: number;
  result: Access['result'] | null;
  passage: Access['passage'] | null;
  direction: Access['direction'] | null;
  person: string | null;
  means: string | null;
  reason: string | null;
  personKind: string | null;
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

/** Newest last, by when they occurred. */
export function listEvents(db: Database, filter: EventFilter): EventRecord[] {
  const { where, values } = conditionsOf(filter);
  const rows = db
    .prepare<unknown[], EventRow>(
      `SELECT number, id, name, unit, lane, occurred_at AS occurredAtMs, recorded_at AS recordedAtMs,
         result, passage, direction, person, content ->> '$.acesso.meio' AS means,
         content ->> '$.acesso.motivo' AS reason, content ->> '$.pessoa.tipo' AS personKind
       FROM events ${where} ORDER BY occurred_at DESC, number DESC LIMIT ?`,
    )
    .all(...values, filter.limit);
  const deliveries = db.prepare<[number], DeliveryRow>(
    `SELECT webhook, sequence, ${DELIVERY_STATE} AS state, tries, status, outcome, at AS atMs
     FROM deliveries WHERE event = ? ORDER BY rowid`,
  );
  return rows.reverse().map((row) => eventOf(row, deliveries.all(row.number)));
}

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
    ...(filter.onlyAccesses === true ? [{ sql: 'result IS NOT NULL', values: [] }] : []),
  ];
  const conditions = all.filter(({ values }) => values.every((value) => value !== undefined));
  return {
    where: conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function eventOf(row: EventRow, deliveries: DeliveryRow[]): EventRecord {
  const { number: _, result, passage, direction, person, means, reason, personKind, ...event } = row;
  return {
    ...event,
    ...(result !== null &&
      passage !== null &&
      direction !== null && {
        access: { result, passage, direction, ...present({ person, means, reason, personKind }) },
      }),
    deliveries: deliveries.map(present),
  };
}
