import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { FEED } from '../../../agent/events/event.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { applyRetention } from '../../../agent/upkeep/retention.ts';
import { ManualClock } from '../../clock.ts';
import { eventOf, makeFolder, openJournal, recordingLog } from '../journal/journals.ts';

const DAY_MS = 86_400_000;
const KEEP = { delivered: 30, attempts: 30, parked: 90, unrecognised: 90, ids: 400 };
const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 1 };
const { log } = recordingLog();
const signal = new AbortController().signal;

test('two years of days in seconds: the journal keeps what it must and no more, and gives the space back', async (t) => {
  const folder = makeFolder(t);
  const clock = new ManualClock();
  const { journal } = await openJournal(t, folder, clock);
  const start = clock.now();
  const filler = 'x'.repeat(2_000);
  let [number, parked] = [0, 0];
  const nextNumber = (): number => {
    number += 1;
    return number;
  };
  for (let day = 0; day < 730; day += 1) {
    const nowMs = start + day * DAY_MS;
    const events = Array.from({ length: 5 }, () =>
      eventOf(nextNumber(), {
        recordedAtMs: nowMs,
        occurredAtMs: nowMs,
        content: `{"evento":"notificarAcesso","x":"${filler}"}`,
      }),
    );
    const line = { turnstile: 'catraca-1', atMs: nowMs, bytes: new Uint8Array([1]) };
    const trace = { turnstile: 'catraca-1', atMs: nowMs, code: '81', who: '' };
    const { deliveries } = await journal.accept({ events, unrecognised: [line], traces: [trace] });
    const [head, ...rest] = deliveries.map(({ webhook, sequence }) => ({ webhook, sequence, atMs: nowMs }));
    assert.ok(head !== undefined);
    const isParked = day % 10 === 0;
    void journal.mark(
      isParked
        ? { kind: 'parked', ...head, outcome: 'x' }
        : { kind: 'attempt', attempt: { ...head, class: 'ok', outcome: 'ok', status: 200, timings } },
      ...rest.slice(0, 3).map((each) => ({ kind: 'delivered', ...each, status: 200 }) as const),
      ...(isParked ? [] : [{ kind: 'delivered', ...head, status: 200 } as const]),
    );
    // One a day stays pending for 60 days: an outage is no reason to lose it.
    if (day >= 60) {
      void journal.mark({
        kind: 'delivered',
        webhook: 'crm',
        sequence: (day - 60) * 5 + 5,
        atMs: nowMs,
        status: 200,
      });
    }
    const removed = await applyRetention({ journal, keep: KEEP, log, signal }, nowMs);
    parked += removed.parked.crm ?? 0;
  }
  await journal.checkpoint();

  const db = new Sqlite(join(folder, 'journal.db'), { readonly: true });
  t.after(() => db.close());
  const count = (sql: string): number => Number(db.prepare(`SELECT count(*) FROM ${sql}`).pluck().get());
  assert.equal(count('deliveries WHERE state = 0'), 60, 'whatever is pending stays');
  assert.equal(count('deliveries WHERE state = 2'), 9, 'parked ones of 90 days');
  assert.equal(parked, 73 - 9, 'the others were told of');
  // Of each of 31 days 3 or 4 that were delivered at once, and one of an outage that ended in those days.
  assert.equal(count('deliveries WHERE state = 1'), 31 * 4 - 3 + 31);
  assert.equal(count('attempts'), 31 - 3);
  assert.equal(count('unrecognised'), 91);
  assert.equal(count('traces'), 401);
  assert.equal(count('ledger'), 401 * 5);
  assert.equal(count('events WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE event = number)'), 0);
  const pages = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  assert.ok(pages('freelist_count') <= 2, `${pages('freelist_count')} free pages`);
  assert.ok(pages('page_count') * pages('page_size') < 3_000_000, `${pages('page_count')} pages`);

  const reader = openReader(folder);
  t.after(() => reader.close());
  const [webhook] = reader.webhooks();
  assert.deepEqual([webhook?.pending, webhook?.parked], [60, 9], 'the counts agree');
});

test('an event whose id is kept is not taken again after it was removed', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  const event = eventOf(1);
  await journal.accept({ events: [event] });
  void journal.mark({
    kind: 'delivered',
    webhook: 'crm',
    sequence: 1,
    atMs: event.recordedAtMs,
    status: 200,
  });
  await applyRetention({ journal, keep: KEEP, log, signal }, event.recordedAtMs + 60 * DAY_MS);
  const again = await journal.accept({ events: [event, eventOf(2)] });
  assert.deepEqual(again.duplicates, [event.id]);
  assert.equal(again.deliveries[0]?.sequence, 2);
});

test('an event that can still be asked for stays until the feed has let it go', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const event = eventOf(1, { webhooks: [FEED, 'crm'] });
  await journal.accept({ events: [event] });
  void journal.mark({
    kind: 'delivered',
    webhook: 'crm',
    sequence: 1,
    atMs: event.recordedAtMs,
    status: 200,
  });
  const nowMs = event.recordedAtMs + 60 * DAY_MS;
  const count = (): number => {
    const db = new Sqlite(join(folder, 'journal.db'), { readonly: true });
    const found = Number(db.prepare('SELECT count(*) FROM events').pluck().get());
    db.close();
    return found;
  };
  await applyRetention({ journal, keep: KEEP, log, signal }, nowMs);
  assert.equal(count(), 1);
  await journal.pruneFeed('centro', nowMs);
  await applyRetention({ journal, keep: KEEP, log, signal }, nowMs);
  assert.equal(count(), 0);
});
