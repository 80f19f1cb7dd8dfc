import type { Configuration, Unit } from '../../config/configuration.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Part } from '../base/part.ts';
import type { Dispatcher } from '../delivery/dispatch.ts';
import type { Installation } from '../delivery/installation.ts';
import type { NewEvent } from '../events/event.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import { ReaderThread } from '../journal/reader-thread.ts';
import type { Condition } from './alarms/registry.ts';
import { backUpNightly } from './backups.ts';
import { Budget, type Removal } from './budget.ts';
import { certificateConditions, certificateEnds } from './certificates.ts';
import { removalEvent } from './removal.ts';
import { add, applyRetention } from './retention.ts';
import { type Job, Schedule } from './schedule.ts';
import { summariesOf } from './summary.ts';
import * as texts from './texts.ts';
import { zoneDataConditions } from './zones.ts';

/** How often the size of the journal is looked at. */
const BUDGET_MS = 2_000;
/** After this the start is over, and what was missed while the machine was off is made up for. */
const SETTLED_MS = 10 * 60_000;
/** How long `status` says that parked events were removed. */
const REMOVED_MS = 24 * 3_600_000;

interface UpkeepParts
  extends Pick<Installation, 'configuration' | 'clock' | 'journal' | 'identity' | 'outbox' | 'signals'> {
  readonly log: Logger;
  readonly dispatcher: Pick<Dispatcher, 'discard'>;
  readonly turnstiles: () => readonly TurnstileStanding[];
}

