import type { Database } from 'better-sqlite3';
import { type Place, prepareRemoveEvent } from './prune.ts';

/** Rows looked at in one step; the contents of events are read for credentials. */
const ROWS_A_STEP = 200;

/** Removes what the journal holds of one person, one step of a walk through one table. */
export interface ForgetStep {
  readonly do: 'forget';
  readonly table: 'events' | 'traces' | 'unrecognised';
  /** The last row that was looked at; absent at the start. */
  readonly after?: Place;
  /** `pessoa.idExterno` of the person. */
  readonly persons: readonly string[];
  /** `credencial.referencia` of the person's credentials. */
  readonly references: readonly string[];
  /** The number as devices print it, for lines that nobody could read. */
  readonly raw: string;
  /** Whether events go that are not delivered yet. */
  readonly pendingToo: boolean;
  /** Only counts. */
  readonly dryRun: boolean;
}

export interface Forgotten {
  readonly rows: number;
  /** Events that were left, as they are not delivered yet. */
  readonly pending: number;
  /** References of credentials that the person used. */
  readonly references: readonly string[];
  /** Events that receivers were given, by webhook. */
  readonly delivered: Readonly<Record<string, number>>;
  /** Pending deliveries that were removed. */
  readonly dropped: readonly { readonly webhook: string; readonly sequence: number }[];
  readonly next?: Place;
}

interface EventRow {
  readonly number: number;
  readonly person: string | null;
  readonly reference: string | null;
}

/** The number as a word of its own: `5` is not found in `1500`. */
export function names(line: string, number: string): boolean {
  const plain = number.replaceAll(/[^0-9A-Za-z]/g, '\\$&');
  return new RegExp(`(?<![0-9A-Za-z])${plain}(?![0-9A-Za-z])`).test(line);
}

/**
 * Does one step, with free space overwritten. Runs inside the caller's transaction. The ids of the events stay in the
 * ledger: they are hashes, and without them a device that sends its memory again would bring the events back.
 */
export function prepareForget(db: Database): (step: ForgetStep) => Forgotten {
  const events = prepareForgetEvents(db);
  const traces = prepareForgetTraces(db);
  const unrecognised = prepareForgetLines(db);
  return (step) => {
    db.pragma('secure_delete = ON');
    try {
      if (step.table === 'events') return events(step);
      return step.table === 'traces' ? traces(step) : unrecognised(step);
    } finally {
      db.pragma('secure_delete = FAST');
    }
  };
}

function prepareForgetEvents(db: Database): (step: ForgetStep) => Forgotten {
  const page = db.prepare<[number, number], EventRow>(
    `SELECT number, person, content ->> '$.credencial.referencia' AS reference FROM events
     WHERE number > ? ORDER BY number LIMIT ?`,
  );
  const deliveries = db.prepare<[number], { webhook: string; sequence: number; state: number }>(
    'SELECT webhook, sequence, state FROM deliveries WHERE event = ?',
  );
  const remove = prepareRemoveEvent(db);
  return ({ after, persons, references, pendingToo, dryRun }) => {
    const rows = page.all(Number(after?.[0] ?? 0), ROWS_A_STEP);
    const found = {
      rows: 0,
      pending: 0,
      references: new Set<string>(),
      dropped: [] as Forgotten['dropped'][number][],
    };
    const delivered: Record<string, number> = {};
    for (const { number, person, reference } of rows) {
      const isPerson = person !== null && persons.includes(person);
      if (!isPerson && !(reference !== null && references.includes(reference))) continue;
      if (reference !== null) found.references.add(reference);
      const of = deliveries.all(number);
      const pending = of.filter(({ state }) => state === 0);
      if (pending.length > 0) found.pending += 1;
      if (pending.length > 0 && !pendingToo) continue;
      found.rows += 1;
      for (const { webhook, state } of of)
        if (state === 1) delivered[webhook] = (delivered[webhook] ?? 0) + 1;
      if (dryRun) continue;
      found.dropped.push(...pending.map(({ webhook, sequence }) => ({ webhook, sequence })));
      remove(number);
    }
    const last = rows.at(-1);
    const isEnd = last === undefined || rows.length < ROWS_A_STEP;
    return { ...found, references: [...found.references], delivered, ...(!isEnd && { next: [last.number] }) };
  };
}

const NOTHING = { pending: 0, references: [], delivered: {}, dropped: [] };

function prepareForgetTraces(db: Database): (step: ForgetStep) => Forgotten {
  type Row = [turnstile: string, at: number, code: string, who: string];
  const page = db
    .prepare<[...Row, number], Row>(
      `SELECT turnstile, at, code, who FROM traces WHERE (turnstile, at, code, who) > (?, ?, ?, ?)
       ORDER BY turnstile, at, code, who LIMIT ?`,
    )
    .raw();
  const remove = db.prepare<Row>(
    'DELETE FROM traces WHERE turnstile = ? AND at = ? AND code = ? AND who = ?',
  );
  return ({ after = ['', 0, '', ''], persons, references, dryRun }) => {
    const rows = page.all(...(after as Row), ROWS_A_STEP);
    const found = rows.filter(([, , , who]) => persons.includes(who) || references.includes(who));
    if (!dryRun) for (const row of found) remove.run(...row);
    const last = rows.at(-1);
    const isEnd = last === undefined || rows.length < ROWS_A_STEP;
    return { ...NOTHING, rows: found.length, ...(!isEnd && { next: last }) };
  };
}

function prepareForgetLines(db: Database): (step: ForgetStep) => Forgotten {
  const page = db.prepare<[number, number], { number: number; bytes: Uint8Array }>(
    'SELECT number, bytes FROM unrecognised WHERE number > ? ORDER BY number LIMIT ?',
  );
  const remove = db.prepare('DELETE FROM unrecognised WHERE number = ?');
  return ({ after, raw, dryRun }) => {
    const rows = page.all(Number(after?.[0] ?? 0), ROWS_A_STEP);
    const found = rows.filter(({ bytes }) => names(Buffer.from(bytes).toString('latin1'), raw));
    if (!dryRun) for (const { number } of found) remove.run(number);
    const last = rows.at(-1);
    const isEnd = last === undefined || rows.length < ROWS_A_STEP;
    return { ...NOTHING, rows: found.length, ...(!isEnd && { next: [last.number] }) };
  };
}
