import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { FEED } from '../../../agent/events/event.ts';
import { prepareBatch } from '../../../agent/journal/batch.ts';
import { migrate } from '../../../agent/journal/migrations.ts';
import type { Action } from '../../../agent/journal/operate.ts';
import type { AgedTable } from '../../../agent/journal/prune.ts';
import { JournalReader } from '../../../agent/journal/queries.ts';
import type { DeliveryFilter } from '../../../agent/journal/selection.ts';
import { readState } from '../../../agent/journal/state.ts';
import type { UpkeepStep } from '../../../agent/journal/upkeep.ts';
import { eventOf, idOf, makeFolder } from './journals.ts';

/** Walks of a whole table that are meant: small tables, and an index read backwards up to a limit. */
const MEANT = [
  /^SCAN (webhooks|lanes|open_accesses|cursors|turnstiles|alarms|relays)/,
  /^SCAN (latency_totals|latency_quarters|depth_minutes)/, // rings, and one row a class of time
  /^SCAN audit$/, // its newest, up to a limit
  /^SCAN unrecognised USING COVERING INDEX/,
  /^SCAN events USING INDEX events_by_time/,
  /^SCAN (attempts|unrecognised|ledger|traces)$/, // the first step of a walk by key, at most 250 rows
  /^SCAN d$/, // the step of a selection, at most 1,000 rows
];

test('no statement walks a table that grows, or sorts it', (t) => {
  const statements = new Set<string>();
  const db = new Sqlite(join(makeFolder(t), 'journal.db'), { verbose: (sql) => statements.add(String(sql)) });
  t.after(() => db.close());
  migrate(db);
  statements.clear();
  const status = { webhook: 'crm', sequence: 1, atMs: 1, status: 400, outcome: 'x' };
  const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 1 };
  const attempt = { ...status, class: 'D' as const, timings };
  const scope = { webhook: 'crm', first: 1, last: 9 };
  const operate = (action: Action, filter: DeliveryFilter) =>
    ({ kind: 'operate', operation: { action, filter, scope, dryRun: false, atMs: 1 } }) as const;
  const keys = {
    attempts: ['crm', 0, 0],
    unrecognised: [0],
    ledger: [new Uint8Array()],
    traces: ['', 0, '', ''],
  };
  const forget = { do: 'forget', persons: ['p'], references: ['r'], raw: 'p' } as const;
  const upkeep: UpkeepStep[] = [
    ...Object.entries(keys).flatMap(([table, after]): UpkeepStep[] => {
      const step = { do: 'pruneRows', table: table as AgedTable, beforeMs: 1 } as const;
      return [step, { ...step, after }];
    }),
    { do: 'oldest', after: 0 },
    ...(['events', 'traces', 'unrecognised'] as const).map(
      (table): UpkeepStep => ({ ...forget, table, pendingToo: true, dryRun: true }),
    ),
    { do: 'usage' },
    { do: 'vacuum', pages: 1 },
    { do: 'pruneEvents', after: 0, deliveredBeforeMs: 1, parkedBeforeMs: 1 },
  ];
  const answer = prepareBatch(db)([
    {
      kind: 'accept',
      accept: { events: [eventOf(1), eventOf(2)], cursor: { turnstile: 'a', position: 'b' } },
    },
    {
      kind: 'accept',
      accept: {
        events: [eventOf(3, { webhooks: [FEED] })],
        relay: { relay: 'pacto', source: 'https://a/', position: '1' },
      },
    },
    { kind: 'mark', marks: [{ kind: 'relay', state: { relay: 'pacto', state: 'online', sinceMs: 1 } }] },
    { kind: 'openFeeds', units: ['sul'] },
    { kind: 'pruneFeed', unit: 'centro', beforeMs: 0 },
    { kind: 'accept', accept: { closed: [{ turnstile: 'a', key: 'b' }], opened: [] } },
    { kind: 'mark', marks: [{ kind: 'tried', webhook: 'crm', sequence: 1, tries: 1 }] },
    { kind: 'mark', marks: [{ kind: 'parked', ...status }] },
    { kind: 'mark', marks: [{ kind: 'delivered', ...status, sequence: 2 }] },
    { kind: 'mark', marks: [{ kind: 'batch', webhook: 'crm', sequences: [1], batch: 'x' }] },
    { kind: 'mark', marks: [{ kind: 'backlog', webhook: 'crm', throughSequence: 1 }] },
    { kind: 'mark', marks: [{ kind: 'attempt', attempt }] },
    { kind: 'mark', marks: [{ kind: 'depths', atMs: 1 }] },
    {
      kind: 'accept',
      accept: { audits: [{ atMs: 1, action: 'a', subject: 'b', origin: 'c', outcome: 'd' }] },
    },
    { kind: 'pending', webhook: 'crm', lane: 'catraca-1', afterSequence: 0, limit: 10 },
    { kind: 'pending', webhook: 'crm', lane: undefined, afterSequence: 0, limit: 10 },
    { kind: 'keptLines', turnstile: 'catraca-1', after: { atMs: 0, number: 0 }, limit: 10 },
    { kind: 'accept', accept: { recognised: [1] } },
    { kind: 'scopes', filter: {} },
    { kind: 'scopes', filter: { id: idOf(1) } },
    ...(['resend', 'discard', 'discard'] as const).map((action) => operate(action, {})),
    operate('resend', { states: ['parked'] }),
    { kind: 'accept', accept: { traces: [{ turnstile: 'catraca-1', atMs: 1, code: '81', who: '' }] } },
    { kind: 'traces', turnstile: 'catraca-1', aroundMs: [1], withinMs: 2_000 },
    ...upkeep.map((step) => ({ kind: 'upkeep', step }) as const),
    { kind: 'accept', accept: { removed: [2] } },
  ]);
  assert.ok(answer.results.every((result) => 'value' in result));
  readState(db);
  const reader = new JournalReader(db);
  reader.turnstiles();
  reader.webhooks();
  reader.unrecognised();
  reader.figures(1, 2);
  const sinceMs = 1;
  for (const filter of [
    {},
    { sinceMs },
    { turnstile: 'a' },
    { turnstile: 'a', sinceMs },
    { person: 'p' },
    { id: idOf(1) },
  ]) {
    reader.events({ ...filter, limit: 10 });
  }

  for (const filter of [{}, { sinceMs }, { turnstile: 'a' }, { person: 'p' }]) {
    reader.events({ ...filter, onlyAccesses: true, limit: 10 });
  }
  reader.queues();
  reader.accessCounts(0, 1);
  reader.latencyQuarters(1);
  reader.latencyTotals();
  reader.depths(1);
  reader.audit(10);
  reader.relays();
  assert.equal(reader.feedBounds('centro')?.last, 1);
  reader.feedPlace('centro', 1);
  assert.equal(
    reader.feedPage({ unit: 'centro', afterSequence: 0, limit: 10, base64: false }).items.length,
    1,
  );
  reader.deliveries({}, 10);
  reader.deliveries({ states: ['parked'] }, 10);
  reader.deliveries({ id: idOf(1) }, 10);
  assert.equal(reader.attempts('crm', 1).length, 1);

  const executed = [...statements].filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/.test(sql));
  assert.ok(executed.length >= 20, `${executed.length} statements`);
  for (const sql of executed) {
    const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
    for (const { detail } of plan) {
      const bad = /^SCAN|TEMP B-TREE/.test(detail) && !MEANT.some((meant) => meant.test(detail));
      assert.ok(!bad, `${detail}\n${sql}`);
    }
  }
});
