import type { Database } from 'better-sqlite3';
import type { RelayState } from '../events/relay-state.ts';
import type { RelayPosition } from './records.ts';
import { present } from './rows.ts';

/** Stores how far a source was read. Runs inside the transaction that stores what was read. */
export function prepareRelayPosition(db: Database): (position: RelayPosition) => void {
  const store = db.prepare(
    `INSERT INTO relays (relay, source, position) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET source = excluded.source, position = excluded.position`,
  );
  return ({ relay, source, position }) => {
    store.run(relay, source, position);
  };
}

/** Stores how a source is. Runs inside the caller's transaction. */
export function prepareRelayState(db: Database): (state: RelayState) => void {
  const store = db.prepare(
    `INSERT INTO relays (relay, state, since, problem_code, problem_detail) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, since = excluded.since,
       problem_code = excluded.problem_code, problem_detail = excluded.problem_detail`,
  );
  return ({ relay, state, sinceMs, problem }) => {
    store.run(relay, state, sinceMs, problem?.code ?? null, problem?.detail ?? null);
  };
}

export function readRelayPositions(db: Database): RelayPosition[] {
  return db
    .prepare<[], RelayPosition>('SELECT relay, source, position FROM relays WHERE position IS NOT NULL')
    .all();
}

/** How every source that ever ran is, by relay. */
export function readRelayStates(db: Database): RelayState[] {
  type Row = Omit<RelayState, 'problem'> & { code: string | null; detail: string | null };
  return db
    .prepare<[], Row>(
      `SELECT relay, state, since AS sinceMs, problem_code AS code, problem_detail AS detail
       FROM relays ORDER BY relay`,
    )
    .all()
    .map(({ code, detail, ...state }) => ({
      ...state,
      ...present({ problem: code === null ? null : { code, detail: detail ?? '' } }),
    }));
}
