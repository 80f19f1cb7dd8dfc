import { setImmediate } from 'node:timers/promises';
import type { Unit } from '../../config/configuration.ts';
import type { JournalSettings } from '../../config/sections/journal.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { NewEvent } from '../events/event.ts';
import type { Journal } from '../journal/journal.ts';
import type { OldEvent } from '../journal/prune.ts';
import type { EventOutbox } from '../journal/records.ts';
import type { Condition } from './alarms/registry.ts';
import { pruneUntil, vacuum } from './retention.ts';
import * as texts from './texts.ts';

const MB = 1_000_000;
/** Shares of the limit: from where delivered events go and how far, and how far the oldest go. */
const NEARLY = 0.8;
const RELIEVED = 0.75;
const LOWERED = 0.95;
/** A walk looks at everything that is pending: once in so long. */
const WALK_MS = 60_000;
/** How long `status` says that events were removed. */
const DROPPED_MS = 24 * 3_600_000;

/** Accesses of one turnstile that a limit removes. */
export interface Removal {
  readonly unit: Unit['id'];
  readonly lane: Turnstile['id'];
  readonly fromMs: number;
  readonly toMs: number;
  readonly entries: number;
  readonly exits: number;
  readonly count: number;
  /** Webhooks that do not get them. */
  readonly webhooks: readonly string[];
}

interface BudgetParts {
  readonly journal: Pick<Journal, 'upkeep' | 'block'>;
  readonly outbox: Pick<EventOutbox, 'accept'>;
  readonly settings: () => JournalSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What is told of a removal; nothing where nobody wants to know. */
  readonly gapOf: (removal: Removal, nowMs: number) => readonly NewEvent[];
  /** These are not sent any more. */
  readonly onRemoved: (webhook: string, sequences: readonly number[]) => void;
  /** Deliveries that were given up for want of room. */
  readonly onDropped: (count: number) => void;
  /** Parked deliveries that were kept for long enough, by webhook; empty when there were none. */
  readonly onParkedRemoved: (counts: Readonly<Record<string, number>>) => void;
}

/** Keeps the journal within its limit: what is delivered goes first, then what the configuration says. */
export class Budget {
  readonly #parts: BudgetParts;
  #state: 'fine' | 'nearly' | 'full' = 'fine';
  #sinceMs = 0;
  #walkedAtMs = Number.NEGATIVE_INFINITY;
  #dropped: { readonly count: number; readonly atMs: number } | undefined;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
  }

  /** Looks at the size of the journal and does what has to be done. */
  async look(): Promise<void> {
    const { journal, clock, signal, onParkedRemoved } = this.#parts;
    const { limitMb, atLimit, keep } = this.#parts.settings();
    if (limitMb === undefined) {
      this.#state = 'fine';
      journal.block(false);
      return;
    }
    const limit = limitMb * MB;
    const size = async (): Promise<number> => (await journal.upkeep({ do: 'usage' })).usedBytes;
    let usedBytes = await size();
    const nowMs = clock.now();
    if (usedBytes >= NEARLY * limit && nowMs - this.#walkedAtMs >= WALK_MS) {
      this.#walkedAtMs = nowMs;
      const parkedBeforeMs = nowMs - keep.parked * 86_400_000;
      onParkedRemoved(await pruneUntil(journal, parkedBeforeMs, nowMs, RELIEVED * limit, signal));
      usedBytes = await size();
      if (usedBytes >= limit && atLimit === 'dropOldest') {
        await this.#dropOldest(LOWERED * limit);
        usedBytes = await size();
      }
      await vacuum(journal, signal);
    }
    this.#become(usedBytes >= limit ? 'full' : usedBytes >= NEARLY * limit ? 'nearly' : 'fine', usedBytes);
    journal.block(atLimit === 'block' && this.#state === 'full');
  }

  conditions(nowMs: number): Condition[] {
    const { limitMb = 0, atLimit } = this.#parts.settings();
    const found: Condition[] = [];
    if (this.#state !== 'fine') {
      found.push({ code: 'diario_no_limite', sinceMs: this.#sinceMs, ...texts.nearLimit(limitMb, atLimit) });
    }
    if (this.#state === 'full' && atLimit === 'block') {
      found.push({ code: 'diario_bloqueado', sinceMs: this.#sinceMs, ...texts.blocked(limitMb) });
    }
    if (this.#dropped !== undefined && nowMs - this.#dropped.atMs < DROPPED_MS) {
      const { atMs, count } = this.#dropped;
      found.push({ code: 'diario_descartou', sinceMs: atMs, ...texts.dropped(count) });
    }
    return found;
  }

  #become(state: 'fine' | 'nearly' | 'full', usedBytes: number): void {
    if (state === this.#state) return;
    const { clock, log } = this.#parts;
    const { limitMb, atLimit } = this.#parts.settings();
    if (this.#state === 'fine') this.#sinceMs = clock.now();
    this.#state = state;
    const told = { state, usedBytes, limitMb, atLimit };
    if (state === 'full') log.error(told, 'the journal is at its limit');
    else log.warn(told, 'the journal and its limit');
  }

  async #dropOldest(bytes: number): Promise<void> {
    const { journal, signal } = this.#parts;
    let after: number | undefined = 0;
    while (after !== undefined && !signal.aborted) {
      if ((await journal.upkeep({ do: 'usage' })).usedBytes <= bytes) return;
      const step: { found: readonly OldEvent[]; next?: number } = await journal.upkeep({
        do: 'oldest',
        after,
      });
      if (step.found.length > 0) await this.#drop(step.found);
      after = step.next;
      await setImmediate();
    }
  }

  /** What was delivered since it was found goes too, and counts: a gap may say one too many, never one too few. */
  async #drop(found: readonly OldEvent[]): Promise<void> {
    const { outbox, clock, log, gapOf, onRemoved, onDropped } = this.#parts;
    const nowMs = clock.now();
    const removals = removalsOf(found);
    const events = removals.flatMap((removal) => gapOf(removal, nowMs));
    // With an (empty) list of alarms the gate lets it pass: it makes room.
    await outbox.accept({ removed: found.map(({ number }) => number), events, alarms: [] });
    for (const removal of removals) log.error(removal, 'events were removed: the journal is at its limit');
    const sequences = Map.groupBy(
      found.flatMap(({ deliveries }) => deliveries),
      ({ webhook }) => webhook,
    );
    for (const [webhook, of] of sequences) {
      onRemoved(
        webhook,
        of.map(({ sequence }) => sequence),
      );
      onDropped(of.length);
    }
    this.#dropped = { count: (this.#dropped?.count ?? 0) + found.length, atMs: nowMs };
  }
}

function removalsOf(found: readonly OldEvent[]): Removal[] {
  return [...Map.groupBy(found, ({ unit, lane }) => `${unit}\n${lane}`).values()].flatMap((of) => {
    const [first] = of;
    if (first === undefined) return [];
    const times = of.map(({ occurredAtMs }) => occurredAtMs);
    return {
      unit: first.unit,
      lane: first.lane,
      fromMs: Math.min(...times),
      toMs: Math.max(...times),
      entries: of.filter(({ direction }) => direction === 'entrada').length,
      exits: of.filter(({ direction }) => direction === 'saida').length,
      count: of.length,
      webhooks: [...new Set(of.flatMap(({ deliveries }) => deliveries.map(({ webhook }) => webhook)))],
    };
  });
}
