import { setImmediate } from 'node:timers/promises';
import type { JournalSettings } from '../../config/sections/journal.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Journal } from '../journal/journal.ts';
import type { AgedTable, PrunedEvents } from '../journal/prune.ts';

const DAY_MS = 86_400_000;
/** Pages of one step: some milliseconds. */
const VACUUM_PAGES = 100;

type Upkeep = Pick<Journal, 'upkeep'>;

interface RetentionParts {
  readonly journal: Upkeep;
  readonly keep: JournalSettings['keep'];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What a night removed. */
interface Removed {
  readonly done: number;
  /** Parked deliveries, by webhook: nobody got them. */
  readonly parked: Readonly<Record<string, number>>;
}

/**
 * Removes what has been done for longer than it is kept, in steps between which others are served, and gives the space
 * back. Ends early when `signal` aborts: the next night goes on.
 */
export async function applyRetention(parts: RetentionParts, nowMs: number): Promise<Removed> {
  const { journal, keep, log, signal } = parts;
  const before = (days: number): number => nowMs - days * DAY_MS;
  const removed = await pruneEvents(journal, before(keep.delivered), before(keep.parked), signal);
  const aged: Record<AgedTable, number> = { attempts: 0, unrecognised: 0, ledger: 0, traces: 0 };
  for (const [table, days] of [
    ['attempts', keep.attempts],
    ['unrecognised', keep.unrecognised],
    ['ledger', keep.ids],
    ['traces', keep.ids],
  ] as const) {
    aged[table] = await pruneRows(journal, table, before(days), signal);
  }
  await vacuum(journal, signal);
  log.info({ ...removed, ...aged }, 'retention applied');
  return removed;
}

/** Removes deliveries that ended before these moments (Unix ms), and events of which nothing is left. */
async function pruneEvents(
  journal: Upkeep,
  deliveredBeforeMs: number,
  parkedBeforeMs: number,
  signal: AbortSignal,
): Promise<Removed & { readonly events: number }> {
  const parked: Record<string, number> = {};
  let [done, events] = [0, 0];
  for (let after: number | undefined = 0; after !== undefined && !signal.aborted; ) {
    const step: PrunedEvents = await journal.upkeep({
      do: 'pruneEvents',
      after,
      deliveredBeforeMs,
      parkedBeforeMs,
    });
    done += step.done;
    events += step.events;
    add(parked, step.parked);
    after = step.next;
    await setImmediate(); // whoever waits for the writer comes first
  }
  return { done, events, parked };
}

async function pruneRows(
  journal: Upkeep,
  table: AgedTable,
  beforeMs: number,
  signal: AbortSignal,
): Promise<number> {
  let { removed, next } = await journal.upkeep({ do: 'pruneRows', table, beforeMs });
  while (next !== undefined && !signal.aborted) {
    await setImmediate();
    const step = await journal.upkeep({ do: 'pruneRows', table, beforeMs, after: next });
    removed += step.removed;
    next = step.next;
  }
  return removed;
}

/** Gives free pages back to the disk. */
export async function vacuum(journal: Upkeep, signal: AbortSignal): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; !signal.aborted; ) {
    const { freePages } = await journal.upkeep({ do: 'vacuum', pages: VACUUM_PAGES });
    if (freePages === 0 || freePages >= before) return; // a file of another make may not shrink
    before = freePages;
    await setImmediate();
  }
}

/**
 * Removes what is delivered, the oldest first, and what was parked before `parkedBeforeMs`, until the journal uses no
 * more than so much. Resolves with what of it was parked, by webhook.
 */
export async function pruneUntil(
  journal: Upkeep,
  parkedBeforeMs: number,
  nowMs: number,
  bytes: number,
  signal: AbortSignal,
): Promise<Removed['parked']> {
  const parked: Record<string, number> = {};
  let after: number | undefined = 0;
  while (after !== undefined && !signal.aborted) {
    if ((await journal.upkeep({ do: 'usage' })).usedBytes <= bytes) break;
    const step: PrunedEvents = await journal.upkeep({
      do: 'pruneEvents',
      after,
      deliveredBeforeMs: nowMs + 1,
      parkedBeforeMs,
    });
    add(parked, step.parked);
    after = step.next;
    await setImmediate();
  }
  return parked;
}

/** Adds counts by webhook to others. */
export function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [webhook, count] of Object.entries(counts)) sums[webhook] = (sums[webhook] ?? 0) + count;
}
