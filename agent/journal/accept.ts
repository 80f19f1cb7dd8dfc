import type { Database, Statement } from 'better-sqlite3';
import { GiroError } from '../../drivers/errors.ts';
import type { Accept, Accepted, Delivery, NewEvent } from './records.ts';

/**
 * Stores what one call of `record` came to. Runs inside the caller's transaction. Accesses are closed before others
 * are opened, so that a key may be used again in the same call. An event whose id is known stores nothing and uses
 * no sequence; the rest of its call still counts.
 */
export function prepareAccept(db: Database): (accept: Accept) => Accepted {
  const storeEvent = prepareEvent(db);
  const close = db.prepare('DELETE FROM open_accesses WHERE turnstile = ? AND key = ?');
  const open = db.prepare(
    `INSERT INTO open_accesses (turnstile, key, deadline, state) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET deadline = excluded.deadline, state = excluded.state`,
  );
  const moveCursor = db.prepare(
    `INSERT INTO cursors (turnstile, position) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET position = excluded.position`,
  );
  const keep = db.prepare('INSERT INTO unrecognised (turnstile, at, bytes) VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM unrecognised WHERE number = ?');
  const trace = db.prepare(
    'INSERT INTO traces (turnstile, at, code, who) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );

  return (accept) => {
    const { opened = [], closed = [], events = [], cursor, unrecognised = [], recognised = [] } = accept;
    for (const { turnstile, key } of closed) close.run(turnstile, key);
    for (const { turnstile, key, deadlineMs, state } of opened) open.run(turnstile, key, deadlineMs, state);
    const deliveries: Delivery[] = [];
    const duplicates: string[] = [];
    for (const event of events) {
      const stored = storeEvent(event);
      if (stored === 'duplicate') duplicates.push(event.id);
      else deliveries.push(...stored);
    }
    if (cursor !== undefined) moveCursor.run(cursor.turnstile, cursor.position);
    for (const { turnstile, atMs, bytes } of unrecognised) keep.run(turnstile, atMs, bytes);
    for (const number of recognised) drop.run(number);
    for (const { turnstile, atMs, code, who } of accept.traces ?? []) trace.run(turnstile, atMs, code, who);
    return { deliveries, duplicates };
  };
}

function prepareEvent(db: Database): (event: NewEvent) => Delivery[] | 'duplicate' {
  const known = db.prepare('SELECT 1 FROM ledger WHERE id = ?');
  const insert = db.prepare(
    `INSERT INTO events (id, name, unit, lane, occurred_at, recorded_at, result, passage, direction, person, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const note = db.prepare('INSERT INTO ledger (id, event, at) VALUES (?, ?, ?)');
  const deliver = prepareDelivery(db);

  return (event) => {
    const key = ledgerKey(event.id);
    if (known.get(key) !== undefined) return 'duplicate';
    const { id, name, unit, lane, occurredAtMs, recordedAtMs, access, content } = event;
    const { lastInsertRowid: number } = insert.run(
      ...[id, name, unit, lane, occurredAtMs, recordedAtMs, access?.result ?? null, access?.passage ?? null],
      ...[access?.direction ?? null, access?.person ?? null, content],
    );
    note.run(key, number, recordedAtMs);
    return [...new Set(event.webhooks)].map((webhook) => deliver(event, number, webhook));
  };
}

function prepareDelivery(
  db: Database,
): (event: NewEvent, number: number | bigint, webhook: string) => Delivery {
  const nextSequence: Statement<[string], number> = db
    .prepare<[string], number>(
      `INSERT INTO webhooks (id, last_sequence) VALUES (?, 1)
       ON CONFLICT DO UPDATE SET last_sequence = last_sequence + 1 RETURNING last_sequence`,
    )
    .pluck();
  const insert = db.prepare(
    'INSERT INTO deliveries (webhook, sequence, event, lane, body) VALUES (?, ?, ?, ?, ?)',
  );
  const count = db.prepare(
    `INSERT INTO lanes (webhook, lane, pending) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET pending = pending + 1`,
  );

  return ({ id, name, unit, lane, content }, number, webhook) => {
    const sequence = nextSequence.get(webhook) as number; // RETURNING of an upsert always gives its row
    const body = bodyOf(id, sequence, content);
    insert.run(webhook, sequence, number, lane, body);
    count.run(webhook, lane);
    return { webhook, lane, sequence, id, name, unit, body, tries: 0 };
  };
}

/** The body that is sent, byte for byte the same at every attempt. */
function bodyOf(id: string, sequence: number, content: string): string {
  if (!content.startsWith('{"')) {
    throw new GiroError('JOURNAL_FAILED', `the content of event ${id} is no JSON object with members`);
  }
  return `{"id":"${id}","sequencia":${sequence},${content.slice(1)}`;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The 16 bytes of a lower-case UUID. */
function ledgerKey(id: string): Uint8Array {
  if (!UUID.test(id)) throw new GiroError('JOURNAL_FAILED', `"${id}" is no lower-case UUID`);
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
