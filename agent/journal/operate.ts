import type { Database } from 'better-sqlite3';
import { REPLAY_LANE } from '../events/delivery.ts';
import {
  type DeliveryFilter,
  type DeliveryRecord,
  type DeliveryState,
  prepareSelection,
  type Scope,
} from './selection.ts';

/** What an operator does with deliveries. */
export type Action = 'resend' | 'discard';

/** The states that an action can take a delivery from; what is in another state it leaves alone. */
export const TAKES: Readonly<Record<Action, readonly DeliveryState[]>> = {
  resend: ['delivered', 'parked', 'discarded'],
  discard: ['pending', 'parked'],
};

/** One step of an action, or of the count before it. */
export interface Operation {
  readonly action: Action;
  /** Only counts. */
  readonly dryRun: boolean;
  readonly filter: DeliveryFilter;
  readonly scope: Scope;
  /** Unix ms. */
  readonly atMs: number;
}

/** What a step came to. */
export interface Operated {
  /** Sequences that were changed (or would be), in order. */
  readonly sequences: readonly number[];
  /** Where the next step goes on; absent when that was all. */
  readonly rest?: Scope;
}

/** Does one step, at most 1,000 deliveries. Runs inside the caller's transaction. */
export function prepareOperation(db: Database): (operation: Operation) => Operated {
  const selection = prepareSelection(db);
  const actions = { resend: prepareResend(db), discard: prepareDiscard(db) };
  return ({ action, dryRun, filter, scope, atMs }) => {
    const { found, ...rest } = selection.step(filter, scope);
    const taken = found.filter(({ state }) => TAKES[action].includes(state));
    if (!dryRun) for (const delivery of taken) actions[action](delivery, atMs);
    return { sequences: taken.map(({ sequence }) => sequence), ...rest };
  };
}

/** Back to pending, in the lane of replays; id and body stay. */
function prepareResend(db: Database): (delivery: DeliveryRecord) => void {
  const revive = db.prepare(
    `UPDATE deliveries SET state = 0, lane = ?, tries = 0, status = NULL, outcome = NULL, at = NULL
     WHERE webhook = ? AND sequence = ?`,
  );
  const unpark = db.prepare('UPDATE lanes SET parked = parked - 1 WHERE webhook = ? AND lane = ?');
  const count = db.prepare(
    `INSERT INTO lanes (webhook, lane, pending) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET pending = pending + 1`,
  );
  return ({ webhook, sequence, lane, state }) => {
    if (state === 'parked') unpark.run(webhook, lane);
    revive.run(REPLAY_LANE, webhook, sequence);
    count.run(webhook, REPLAY_LANE);
  };
}

function prepareDiscard(db: Database): (delivery: DeliveryRecord, atMs: number) => void {
  const discard = db.prepare(
    `UPDATE deliveries SET state = 3, outcome = coalesce(outcome, 'discarded'), at = ?
     WHERE webhook = ? AND sequence = ?`,
  );
  const unpend = db.prepare('UPDATE lanes SET pending = pending - 1 WHERE webhook = ? AND lane = ?');
  const unpark = db.prepare('UPDATE lanes SET parked = parked - 1 WHERE webhook = ? AND lane = ?');
  return ({ webhook, sequence, lane, state }, atMs) => {
    discard.run(atMs, webhook, sequence);
    (state === 'parked' ? unpark : unpend).run(webhook, lane);
  };
}
