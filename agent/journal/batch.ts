import type { Database } from 'better-sqlite3';
import type { Delivery } from '../events/delivery.ts';
import type { QueueStates } from '../events/webhook-state.ts';
import { prepareAccept, type Renderings } from './accept.ts';
import { type ParkedCount, prepareParkedCounts } from './alarms.ts';
import { crashPoint } from './crash-points.ts';
import { prepareFeedOpening, prepareFeedPruning } from './feed.ts';
import { prepareMark } from './marks.ts';
import { type Operated, type Operation, prepareOperation } from './operate.ts';
import type { Accept, Accepted, KeptLine, Mark, Trace } from './records.ts';
import { type DeliveryFilter, prepareSelection, type Scope } from './selection.ts';
import { type LinePlace, prepareKeptLines, preparePending, prepareTraces, readQueues } from './state.ts';
import { Tallies } from './tallies.ts';
import { type Refusal, refusalOf, troubleOf } from './trouble.ts';
import { prepareUpkeep, type UpkeepResults, type UpkeepStep } from './upkeep.ts';

/** One thing asked of the writer. */
export type Op =
  | { readonly kind: 'accept'; readonly accept: Accept }
  | { readonly kind: 'mark'; readonly marks: readonly Mark[] }
  | {
      readonly kind: 'pending';
      readonly webhook: string;
      readonly lane: string | undefined;
      readonly afterSequence: number;
      readonly limit: number;
    }
  | { readonly kind: 'queues' }
  | { readonly kind: 'parked' }
  | {
      readonly kind: 'keptLines';
      readonly turnstile: string;
      readonly after: LinePlace;
      readonly limit: number;
    }
  | { readonly kind: 'scopes'; readonly filter: DeliveryFilter }
  | { readonly kind: 'operate'; readonly operation: Operation }
  | { readonly kind: 'openFeeds'; readonly units: readonly string[] }
  | { readonly kind: 'upkeep'; readonly step: UpkeepStep }
  | { readonly kind: 'pruneFeed'; readonly unit: string; readonly beforeMs: number }
  | {
      readonly kind: 'traces';
      readonly turnstile: string;
      readonly aroundMs: readonly number[];
      readonly withinMs: number;
    };

/** What each kind of op comes to. */
export interface OpValues {
  accept: Accepted;
  mark: undefined;
  pending: readonly Delivery[];
  queues: QueueStates;
  parked: readonly ParkedCount[];
  keptLines: readonly KeptLine[];
  scopes: readonly Scope[];
  operate: Operated;
  openFeeds: undefined;
  pruneFeed: number;
  traces: readonly Trace[];
  upkeep: UpkeepResults[UpkeepStep['do']];
}

export type OpResult = { readonly value: OpValues[Op['kind']] } | { readonly refused: Refusal };

/** What only looks, and must not need a disk that takes writes. */
export function isRead({ kind }: Op): boolean {
  return kind === 'pending' || kind === 'queues';
}

/**
 * What a batch came to: results of its ops in order. With `disk` the ops without a result left no trace and can be
 * given again.
 */
export interface BatchAnswer {
  readonly results: readonly OpResult[];
  readonly disk?: Refusal;
}

/**
 * Runs batches on a journal, each in one transaction: with a full sync if it accepts or an operator asked for it,
 * without one of its own if it only marks. An op that cannot be stored is refused alone. Throws when the file turns out to be damaged.
 */
export function prepareBatch(
  db: Database,
  renderings: Renderings = new Map(),
): (ops: readonly Op[]) => BatchAnswer {
  const tallies = new Tallies(db);
  const run = prepareOp(db, renderings, tallies);
  const transaction = db.transaction((ops: readonly Op[]) => {
    const results = ops.map((op) => ({ value: run(op) }));
    tallies.write();
    crashPoint('commit:before');
    return results;
  });
  const together = (ops: readonly Op[]) => {
    try {
      return transaction.immediate(ops);
    } finally {
      tallies.forget(); // of one that was rolled back
    }
  };
  let syncing: boolean | undefined;

  const sync = (full: boolean): void => {
    if (syncing === full) return;
    db.pragma(`synchronous = ${full ? 'FULL' : 'NORMAL'}`); // WAL's own default is NORMAL
    syncing = full;
  };

  const oneByOne = (ops: readonly Op[]): BatchAnswer => {
    const results: OpResult[] = [];
    for (const op of ops) {
      try {
        results.push({ value: isRead(op) ? run(op) : together([op])[0]?.value });
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble === 'damage') throw error;
        if (trouble === 'disk') return { results, disk: refusalOf(error) };
        results.push({ refused: refusalOf(error) });
      }
    }
    return { results };
  };

  return (ops) => {
    if (ops.every(isRead)) return oneByOne(ops); // a read must not need the write lock
    sync(ops.some(({ kind }) => kind === 'accept' || kind === 'operate'));
    try {
      const results = together(ops);
      crashPoint('commit:after');
      return { results };
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === 'damage') throw error;
      return trouble === 'disk' ? { results: [], disk: refusalOf(error) } : oneByOne(ops);
    }
  };
}

/** Ops that come by the event: they read nothing that is tallied, and where they go past the tallies they only add, too. */
const ADDS: ReadonlySet<Op['kind']> = new Set(['accept', 'mark', 'pending']);

function prepareOp(db: Database, renderings: Renderings, tallies: Tallies): (op: Op) => OpValues[Op['kind']] {
  const accept = prepareAccept(db, renderings, tallies);
  const mark = prepareMark(db, tallies);
  const pending = preparePending(db);
  const parked = prepareParkedCounts(db);
  const keptLines = prepareKeptLines(db);
  const { scopes } = prepareSelection(db);
  const operate = prepareOperation(db);
  const openFeeds = prepareFeedOpening(db);
  const pruneFeed = prepareFeedPruning(db);
  const traces = prepareTraces(db);
  const upkeep = prepareUpkeep(db);
  return (op) => {
    if (!ADDS.has(op.kind)) tallies.write(); // it may read or change the same rows
    switch (op.kind) {
      case 'accept': {
        crashPoint('accept:before');
        const accepted = accept(op.accept);
        crashPoint('accept:after');
        return accepted;
      }
      case 'mark':
        crashPoint('mark:before');
        for (const each of op.marks) mark(each);
        crashPoint('mark:after');
        return undefined;
      case 'pending':
        return pending(op.webhook, op.lane, op.afterSequence, op.limit);
      case 'queues':
        return readQueues(db);
      case 'parked':
        return parked();
      case 'keptLines':
        return keptLines(op.turnstile, op.after, op.limit);
      case 'scopes':
        return scopes(op.filter);
      case 'operate':
        return operate(op.operation);
      case 'openFeeds':
        openFeeds(op.units);
        return undefined;
      case 'pruneFeed':
        return pruneFeed(op.unit, op.beforeMs);
      case 'traces':
        return traces(op.turnstile, op.aroundMs, op.withinMs);
      case 'upkeep':
        return upkeep(op.step);
    }
  };
}
