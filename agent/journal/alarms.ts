import type { Database } from 'better-sqlite3';
import type { Alarm, AlarmChange } from '../events/alarm.ts';
import { present } from './rows.ts';

/** Stores what became of an alarm. Runs inside the caller's transaction, with the event that says so. */
export function prepareAlarm(db: Database): (change: AlarmChange) => void {
  const keep = db.prepare(
    `INSERT INTO alarms (code, turnstile, webhook, since, closes_at, text) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET since = excluded.since, closes_at = excluded.closes_at, text = excluded.text`,
  );
  const close = db.prepare('DELETE FROM alarms WHERE code = ? AND turnstile = ? AND webhook = ?');
  return ({ kind, alarm }) => {
    const { code, turnstile = '', webhook = '', sinceMs, closesAtMs, what, remedy } = alarm;
    if (kind === 'closed') close.run(code, turnstile, webhook);
    else {
      const text = JSON.stringify({ what, remedy });
      keep.run(code, turnstile, webhook, sinceMs, closesAtMs ?? null, text);
    }
  };
}

/** Open alarms, the oldest first. There are never more than kinds of alarms times turnstiles and webhooks. */
export function readAlarms(db: Database): Alarm[] {
  return db
    .prepare<[], AlarmRow>(
      `SELECT code, nullif(turnstile, '') AS turnstile, nullif(webhook, '') AS webhook, since AS sinceMs,
         closes_at AS closesAtMs, text
       FROM alarms`,
    )
    .all()
    .map(({ text, ...row }) => ({ ...present(row), ...(JSON.parse(text) as Pick<Alarm, 'what' | 'remedy'>) }))
    .sort((a, b) => a.sinceMs - b.sinceMs);
}

interface AlarmRow {
  code: string;
  turnstile: string | null;
  webhook: string | null;
  sinceMs: number;
  closesAtMs: number | null;
  text: string;
}

/** How many deliveries of a webhook are parked. */
export interface ParkedCount {
  readonly webhook: string;
  readonly parked: number;
}

/** Every webhook that has parked deliveries; reads one row a lane. */
export function prepareParkedCounts(db: Database): () => ParkedCount[] {
  const count = db.prepare<[], ParkedCount>(
    'SELECT webhook, sum(parked) AS parked FROM lanes WHERE parked > 0 GROUP BY webhook',
  );
  return () => count.all();
}
