import type { Database } from 'better-sqlite3';
import { readAlarms } from './alarms.ts';
import type { Delivery, JournalState, KeptLine, LaneState, OpenAccess, Trace } from './records.ts';
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
    endpoints: db.prepare<[], EndpointRow>(`SELECT ${ENDPOINT_COLUMNS} FROM webhooks`).all().map(endpointOf),
    lanes: db
      .prepare<[], Required<Omit<LaneState, 'nextAtMs'>> & { nextAtMs: number | null; pending: number }>(
        'SELECT webhook, lane, step, next_at AS nextAtMs, pending FROM lanes WHERE pending > 0',
      )
      .all()
      .map(present),
    turnstiles: db
      .prepare<[], TurnstileRow>(`SELECT ${TURNSTILE_COLUMNS} FROM turnstiles`)
      .all()
      .map(turnstileOf),
    cursors: db
      .prepare<[], { turnstile: string; position: string }>('SELECT turnstile, position FROM cursors')
      .all(),
    alarms: readAlarms(db),
  };
}

/** Pending deliveries of a lane behind `afterSequence`, by sequence. */
export function preparePending(
  db: Database,
): (webhook: string, lane: string, afterSequence: number, limit: number) => Delivery[] {
  // INDEXED BY: a plan that walked the delivered rows would work, and take longer every day.
  const page = db.prepare<
    [string, string, number, number],
    Omit<Delivery, 'headers'> & { headers: string | null }
  >(
    `SELECT d.webhook, d.lane, d.sequence, e.id, e.name, e.unit, d.body, d.headers, d.tries
     FROM deliveries AS d INDEXED BY deliveries_pending CROSS JOIN events AS e ON e.number = d.event
     WHERE d.webhook = ? AND d.lane = ? AND d.state = 0 AND d.sequence > ?
     ORDER BY d.sequence LIMIT ?`,
  );
  return (...query) =>
    page
      .all(...query)
      .map(({ headers, ...rest }) => (headers === null ? rest : { ...rest, headers: JSON.parse(headers) }));
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
