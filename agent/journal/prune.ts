import type { Database } from 'better-sqlite3';

/** Rows looked at in one step: a bound on how long a step keeps the writer from accepting. */
const EVENTS_A_STEP = 25;
const ROWS_A_STEP = 250;

/** Removes what has been done for long enough; walks the events in the order in which they were recorded. */
export interface EventStep {
  readonly do: 'pruneEvents';
  /** Number of the last event that was looked at; 0 at the start. */
  readonly after: number;
  /** Unix ms: what was delivered or discarded before goes, and events that nobody wanted. */
  readonly deliveredBeforeMs: number;
  /** Unix ms: what was parked before goes. */
  readonly parkedBeforeMs: number;
}

export interface PrunedEvents {
  /** Deliveries that were done. */
  readonly done: number;
  /** Deliveries that were parked, by webhook: nobody got them. */
  readonly parked: Readonly<Record<string, number>>;
  readonly events: number;
  /** Where the next step goes on; absent when that was all. */
  readonly next?: number;
}

/** A delivery as it is removed. */
interface RemovedRow {
  readonly webhook: string;
  readonly sequence: number;
  readonly lane: string;
  readonly state: number;
}

const PARKED = 2;

/** Does one step. Runs inside the caller's transaction, like everything here. */
export function preparePruneEvents(db: Database): (step: EventStep) => PrunedEvents {
  const page = db.prepare<[number, number], { number: number; recordedAtMs: number }>(
    'SELECT number, recorded_at AS recordedAtMs FROM events WHERE number > ? ORDER BY number LIMIT ?',
  );
  const remove = db.prepare<[number, number, number], RemovedRow>(
    `DELETE FROM deliveries WHERE event = ? AND (state IN (1, 3) AND at < ? OR state = 2 AND at < ?)
     RETURNING webhook, sequence, lane, state`,
  );
  const removeEvent = db.prepare(
    `DELETE FROM events WHERE number = ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = number)
       AND NOT EXISTS (SELECT 1 FROM feed WHERE event = number)`,
  );
  const follow = prepareFollow(db);
  return ({ after, deliveredBeforeMs, parkedBeforeMs }) => {
    const parked: Record<string, number> = {};
    let done = 0;
    let events = 0;
    const rows = page.all(after, EVENTS_A_STEP);
    // A delivery ends after its event was recorded: a younger event has nothing to remove.
    const old = rows.filter(({ recordedAtMs }) => recordedAtMs < Math.max(deliveredBeforeMs, parkedBeforeMs));
    for (const { number, recordedAtMs } of old) {
      for (const row of remove.all(number, deliveredBeforeMs, parkedBeforeMs)) {
        follow(row);
        if (row.state === PARKED) parked[row.webhook] = (parked[row.webhook] ?? 0) + 1;
        else done += 1;
      }
      if (recordedAtMs < deliveredBeforeMs) events += removeEvent.run(number).changes;
    }
    const last = rows.at(-1);
    const isEnd = last === undefined || rows.length < EVENTS_A_STEP || old.length === 0;
    return { done, parked, events, ...(!isEnd && { next: last.number }) };
  };
}

/** What goes with a delivery that is removed: its attempts, and its place in the counts. */
function prepareFollow(db: Database): (row: RemovedRow) => void {
  const attempts = db.prepare('DELETE FROM attempts WHERE webhook = ? AND sequence = ?');
  const unpend = db.prepare('UPDATE lanes SET pending = pending - 1 WHERE webhook = ? AND lane = ?');
  const unpark = db.prepare('UPDATE lanes SET parked = parked - 1 WHERE webhook = ? AND lane = ?');
  return ({ webhook, sequence, lane, state }) => {
    attempts.run(webhook, sequence);
    if (state === 0) unpend.run(webhook, lane);
    if (state === PARKED) unpark.run(webhook, lane);
  };
}

/** Removes an event with all its deliveries, whatever their state, also from the feed; its id stays in the ledger. */
export function prepareRemoveEvent(db: Database): (number: number) => readonly RemovedRow[] {
  const remove = db.prepare<[number], RemovedRow>(
    'DELETE FROM deliveries WHERE event = ? RETURNING webhook, sequence, lane, state',
  );
  const removeEvent = db.prepare('DELETE FROM events WHERE number = ?');
  const unfeed = db.prepare('DELETE FROM feed WHERE event = ?'); // its number may be used again
  const follow = prepareFollow(db);
  return (number) => {
    const removed = remove.all(number);
    for (const row of removed) follow(row);
    unfeed.run(number);
    removeEvent.run(number);
    return removed;
  };
}

