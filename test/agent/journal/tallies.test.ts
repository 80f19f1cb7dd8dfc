import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import type { EndpointState, QueueStates } from '../../../agent/events/webhook-state.ts';
import { type Op, prepareBatch } from '../../../agent/journal/batch.ts';
import { migrate } from '../../../agent/journal/migrations.ts';
import { eventOf, makeFolder } from './journals.ts';

const LATER = Date.parse('2026-11-30T12:00:00Z');

function openBatches(t: TestContext) {
  const db = new Sqlite(join(makeFolder(t), 'journal.db'));
  t.after(() => db.close());
  migrate(db);
  return prepareBatch(db);
}

const accepted = (...numbers: number[]): Op => ({
  kind: 'accept',
  accept: { events: numbers.map((number) => eventOf(number)) },
});
const delivered = (sequence: number) =>
  ({ kind: 'delivered', webhook: 'crm', sequence, atMs: LATER, status: 200 }) as const;

function queuesOf(run: ReturnType<typeof prepareBatch>, ...before: Op[]): QueueStates {
  const result = run([...before, { kind: 'queues' }]).results.at(-1);
  assert.ok(result !== undefined && 'value' in result);
  return result.value as QueueStates;
}

test('what a batch counted is there for what it reads', (t) => {
  const run = openBatches(t);
  const { lanes, queues } = queuesOf(run, accepted(1, 2, 3), { kind: 'mark', marks: [delivered(1)] });
  assert.equal(lanes[0]?.pending, 2);
  assert.equal(queues[0]?.lastSequence, 3);
});

test('what a refused call had counted is not counted', (t) => {
  const run = openBatches(t);
  const spoilt: Op = { kind: 'accept', accept: { events: [eventOf(2), { ...eventOf(3), id: 'no UUID' }] } };
  const { results } = run([accepted(1), spoilt, accepted(4)]);
  assert.deepEqual(
    results.map((result) => 'value' in result),
    [true, false, true],
  );
  const { lanes, queues } = queuesOf(run);
  assert.equal(lanes[0]?.pending, 2);
  assert.equal(queues[0]?.lastSequence, 2);
});

test('of a success and a failure in one batch the later one is the last answer', (t) => {
  const run = openBatches(t);
  const last = { atMs: LATER + 1, status: 500, outcome: 'http_500' };
  const state: EndpointState = {
    webhook: 'crm',
    state: 'open',
    step: 0,
    busyInARow: 1,
    parkedInARow: 0,
    failingSinceMs: LATER + 1,
    last,
  };
  const failed = { kind: 'endpoint', state } as const;
  const failure = queuesOf(run, accepted(1, 2), { kind: 'mark', marks: [delivered(1), failed] });
  assert.deepEqual(failure.endpoints[0]?.last, last);
  const success = queuesOf(run, { kind: 'mark', marks: [failed, delivered(2)] });
  assert.equal(success.endpoints[0]?.last?.status, 200);
});
