import type { Database } from 'better-sqlite3';
import { ALL_LANES, type Delivery, REPLAY_LANE } from '../events/delivery.ts';
import type { LaneState, QueueState, QueueStates } from '../events/webhook-state.ts';
import { readAlarms } from './alarms.ts';
import type { JournalState, KeptLine, OpenAccess, Trace } from './records.ts';
import { readRelayPositions } from './relays.ts';
import {
  ENDPOINT_COLUMNS,
  type EndpointRow,
  endpointOf,
  present,
  TURNSTILE_COLUMNS,
  type TurnstileRow,
  turnstileOf,
} from './rows.ts';

/** What a start needs to know. Reads only small tables, so it costs the same however much is pending. */
export function readState(db: Database): JournalState {
  return {
    openAccesses: db
      .prepare<[], OpenAccess>('SELECT turnstile, key, deadline AS deadlineMs, state FROM open_accesses')
      .all(),
    ...readQueues(db),
    turnstiles: db
      .prepare<[], TurnstileRow>(`SELECT ${TURNSTILE_COLUMNS} FROM turnstiles`)
      .all()
      .map(turnstileOf),
    cursors: db
      .prepare<[], { turnstile: string; position: string }>('SELECT turnstile, position FROM cursors')
      .all(),
    relays: readRelayPositions(db),
    alarms: readAlarms(db),
  };
}

/** Where every webhook's queue stands. Small tables: it costs the same however much is pending. */
export function readQueues(db: Database): QueueStates {
  return {
    endpoints: db.prepare<[], EndpointRow>(`SELECT ${ENDPOINT_COLUMNS} FROM webhooks`).all().map(endpointOf),
    queues: db
      .prepare<[], QueueState>(
        'SELECT id AS webhook, last_sequence AS lastSequence, backlog_through AS backlogThrough FROM webhooks',
      )
      .all(),
    lanes: db
      .prepare<
        [string],
        Required<Omit<LaneState, 'nextAtMs'>> & { nextAtMs: number | null; pending: number }
      >('SELECT webhook, lane, step, next_at AS nextAtMs, pending FROM lanes WHERE pending > 0 OR lane = ?')
      .all(ALL_LANES)
      .map(present),
  };
}

/** Pending deliveries of a lane, or of all but the replays without one, behind `afterSequence`, by sequence. */
export function preparePending(
  db: Database,
): (webhook: string, lane: string | undefined, afterSequence: number, limit: number) => Delivery[] {
  type Row = Omit<Delivery, 'batch' | 'headers' | 'bytes'> & {
    batch: string | null;
    headers: string | null;
    bytes: Uint8Array | null;
  };
  // INDEXED BY: a plan that walked the delivered rows would work, and take longer every day.
  const select = (index: string, lane: string): string =>
    `SELECT d.webhook, d.lane, d.sequence, e.id, e.name, e.unit, d.body, d.bytes, d.headers, d.tries, d.batch
     FROM deliveries AS d INDEXED BY ${index} CROSS JOIN events AS e ON e.number = d.event
     WHERE d.webhook = ? ${lane} AND d.state = 0 AND d.sequence > ?
     ORDER BY d.sequence LIMIT ?`;
  const ofLane = db.prepare<[string, string, number, number], Row>(
    select('deliveries_pending', 'AND d.lane = ?'),
  );
  const ofAll = db.prepare<[string, number, number], Row>(
    select('deliveries_pending_in_sequence', `AND d.lane <> '${REPLAY_LANE}'`),
  );
  return (webhook, lane, afterSequence, limit) => {
    const rows =
      lane === undefined
        ? ofAll.all(webhook, afterSequence, limit)
        : ofLane.all(webhook, lane, afterSequence, limit);
    return rows.map(({ headers, ...row }) => ({
      ...present(row),
      ...(headers !== null && { headers: JSON.parse(headers) }),
    }));
  };
}

/** Where a walk through the kept lines of a turnstile stands; before the first it is all zero. */
export type LinePlace = Pick<KeptLine, 'atMs' | 'number'>;

/** Unrecognised lines of a turnstile behind `after`, in the order in which they came. */
export function prepareKeptLines(
  db: Database,
): (turnstile: string, after: LinePlace, limit: number) => KeptLine[] {
  const page = db.prepare<[string, number, number, number], KeptLine>(
    `SELECT number, turnstile, at AS atMs, bytes FROM unrecognised
     WHERE turnstile = ? AND (at, number) > (?, ?) ORDER BY at, number LIMIT ?`,
  );
  return (turnstile, { atMs, number }, limit) => page.all(turnstile, atMs, number, limit);
}

/** What was taken of a turnstile within `withinMs` of any of these moments (device's time, Unix ms), each once. */
export function prepareTraces(
  db: Database,
): (turnstile: string, aroundMs: readonly number[], withinMs: number) => Trace[] {
  const range = db.prepare<[string, number, number], Trace>(
    'SELECT turnstile, at AS atMs, code, who FROM traces WHERE turnstile = ? AND at BETWEEN ? AND ?',
  );
  return (turnstile, aroundMs, withinMs) => {
    const found = aroundMs.flatMap((atMs) => range.all(turnstile, atMs - withinMs, atMs + withinMs));
    return [...new Map(found.map((trace) => [`${trace.atMs} ${trace.code} ${trace.who}`, trace])).values()];
  };
}
