import assert from 'node:assert/strict';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { REPLAY_LANE } from '../../../agent/events/delivery.ts';
import { type Op, prepareBatch } from '../../../agent/journal/batch.ts';
import { migrate } from '../../../agent/journal/migrations.ts';
import { type Action, TAKES } from '../../../agent/journal/operate.ts';
import { preparePending, readState } from '../../../agent/journal/state.ts';
import { eventOf } from './journals.ts';

const WEBHOOKS = ['crm', 'bi'];
const LANES = ['catraca-1', 'catraca-2'];
const ALL_LANES = [...LANES, REPLAY_LANE];

interface ModelDelivery {
  readonly webhook: string;
  lane: string;
  readonly sequence: number;
  state: 'pending' | 'delivered' | 'parked' | 'discarded';
  tries: number;
}

/** What a journal is, in plain memory. */
class Model {
  readonly known = new Set<number>();
  readonly deliveries: ModelDelivery[] = [];

  accept(number: number, lane: string, webhooks: readonly string[]): void {
    if (this.known.has(number)) return;
    this.known.add(number);
    for (const webhook of webhooks) {
      const sequence = this.deliveries.filter((delivery) => delivery.webhook === webhook).length + 1;
      this.deliveries.push({ webhook, lane, sequence, state: 'pending', tries: 0 });
    }
  }

  find(webhook: string, sequence: number): ModelDelivery | undefined {
    return this.pending(webhook).find((delivery) => delivery.sequence === sequence);
  }

  /** A 2xx for what was discarded meanwhile. */
  undiscard(webhook: string, sequence: number): void {
    const found = this.deliveries.find((each) => each.webhook === webhook && each.sequence === sequence);
    if (found?.state === 'discarded') found.state = 'delivered';
  }

  /** What an operator does, to a range of one webhook. */
  operate(action: Action, webhook: string, first: number, last: number): void {
    for (const each of this.deliveries) {
      const chosen = each.webhook === webhook && each.sequence >= first && each.sequence <= last;
      if (!chosen || !TAKES[action].includes(each.state)) continue;
      if (action === 'discard') each.state = 'discarded';
      else Object.assign(each, { state: 'pending', lane: REPLAY_LANE, tries: 0 });
    }
  }

  pending(webhook: string, lane?: string): ModelDelivery[] {
    return this.deliveries.filter(
      (each) => each.state === 'pending' && each.webhook === webhook && (lane ?? each.lane) === each.lane,
    );
  }
}

type Step = (model: Model) => Op;

const accepting: fc.Arbitrary<Step> = fc
  .array(
    fc.record({ number: fc.nat(40), lane: fc.constantFrom(...LANES), webhooks: fc.subarray(WEBHOOKS) }),
    {
      maxLength: 4,
    },
  )
  .map((events) => (model) => {
    for (const { number, lane, webhooks } of events) model.accept(number, lane, webhooks);
    return {
      kind: 'accept',
      accept: { events: events.map(({ number, ...rest }) => eventOf(number, rest)) },
    };
  });

const marking: fc.Arbitrary<Step> = fc
  .record({
    kind: fc.constantFrom('delivered', 'parked', 'tried'),
    webhook: fc.constantFrom(...WEBHOOKS),
    sequence: fc.integer({ min: 1, max: 30 }),
    tries: fc.nat(3),
  })
  .map(({ kind, webhook, sequence, tries }) => (model) => {
    const delivery = model.find(webhook, sequence);
    if (kind === 'tried') {
      if (delivery !== undefined) delivery.tries = tries;
      return { kind: 'mark', marks: [{ kind, webhook, sequence, tries }] };
    }
    if (delivery !== undefined) delivery.state = kind;
    else if (kind === 'delivered') model.undiscard(webhook, sequence);
    return { kind: 'mark', marks: [{ kind, webhook, sequence, atMs: 1, status: 200, outcome: 'x' }] };
  });

const operating: fc.Arbitrary<Step> = fc
  .record({
    action: fc.constantFrom('resend', 'discard'),
    dryRun: fc.boolean(),
    webhook: fc.constantFrom(...WEBHOOKS),
    first: fc.integer({ min: 1, max: 30 }),
    length: fc.nat(10),
  })
  .map(({ action, dryRun, webhook, first, length }) => (model) => {
    const scope = { webhook, first, last: first + length };
    if (!dryRun) model.operate(action, webhook, first, scope.last);
    return { kind: 'operate', operation: { action, dryRun, filter: {}, scope, atMs: 2 } };
  });

test('after any calls, counters, pages and state equal those of a plain model', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.oneof(accepting, marking, operating), { minLength: 1, maxLength: 8 })),
      (batches) => {
        const db = new Sqlite(':memory:');
        try {
          migrate(db);
          const runBatch = prepareBatch(db);
          const model = new Model();
          for (const batch of batches) {
            const { results } = runBatch(batch.map((step) => step(model)));
            assert.ok(results.every((result) => 'value' in result));
          }
          compare(db, model);
        } finally {
          db.close();
        }
      },
    ),
    { numRuns: 150 },
  );
});

function compare(db: Sqlite.Database, model: Model): void {
  const pending = preparePending(db);
  const lanes = readState(db).lanes;
  const stored = db.prepare<[string, string], { pending: number; parked: number }>(
    'SELECT pending, parked FROM lanes WHERE webhook = ? AND lane = ?',
  );
  for (const webhook of WEBHOOKS) {
    for (const lane of ALL_LANES) {
      const want = model.pending(webhook, lane);
      assert.deepEqual(
        pending(webhook, lane, 0, 1000).map(({ sequence, tries }) => [sequence, tries]),
        want.map(({ sequence, tries }) => [sequence, tries]),
      );
      const inState = lanes.find((each) => each.webhook === webhook && each.lane === lane);
      assert.equal(inState?.pending ?? 0, want.length);
      const parked = model.deliveries.filter(
        (each) => each.state === 'parked' && each.webhook === webhook && each.lane === lane,
      );
      assert.equal(stored.get(webhook, lane)?.parked ?? 0, parked.length);
      assert.equal(stored.get(webhook, lane)?.pending ?? 0, want.length);
    }
  }
  assert.equal(db.prepare('SELECT count(*) FROM events').pluck().get(), model.known.size);
  assert.equal(db.prepare('SELECT count(*) FROM ledger').pluck().get(), model.known.size);
}