/** What keeps an installation going for years: retention, backups, checks, the limit of the journal, daily figures. */
export class Upkeep implements Part {
  readonly #parts: UpkeepParts;
  readonly #stopping = new AbortController();
  readonly #budget: Budget;
  #schedule: Schedule;
  #timezone: string;
  #certificates: Awaited<ReturnType<typeof certificateEnds>> = [];
  #backupFailedAtMs: number | undefined;
  #parkedRemoved: { readonly atMs: number; readonly counts: Readonly<Record<string, number>> } | undefined;
  #cancelLook: () => void = () => {};
  #cancelCatchUp: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: UpkeepParts) {
    const { configuration, journal, outbox, clock, log, dispatcher, signals } = parts;
    this.#parts = parts;
    this.#budget = new Budget({
      ...{
        journal,
        outbox,
        clock,
        log,
        settings: () => configuration().journal,
        signal: this.#stopping.signal,
      },
      gapOf: (removal, nowMs) => this.#gapOf(removal, nowMs),
      onRemoved: (webhook, sequences) => dispatcher.discard(webhook, sequences),
      onDropped: (count) => signals.tell('dropped', { reason: 'limit', count }),
      onParkedRemoved: (counts) => this.#noteParked(counts),
    });
    this.#timezone = timezoneOf(configuration());
    this.#schedule = this.#makeSchedule();
  }

  /** What is done, and when; each may also be done out of its turn. */
  get jobs(): readonly Job[] {
    return [
      { name: 'summary', cron: '5 0 * * *', isMadeUp: true, run: () => this.#summarise() },
      { name: 'night', cron: '15 3 * * *', isMadeUp: true, run: () => this.#night() },
      // The start checks by itself.
      { name: 'check', cron: '45 4 * * 0', isMadeUp: false, run: async () => this.#parts.journal.check() },
      { name: 'checkpoint', cron: '30 * * * *', isMadeUp: false, run: () => this.#checkpoint() },
    ];
  }

  start(): void {
    const { clock } = this.#parts;
    this.#schedule.start();
    this.#watchBudget();
    this.#cancelCatchUp = clock.after(SETTLED_MS, () => void this.#schedule.catchUp());
  }

  async apply(configuration: Configuration): Promise<void> {
    const timezone = timezoneOf(configuration);
    if (timezone === this.#timezone) return;
    this.#timezone = timezone;
    await this.#schedule.stop();
    if (this.#stopping.signal.aborted) return;
    this.#schedule = this.#makeSchedule();
    this.#schedule.start();
  }

  /** Begins nothing more; resolves when what runs has ended, at the latest with the journal. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelCatchUp();
    this.#cancelLook();
    await this.#looking;
    await this.#schedule.stop();
  }

  /** What the jobs found wrong. */
  conditions(nowMs: number): Condition[] {
    const removed = this.#parkedRemoved;
    return [
      ...this.#budget.conditions(nowMs),
      ...certificateConditions(this.#certificates, nowMs),
      ...zoneDataConditions(process.versions.tz, nowMs),
      ...(this.#backupFailedAtMs === undefined
        ? []
        : [{ code: 'backup_falhou', sinceMs: this.#backupFailedAtMs, ...texts.backupFailed() }]),
      ...(removed === undefined || nowMs - removed.atMs >= REMOVED_MS
        ? []
        : Object.entries(removed.counts).map(([webhook, count]) => ({
            ...{ code: 'separados_removidos', webhook, sinceMs: removed.atMs },
            ...texts.parkedRemoved(webhook, count),
          }))),
    ];
  }

  #makeSchedule(): Schedule {
    return new Schedule(this.jobs, { timezone: this.#timezone, log: this.#parts.log });
  }

  #watchBudget(): void {
    const { clock, log } = this.#parts;
    this.#looking = this.#budget
      .look()
      .catch((error: unknown) => {
        if (this.#stopping.signal.aborted) log.debug({ err: error }, 'the look at the journal was cut off');
        else log.error({ err: error }, 'the size of the journal was not kept');
      })
      .then(() => {
        if (this.#stopping.signal.aborted) return;
        this.#cancelLook = clock.after(BUDGET_MS, () => this.#watchBudget());
      });
  }

  async #night(): Promise<void> {
    const { journal, clock, log } = this.#parts;
    const { signal } = this.#stopping;
    await this.#backUp();
    const { webhooks, journal: settings } = this.#parts.configuration();
    const { keep } = settings;
    const { parked } = await applyRetention({ journal, keep, log, signal }, clock.now());
    this.#noteParked(parked);
    const active = webhooks.filter((webhook) => webhook.active);
    this.#certificates = await certificateEnds(active, log, signal);
  }

  #noteParked(parked: Readonly<Record<string, number>>): void {
    if (Object.keys(parked).length === 0) return;
    const { clock, log, signals } = this.#parts;
    const nowMs = clock.now();
    const before = this.#parkedRemoved;
    // A night and the limit may both remove some within a day: the alarm says all of them.
    const counts = { ...(before !== undefined && nowMs - before.atMs < REMOVED_MS && before.counts) };
    add(counts, parked);
    for (const count of Object.values(parked)) signals.tell('dropped', { reason: 'retention', count });
    this.#parkedRemoved = { atMs: nowMs, counts };
    log.error({ parked }, 'parked events were removed: nobody saw to them in time');
  }

  async #backUp(): Promise<void> {
    const { clock, log } = this.#parts;
    const { agent, journal } = this.#parts.configuration();
    try {
      await backUpNightly(agent.data, journal, clock.now(), log);
      this.#backupFailedAtMs = undefined;
    } catch (error) {
      this.#backupFailedAtMs ??= clock.now();
      log.error({ err: error }, 'the nightly backup failed');
    }
  }

  async #checkpoint(): Promise<void> {
    const isEmpty = await this.#parts.journal.checkpoint();
    this.#parts.log.debug({ isEmpty }, 'checkpoint');
  }

  async #summarise(): Promise<void> {
    const { configuration, clock, outbox, identity } = this.#parts;
    const { agent, units } = configuration();
    const nowMs = clock.now();
    const name = 'giro.resumo';
    const wanted = units.filter((unit) => outbox.wanting({ name, unit: unit.id }).length > 0);
    if (wanted.length === 0) return;
    const reader = new ReaderThread(agent.data);
    try {
      const context = { agent: agent.name, identity };
      const events = await summariesOf(wanted, reader, (unit) => this.#turnstilesOf(unit), context, nowMs);
      await outbox.accept({
        events: events.map((event) => ({ ...event, webhooks: outbox.wanting(event) })),
      });
    } finally {
      await reader.close();
    }
  }

  #turnstilesOf(unit: Unit): TurnstileStanding[] {
    const { configuration, turnstiles } = this.#parts;
    const own = new Set(
      configuration()
        .turnstiles.filter((each) => each.unit === unit.id)
        .map(({ id }) => id),
    );
    return turnstiles().filter(({ turnstile }) => own.has(turnstile));
  }

  /** Told to those of the webhooks that missed something. */
  #gapOf(removal: Removal, nowMs: number): NewEvent[] {
    const { configuration, identity, outbox } = this.#parts;
    const { agent, units } = configuration();
    const unit = units.find(({ id }) => id === removal.unit);
    if (unit === undefined) return []; // it left the configuration, and its webhooks' filters with it
    const event = removalEvent(removal, { agent: agent.name, unit, identity }, nowMs);
    const webhooks = outbox.wanting(event).filter((webhook) => removal.webhooks.includes(webhook));
    return webhooks.length === 0 ? [] : [{ ...event, webhooks }];
  }
}

function timezoneOf({ units }: Configuration): string {
  return units[0]?.timezone ?? 'UTC';
}