/** Tables of which rows go by age alone, with the key that walks them and the column that dates them. */
const AGED = {
  attempts: { key: ['webhook', 'sequence', 'number'], at: 'at' },
  unrecognised: { key: ['number'], at: 'at' },
  ledger: { key: ['id'], at: 'at' },
  traces: { key: ['turnstile', 'at', 'code', 'who'], at: 'at' },
} as const;
export type AgedTable = keyof typeof AGED;

/** Where a walk through a table stands: the values of its key. */
export type Place = readonly (string | number | Uint8Array)[];

/** Removes the rows of a table that are dated before a moment. */
export interface RowStep {
  readonly do: 'pruneRows';
  readonly table: AgedTable;
  readonly after?: Place;
  /** Unix ms. */
  readonly beforeMs: number;
}

export interface PrunedRows {
  readonly removed: number;
  readonly next?: Place;
}

export function preparePruneRows(db: Database): (step: RowStep) => PrunedRows {
  const tables = new Map(Object.keys(AGED).map((table) => [table, prepareAged(db, table as AgedTable)]));
  return (step) => tables.get(step.table)?.(step) ?? { removed: 0 };
}

function prepareAged(db: Database, table: AgedTable): (step: RowStep) => PrunedRows {
  const { key, at } = AGED[table];
  const columns = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  const select = (where: string): string =>
    `SELECT ${columns}, ${at} AS atMs FROM ${table} ${where} ORDER BY ${columns} LIMIT ${ROWS_A_STEP}`;
  type Row = [...Place, number];
  const first = db.prepare<[], Row>(select('')).raw();
  const later = db.prepare<unknown[], Row>(select(`WHERE (${columns}) > (${marks})`)).raw();
  const remove = db.prepare(`DELETE FROM ${table} WHERE (${columns}) = (${marks})`);
  return ({ after, beforeMs }) => {
    const rows = after === undefined ? first.all() : later.all(...after);
    const old = rows.filter((row) => Number(row.at(-1)) < beforeMs);
    for (const row of old) remove.run(...row.slice(0, -1));
    const last = rows.at(-1);
    const isEnd = last === undefined || rows.length < ROWS_A_STEP;
    return { removed: old.length, ...(!isEnd && { next: last.slice(0, -1) }) };
  };
}

/** Finds the oldest events that somebody still waits for. */
export interface OldestStep {
  readonly do: 'oldest';
  readonly after: number;
}

/** One of them. */
export interface OldEvent {
  readonly number: number;
  readonly unit: string;
  readonly lane: string;
  readonly occurredAtMs: number;
  readonly direction: string | null;
  /** The deliveries that would not take place. */
  readonly deliveries: readonly { readonly webhook: string; readonly sequence: number }[];
}

export interface OldestEvents {
  readonly found: readonly OldEvent[];
  readonly next?: number;
}

/** Giro's own events are left out: they are few, and some of them say what was removed. */
export function prepareOldest(db: Database): (step: OldestStep) => OldestEvents {
  const page = db.prepare<[number, number], Omit<OldEvent, 'deliveries'> & { name: string }>(
    `SELECT number, name, unit, lane, occurred_at AS occurredAtMs, direction FROM events
     WHERE number > ? ORDER BY number LIMIT ?`,
  );
  const waiting = db.prepare<[number], OldEvent['deliveries'][number]>(
    'SELECT webhook, sequence FROM deliveries WHERE event = ? AND state IN (0, 2)',
  );
  return ({ after }) => {
    const rows = page.all(after, EVENTS_A_STEP);
    const found = rows
      .filter(({ name }) => !name.startsWith('giro.'))
      .map(({ name: _, ...event }) => ({ ...event, deliveries: waiting.all(event.number) }))
      .filter(({ deliveries }) => deliveries.length > 0);
    const last = rows.at(-1);
    return {
      found,
      ...(last !== undefined && rows.length === EVENTS_A_STEP && { next: last.number }),
    };
  };
}
