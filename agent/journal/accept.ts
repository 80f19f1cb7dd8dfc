import type { Database } from 'better-sqlite3';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Delivery } from '../events/delivery.ts';
import { FEED, type NewEvent } from '../events/event.ts';
import { longestBodyBytes, type Rendering, render } from '../events/render.ts';
import { prepareAlarm } from './alarms.ts';
import { prepareAudit } from './audit.ts';
import { crashPoint } from './crash-points.ts';
import { prepareFeedEntry } from './feed.ts';
import { LARGE_BODY_BYTES } from './large-bodies.ts';
import { prepareMark } from './marks.ts';
import { prepareRemoveEvent } from './prune.ts';
import type { Accept, Accepted, LargeBody } from './records.ts';
import { prepareRelayPosition } from './relays.ts';
import { prepareAccessCount } from './statistics.ts';
import { prepareLaneCount, type Tallies } from './tallies.ts';

/** How bodies are made, by webhook; one that is not there gets the contract's. */
export type Renderings = ReadonlyMap<string, Rendering>;

/**
 * Stores what one call of `record` came to. Runs inside the caller's transaction. Accesses are closed before others
 * are opened, so that a key may be used again in the same call. An event whose id is known stores nothing and uses
 * no sequence; the rest of its call still counts.
 */
export function prepareAccept(
  db: Database,
  renderings: Renderings,
  tallies: Tallies,
): (accept: Accept) => Accepted {
  const storeEvent = prepareEvent(db, renderings, tallies);
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
  const storeAlarm = prepareAlarm(db);
  const removeEvent = prepareRemoveEvent(db);
  const audit = prepareAudit(db);
  const moveRelay = prepareRelayPosition(db);
  const trace = db.prepare(
    'INSERT INTO traces (turnstile, at, code, who) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );

  return (accept) => {
    const { opened = [], closed = [], events = [], cursor, unrecognised = [], recognised = [] } = accept;
    const { alarms = [], traces = [], removed = [], audits = [], relay } = accept;
    for (const number of removed) removeEvent(number);
    for (const { turnstile, key } of closed) close.run(turnstile, key);
    for (const { turnstile, key, deadlineMs, state } of opened) open.run(turnstile, key, deadlineMs, state);
    const deliveries: Delivery[] = [];
    const duplicates: string[] = [];
    const large: LargeBody[] = [];
    const fed = new Set<string>();
    for (const event of events) {
      const stored = storeEvent(event);
      if (stored === 'duplicate') {
        duplicates.push(event.id);
        continue;
      }
      deliveries.push(...stored.filter(({ parked }) => !parked).map(({ delivery }) => delivery));
      large.push(...stored.flatMap(largeBodyOf));
      if (event.webhooks.includes(FEED)) fed.add(event.unit);
    }
    if (cursor !== undefined) moveCursor.run(cursor.turnstile, cursor.position);
    for (const { turnstile, atMs, bytes } of unrecognised) keep.run(turnstile, atMs, bytes);
    for (const number of recognised) drop.run(number);
    for (const change of alarms) storeAlarm(change);
    for (const { turnstile, atMs, code, who } of traces) trace.run(turnstile, atMs, code, who);
    for (const entry of audits) audit(entry);
    if (relay !== undefined) moveRelay(relay);
    return { deliveries, duplicates, large, fed: [...fed] };
  };
}

/** A delivery as it was stored. */
interface Stored {
  readonly delivery: Delivery;
  readonly bytes: number;
  /** Too large to be sent, ever. */
  readonly parked: boolean;
}

function largeBodyOf({ delivery: { webhook, sequence, id }, bytes, parked }: Stored): LargeBody[] {
  return bytes > LARGE_BODY_BYTES ? [{ webhook, sequence, id, bytes, parked }] : [];
}

function prepareEvent(
  db: Database,
  renderings: Renderings,
  tallies: Tallies,
): (event: NewEvent) => Stored[] | 'duplicate' {
  const known = db.prepare('SELECT 1 FROM ledger WHERE id = ?');
  const insert = db.prepare(
    `INSERT INTO events (id, name, unit, lane, occurred_at, recorded_at, result, passage, direction, person, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const note = db.prepare('INSERT INTO ledger (id, event, at) VALUES (?, ?, ?)');
  const deliver = prepareDelivery(db, renderings, tallies);
  const count = prepareAccessCount(tallies);
  const feed = prepareFeedEntry(db);

  return (event) => {
    const key = ledgerKey(event.id);
    if (known.get(key) !== undefined) return 'duplicate';
    const { id, name, unit, lane, occurredAtMs, recordedAtMs, access, content } = event;
    const { lastInsertRowid: number } = insert.run(
      ...[id, name, unit, lane, occurredAtMs, recordedAtMs, access?.result ?? null, access?.passage ?? null],
      ...[access?.direction ?? null, access?.person ?? null, content],
    );
    note.run(key, number, recordedAtMs);
    count(event);
    const webhooks = new Set(event.webhooks);
    if (webhooks.delete(FEED)) feed(unit, number, recordedAtMs);
    return [...webhooks].map((webhook) => deliver(event, number, webhook));
  };
}

function prepareDelivery(
  db: Database,
  renderings: Renderings,
  tallies: Tallies,
): (event: NewEvent, number: number | bigint, webhook: string) => Stored {
  const lastSequence = db
    .prepare<[string], number>('SELECT last_sequence FROM webhooks WHERE id = ?')
    .pluck();
  const sequences = tallies.prepare(
    `INSERT INTO webhooks (id, last_sequence) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET last_sequence = excluded.last_sequence`,
  );
  const insert = db.prepare(
    'INSERT INTO deliveries (webhook, sequence, event, lane, body, headers, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const mark = prepareMark(db, tallies);
  const count = prepareLaneCount(tallies);

  return (event, number, webhook) => {
    const { id, name, unit, lane } = event;
    const last = sequences.get([webhook])?.[0] ?? lastSequence.get(webhook) ?? 0;
    const sequence = last + 1;
    sequences.set([webhook], sequence);
    crashPoint('freeze:before');
    const rendered = render(renderings.get(webhook), event, sequence);
    const headers = rendered.headers === undefined ? null : JSON.stringify(rendered.headers);
    insert.run(webhook, sequence, number, lane, rendered.body, headers, rendered.bytes ?? null);
    count.add([webhook, lane], 1, 0);
    crashPoint('freeze:after');
    const bytes = rendered.bytes?.length ?? Buffer.byteLength(rendered.body);
    const parked = bytes > longestBodyBytes(name);
    if (parked) mark({ kind: 'parked', webhook, sequence, atMs: event.recordedAtMs, outcome: 'too_large' });
    const delivery = { webhook, lane, sequence, id, name, unit, ...rendered, tries: 0 };
    return { delivery, bytes, parked };
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The 16 bytes of a lower-case UUID. */
function ledgerKey(id: string): Uint8Array {
  if (!UUID.test(id)) throw new GiroError('JOURNAL_FAILED', `"${id}" is no lower-case UUID`);
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
