import type { Database } from 'better-sqlite3';
import type { EventName } from '../events/event.ts';
import { present } from './rows.ts';

/** By the number that stands in `deliveries.state`. */
const STATES = ['pending', 'delivered', 'parked', 'discarded'] as const;
export type DeliveryState = (typeof STATES)[number];
/** The name of `deliveries.state`, in SQL. */
export const DELIVERY_STATE = `CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' WHEN 2 THEN 'parked' ELSE 'discarded' END`;

/** Which deliveries; all conditions hold at once. */
export interface DeliveryFilter {
  /** The event's id: one delivery a webhook. */
  readonly id?: string | undefined;
  readonly webhook?: string | undefined;
  /** One of these. */
  readonly states?: readonly DeliveryState[] | undefined;
  /**
   * Unix ms, inclusive, by when the delivery came to its state: delivered, parked or discarded, and recorded for one
   * that is pending. So "delivered since" finds what the receiver got since, however old the access is.
   */
  readonly sinceMs?: number | undefined;
  /** Unix ms, exclusive. */
  readonly untilMs?: number | undefined;
  /** `sequencia`, inclusive. */
  readonly firstSequence?: number | undefined;
  readonly lastSequence?: number | undefined;
  /** The turnstile's id (or the relay's). */
  readonly turnstile?: string | undefined;
  readonly unit?: string | undefined;
  /** `pessoa.idExterno`. */
  readonly person?: string | undefined;
}

/** Sequences of one webhook among which to look, both ends inclusive. */
export interface Scope {
  readonly webhook: string;
  readonly first: number;
  readonly last: number;
}

/** One event for one webhook, as `deliveries` shows it. */
export interface DeliveryRecord {
  readonly webhook: string;
  /** `sequencia`. */
  readonly sequence: number;
  readonly state: DeliveryState;
  /** The queue that it stands in: the turnstile's, or that of replays. */
  readonly lane: string;
  /** Tries that class D used up. */
  readonly tries: number;
  /** HTTP status that ended it. */
  readonly status?: number;
  /** Outcome that ended it (`ok` when delivered). */
  readonly outcome?: string;
  /** Unix ms at which it ended. */
  readonly atMs?: number;
  /** The event's id. */
  readonly id: string;
  readonly name: EventName;
  readonly unit: string;
  readonly turnstile: string;
  /** `pessoa.idExterno`. */
  readonly person?: string;
  /** Unix ms. */
  readonly occurredAtMs: number;
  /** Unix ms. */
  readonly recordedAtMs: number;
}

type Row = Omit<DeliveryRecord, 'state' | 'status' | 'outcome' | 'atMs' | 'person'> & {
  readonly state: number;
  readonly status: number | null;
  readonly outcome: string | null;
  readonly atMs: number | null;
  readonly person: string | null;
};

/** Deliveries looked at in one step: a bound on how long a statement keeps the writer from accepting. */
const STEP = 1_000;

/** What one step found, and where the next one goes on; absent when that was all. */
export interface Step {
  readonly found: readonly DeliveryRecord[];
  readonly rest?: Scope;
}

export interface Selection {
  /** Where to look; as of this call, so that what is accepted later is not chased. */
  scopes(filter: DeliveryFilter): Scope[];
  /** Looks at no more than 1,000 deliveries, from the first sequence on. */
  step(filter: DeliveryFilter, scope: Scope): Step;
  /** The same from the last sequence back. */
  stepBack(filter: DeliveryFilter, scope: Scope): Step;
}

const COLUMNS = `d.webhook, d.sequence, d.state, d.lane, d.tries, d.status, d.outcome, d.at AS atMs,
  e.id, e.name, e.unit, e.lane AS turnstile, e.person, e.occurred_at AS occurredAtMs, e.recorded_at AS recordedAtMs`;

/** Finds deliveries in steps of bounded length. */
export function prepareSelection(db: Database): Selection {
  const ofEvent = db.prepare<[string, string], { webhook: string; sequence: number }>(
    `SELECT d.webhook, d.sequence FROM ledger AS l CROSS JOIN events AS e ON e.number = l.event
     CROSS JOIN deliveries AS d ON d.event = e.number
     WHERE l.id = unhex(?, '-') AND e.id = ? ORDER BY d.rowid`,
  );
  const webhooks = db.prepare<[], { webhook: string; last: number }>(
    'SELECT id AS webhook, last_sequence AS last FROM webhooks ORDER BY id',
  );
  const prepare = (from: string, order: 'ASC' | 'DESC') =>
    db.prepare<[string, number, number], Row>(
      `SELECT ${COLUMNS}
       FROM (SELECT webhook, sequence, event, state, lane, tries, status, outcome, at FROM ${from}
         AND webhook = ? AND sequence BETWEEN ? AND ? ORDER BY sequence ${order} LIMIT ${STEP}) AS d
       CROSS JOIN events AS e ON e.number = d.event ORDER BY d.sequence ${order}`,
    );
  const any = 'deliveries WHERE true';
  const parked = 'deliveries INDEXED BY deliveries_parked WHERE state = 2';
  const statements = {
    any: { ASC: prepare(any, 'ASC'), DESC: prepare(any, 'DESC') },
    parked: { ASC: prepare(parked, 'ASC'), DESC: prepare(parked, 'DESC') },
  };
  const step = (filter: DeliveryFilter, scope: Scope, order: 'ASC' | 'DESC'): Step => {
    const { states } = filter;
    const onlyParked = states?.length === 1 && states[0] === 'parked';
    const rows = statements[onlyParked ? 'parked' : 'any'][order].all(scope.webhook, scope.first, scope.last);
    const found = rows.map(recordOf).filter((record) => matches(record, filter));
    const end = rows.at(-1);
    if (end === undefined || rows.length < STEP) return { found };
    const rest =
      order === 'ASC' ? { ...scope, first: end.sequence + 1 } : { ...scope, last: end.sequence - 1 };
    return { found, rest };
  };

  return {
    scopes: (filter) => {
      const { id, webhook, firstSequence = 1, lastSequence = Number.MAX_SAFE_INTEGER } = filter;
      const all: Scope[] =
        id === undefined
          ? webhooks.all().map((each) => ({ webhook: each.webhook, first: 1, last: each.last }))
          : ofEvent
              .all(id, id)
              .map(({ sequence, ...each }) => ({ ...each, first: sequence, last: sequence }));
      return all
        .filter((scope) => webhook === undefined || scope.webhook === webhook)
        .map((scope) => ({
          ...scope,
          first: Math.max(scope.first, firstSequence),
          last: Math.min(scope.last, lastSequence),
        }))
        .filter(({ first, last }) => first <= last);
    },
    step: (filter, scope) => step(filter, scope, 'ASC'),
    stepBack: (filter, scope) => step(filter, scope, 'DESC'),
  };
}

function recordOf(row: Row): DeliveryRecord {
  const { state, ...rest } = row;
  return { ...present(rest), state: STATES[state] ?? 'discarded' };
}

function matches(record: DeliveryRecord, filter: DeliveryFilter): boolean {
  const atMs = record.atMs ?? record.recordedAtMs;
  return (
    (filter.states?.includes(record.state) ?? true) &&
    atMs >= (filter.sinceMs ?? atMs) &&
    atMs < (filter.untilMs ?? atMs + 1) &&
    record.turnstile === (filter.turnstile ?? record.turnstile) &&
    record.unit === (filter.unit ?? record.unit) &&
    (filter.person === undefined || record.person === filter.person)
  );
}
