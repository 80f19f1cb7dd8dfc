import type { TurnstileState } from '../events/turnstile-state.ts';
import type { EndpointState } from '../events/webhook-state.ts';

type NullableKey<Row> = { [Key in keyof Row]: null extends Row[Key] ? Key : never }[keyof Row];

/** A row in which what was NULL is absent. */
type Present<Row> = Omit<Row, NullableKey<Row>> & {
  [Key in NullableKey<Row>]?: Exclude<Row[Key], null>;
};

/** Leaves out what is NULL. */
export function present<Row extends object>(row: Row): Present<Row> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Present<Row>;
}

/** Columns of `webhooks` for an `EndpointRow`. */
export const ENDPOINT_COLUMNS = `id AS webhook, state, class, wait_until AS untilMs, step,
  failing_since AS failingSinceMs, busy_in_a_row AS busyInARow, parked_in_a_row AS parkedInARow,
  last_at AS lastAtMs, last_status AS lastStatus, last_outcome AS lastOutcome,
  clock_skew AS clockSkewMs, configuration, paused_at AS pausedAtMs`;

export interface EndpointRow {
  webhook: string;
  state: EndpointState['state'];
  class: NonNullable<EndpointState['class']> | null;
  untilMs: number | null;
  step: number;
  failingSinceMs: number | null;
  busyInARow: number;
  parkedInARow: number;
  lastAtMs: number | null;
  lastStatus: number | null;
  lastOutcome: string | null;
  clockSkewMs: number | null;
  configuration: string | null;
  pausedAtMs: number | null;
}

export function endpointOf(row: EndpointRow): EndpointState {
  const { lastAtMs, lastStatus, lastOutcome, ...rest } = row;
  if (lastAtMs === null || lastOutcome === null) return present(rest);
  return {
    ...present(rest),
    last: {
      atMs: lastAtMs,
      outcome: lastOutcome,
      ...(lastStatus !== null && { status: lastStatus }),
    },
  };
}

/** Columns of `turnstiles` for a `TurnstileRow`. */
export const TURNSTILE_COLUMNS = `turnstile, state, since AS sinceMs, problem_code AS problemCode,
  problem_detail AS problemDetail, manufacturer, model, serial, firmware, clock_skew AS clockSkewMs`;

export interface TurnstileRow {
  turnstile: string;
  state: TurnstileState['state'];
  sinceMs: number;
  problemCode: string | null;
  problemDetail: string | null;
  manufacturer: string | null;
  model: string | null;
  serial: string | null;
  firmware: string | null;
  clockSkewMs: number | null;
}

export function turnstileOf(row: TurnstileRow): TurnstileState {
  const { problemCode, problemDetail, ...rest } = row;
  if (problemCode === null) return present(rest);
  return { ...present(rest), problem: { code: problemCode, detail: problemDetail ?? '' } };
}
