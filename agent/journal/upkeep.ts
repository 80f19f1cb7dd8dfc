import type { Database } from 'better-sqlite3';
import { crashPoint } from './crash-points.ts';
import { type ForgetStep, type Forgotten, prepareForget } from './forget.ts';
import {
  type EventStep,
  type OldestEvents,
  type OldestStep,
  type PrunedEvents,
  type PrunedRows,
  prepareOldest,
  preparePruneEvents,
  preparePruneRows,
  type RowStep,
} from './prune.ts';

/** One step of upkeep, short enough to go between accepts. */
export type UpkeepStep =
  | EventStep
  | RowStep
  | OldestStep
  | ForgetStep
  /** Gives free pages at the end of the file back to the disk. */
  | { readonly do: 'vacuum'; readonly pages: number }
  | { readonly do: 'usage' };

/** What each comes to. */
export interface UpkeepResults {
  pruneEvents: PrunedEvents;
  pruneRows: PrunedRows;
  oldest: OldestEvents;
  forget: Forgotten;
  vacuum: JournalUsage;
  usage: JournalUsage;
}

/** Size of the journal. */
export interface JournalUsage {
  /** Without free pages. */
  readonly usedBytes: number;
  readonly freePages: number;
}

/** Does one step. Runs inside the caller's transaction. */
export function prepareUpkeep(db: Database): (step: UpkeepStep) => UpkeepResults[UpkeepStep['do']] {
  const pruneEvents = preparePruneEvents(db);
  const pruneRows = preparePruneRows(db);
  const oldest = prepareOldest(db);
  const forget = prepareForget(db);
  return (step) => {
    switch (step.do) {
      case 'pruneEvents': {
        crashPoint('prune:before');
        const pruned = pruneEvents(step);
        crashPoint('prune:after');
        return pruned;
      }
      case 'pruneRows':
        return pruneRows(step);
      case 'oldest':
        return oldest(step);
      case 'forget':
        return forget(step);
      case 'vacuum':
        db.pragma(`incremental_vacuum(${step.pages})`);
        return usage(db);
      case 'usage':
        return usage(db);
    }
  };
}

function usage(db: Database): JournalUsage {
  const number = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  const freePages = number('freelist_count');
  return { usedBytes: (number('page_count') - freePages) * number('page_size'), freePages };
}
