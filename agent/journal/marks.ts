import type { Database } from 'better-sqlite3';
import { REPLAY_LANE } from '../events/delivery.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import { prepareAttempt } from './attempts.ts';
import type { Mark } from './records.ts';
import { prepareRelayState } from './relays.ts';
import { prepareDepthSample, prepareLatencyCount } from './statistics.ts';
import { prepareLaneCount, type Tallies } from './tallies.ts';

type MarkOf<Kind extends Mark['kind']> = Extract<Mark, { kind: Kind }>;

/** Stores what delivery and turnstiles report. Runs inside the caller's transaction. */
export function prepareMark(db: Database, tallies: Tallies): (mark: Mark) => void {
  const delivered = prepareDelivered(db, tallies);
  const parked = prepareParked(db, tallies);
  const endpoint = prepareEndpoint(db);
  const turnstile = prepareTurnstile(db);
  const attempt = prepareAttempt(db);
  const depths = prepareDepthSample(db);
  const relay = prepareRelayState(db);
  const tried = db.prepare(
    'UPDATE deliveries SET tries = ? WHERE webhook = ? AND sequence = ? AND state = 0',
  );
  const batch = db.prepare(
    'UPDATE deliveries SET batch = ? WHERE webhook = ? AND sequence = ? AND state = 0',
  );
  const backlog = db.prepare('UPDATE webhooks SET backlog_through = ? WHERE id = ?');
  const lane = db.prepare(
    `INSERT INTO lanes (webhook, lane, step, next_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET step = excluded.step, next_at = excluded.next_at`,
  );

  return (mark) => {
    switch (mark.kind) {
      case 'delivered':
        return delivered(mark);
      case 'parked':
        return parked(mark);
      case 'tried':
        tried.run(mark.tries, mark.webhook, mark.sequence);
        return;
      case 'batch':
        for (const sequence of mark.sequences) batch.run(mark.batch, mark.webhook, sequence);
        return;
      case 'backlog':
        backlog.run(mark.throughSequence, mark.webhook);
        return;
      case 'lane':
        lane.run(mark.state.webhook, mark.state.lane, mark.state.step, mark.state.nextAtMs ?? null);
        return;
      case 'endpoint':
        tallies.write(); // the last answer is in both, and this one is younger
        return endpoint(mark.state);
      case 'turnstile':
        return turnstile(mark.state);
      case 'depths':
        tallies.write();
        return depths(mark.atMs);
      case 'relay':
        return relay(mark.state);
      case 'attempt':
        return attempt(mark.attempt);
    }
  };
}

/** Ends a pending delivery and tells which it was; changes nothing, and gives undefined, when it has already ended. */
function prepareEnd(db: Database) {
  return db.prepare<
    [state: number, status: number | null, outcome: string, atMs: number, webhook: string, sequence: number],
    { lane: string; event: number }
  >(
    `UPDATE deliveries SET state = ?, status = ?, outcome = ?, at = ?
     WHERE webhook = ? AND sequence = ? AND state = 0 RETURNING lane, event`,
  );
}

function prepareDelivered(db: Database, tallies: Tallies): (mark: MarkOf<'delivered'>) => void {
  const end = prepareEnd(db);
  const count = prepareLaneCount(tallies);
  // Discarded while its request was in flight: the receiver has it all the same.
  const undiscard = db.prepare(
    `UPDATE deliveries SET state = 1, status = ?, outcome = 'ok', at = ?
     WHERE webhook = ? AND sequence = ? AND state = 3`,
  );
  // It is the last answer too: delivery reports an endpoint only when it changes, not at each success.
  const last = tallies.prepare(
    `INSERT INTO webhooks (id, last_delivered_at, last_status) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET last_delivered_at = excluded.last_delivered_at, last_at = excluded.last_delivered_at,
       last_status = excluded.last_status, last_outcome = 'ok'`,
  );
  const countLatency = prepareLatencyCount(db, tallies);
  return ({ webhook, sequence, atMs, status }) => {
    const ended = end.get(1, status, 'ok', atMs, webhook, sequence);
    if (ended !== undefined) {
      count.add([webhook, ended.lane], -1, 0);
      if (ended.lane !== REPLAY_LANE) countLatency(webhook, ended.event, atMs);
    } else if (undiscard.run(status, atMs, webhook, sequence).changes === 0) return;
    last.set([webhook], atMs, status);
  };
}

function prepareParked(db: Database, tallies: Tallies): (mark: MarkOf<'parked'>) => void {
  const end = prepareEnd(db);
  const count = prepareLaneCount(tallies);
  return ({ webhook, sequence, atMs, status, outcome }) => {
    const ended = end.get(2, status ?? null, outcome, atMs, webhook, sequence);
    if (ended !== undefined) count.add([webhook, ended.lane], -1, 1);
  };
}

function prepareEndpoint(db: Database): (state: EndpointState) => void {
  const store = db.prepare(
    `INSERT INTO webhooks (id, state, class, wait_until, step, failing_since, busy_in_a_row, parked_in_a_row,
       last_at, last_status, last_outcome, clock_skew, configuration, paused_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, class = excluded.class, wait_until = excluded.wait_until,
       step = excluded.step, failing_since = excluded.failing_since, busy_in_a_row = excluded.busy_in_a_row,
       parked_in_a_row = excluded.parked_in_a_row, last_at = excluded.last_at, last_status = excluded.last_status,
       last_outcome = excluded.last_outcome, clock_skew = excluded.clock_skew,
       configuration = excluded.configuration, paused_at = excluded.paused_at`,
  );
  return (state) => {
    store.run(
      ...[state.webhook, state.state, state.class ?? null, state.untilMs ?? null, state.step],
      ...[state.failingSinceMs ?? null, state.busyInARow, state.parkedInARow],
      ...[state.last?.atMs ?? null, state.last?.status ?? null, state.last?.outcome ?? null],
      ...[state.clockSkewMs ?? null, state.configuration ?? null, state.pausedAtMs ?? null],
    );
  };
}

function prepareTurnstile(db: Database): (state: TurnstileState) => void {
  const store = db.prepare(
    `INSERT INTO turnstiles (turnstile, state, since, problem_code, problem_detail, manufacturer, model, serial,
       firmware, clock_skew)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, since = excluded.since, problem_code = excluded.problem_code,
       problem_detail = excluded.problem_detail, manufacturer = excluded.manufacturer, model = excluded.model,
       serial = excluded.serial, firmware = excluded.firmware, clock_skew = excluded.clock_skew`,
  );
  return (state) => {
    store.run(
      ...[
        state.turnstile,
        state.state,
        state.sinceMs,
        state.problem?.code ?? null,
        state.problem?.detail ?? null,
      ],
      ...[state.manufacturer ?? null, state.model ?? null, state.serial ?? null, state.firmware ?? null],
      state.clockSkewMs ?? null,
    );
  };
}
