import type { Clock } from '../../../drivers/base/clock.ts';
import type { Text } from '../../../drivers/base/language.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import type { Alarm, AlarmChange } from '../../events/alarm.ts';
import type { NewEvent } from '../../events/event.ts';
import type { TurnstileStanding } from '../../events/turnstile-standing.ts';
import type { Journal } from '../../journal/journal.ts';
import type { EventOutbox } from '../../journal/records.ts';
import {
  type DiskSpace,
  type IdentityState,
  machineConditions,
  nameOf,
  startConditions,
  turnstileConditions,
  type WebhookSample,
  webhookConditions,
} from './conditions.ts';
import { type Condition, Registry } from './registry.ts';
import { deviceAlarm } from './texts.ts';

/** How often everything is looked at. */
const EVERY_MS = 60_000;
/** Devices do not say when an alarm of theirs is over: it is after so long without repetition. */
const DEVICE_ALARM_MS = 10 * 60_000;
/** How long `status` says what the start found. */
const FOUND_MS = 24 * 3_600_000;

interface WatchOptions {
  readonly journal: Pick<Journal, 'parked' | 'health'>;
  readonly outbox: Pick<EventOutbox, 'accept'>;
  /** Open in the journal at the start. */
  readonly open: readonly Alarm[];
  readonly identity: IdentityState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly webhooks: () => readonly Omit<WebhookSample, 'parked'>[];
  /** Room on the disk of the data folder. */
  readonly space: () => Promise<DiskSpace>;
  /** Says beside the journal whether it can be written. */
  readonly noteRefusal: (isRefused: boolean) => Promise<void>;
  /** What is told of an opening or a closing. */
  readonly eventsOf: (change: AlarmChange, nowMs: number) => readonly NewEvent[];
}

/** What is looked at besides webhooks, journal and disk. */
interface Watched {
  readonly turnstiles: () => readonly TurnstileStanding[];
  /** What other parts found wrong. */
  readonly others: (nowMs: number) => readonly Condition[];
}

/**
 * Watches turnstiles, webhooks, journal and disk, once a minute, and keeps the open alarms in the journal. Opening and
 * closing are events, in the same commit as the alarm itself.
 */
export class AlarmWatch {
  readonly #options: WatchOptions;
  readonly #registry: Registry;
  #watched: Watched = { turnstiles: () => [], others: () => [] };
  /** What is not known at once: parked deliveries by webhook, and the disk. */
  #asked: { readonly parked: ReadonlyMap<string, number>; readonly space: DiskSpace } | undefined;
  #isAsking = false;
  /** What the journal would not take; it goes with what comes next. */
  readonly #refused: AlarmChange[] = [];
  #isNoted: boolean | undefined;
  #cancel: () => void = () => {};

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#registry = new Registry(options.open);
  }

  /** What to look at: known only when the parts that raise alarms here are made. Before `start`. */
  watch(watched: Watched): void {
    this.#watched = watched;
  }

  /** Looks for the first time after a minute: by then links and webhooks have shown whether they work. */
  start(): void {
    const { clock, journal, identity } = this.#options;
    const nowMs = clock.now();
    const found = startConditions(journal.health, identity, nowMs);
    this.#logFailure(
      this.#store(found.flatMap((condition) => this.#registry.happened(condition, FOUND_MS, nowMs))),
    );
    this.#arm();
  }

  stop(): void {
    this.#cancel();
  }

  /** A device reported an alarm of its own. Resolves after the commit. */
  deviceAlarm(
    turnstile: Pick<TurnstileStanding, 'turnstile' | 'name'>,
    said: { readonly code: string; readonly text: Text },
  ): Promise<void> {
    const nowMs = this.#options.clock.now();
    const words = deviceAlarm(nameOf(turnstile), said.text);
    const alarm = { code: said.code, turnstile: turnstile.turnstile, sinceMs: nowMs, ...words };
    return this.#store(this.#registry.happened(alarm, DEVICE_ALARM_MS, nowMs));
  }

  #arm(): void {
    this.#cancel = this.#options.clock.after(EVERY_MS, () => {
      this.#arm();
      this.#logFailure(this.#look());
    });
  }

  /** What takes time to be known is asked for anew, and looked at with the rest; until then the last answer counts. */
  async #look(): Promise<void> {
    await Promise.all([this.#examine(), this.#noteRefusal(), this.#isAsking ? undefined : this.#ask()]);
  }

  async #ask(): Promise<void> {
    const { journal, space } = this.#options;
    this.#isAsking = true;
    try {
      const [counts, room] = await Promise.all([journal.parked(), space()]);
      const parked = new Map(counts.map(({ webhook, parked: count }) => [webhook, count]));
      this.#asked = { parked, space: room };
    } finally {
      this.#isAsking = false;
    }
    await this.#examine();
  }

  async #examine(): Promise<void> {
    if (this.#asked === undefined) return;
    const { clock, webhooks, journal } = this.#options;
    const { turnstiles, others } = this.#watched;
    const { parked, space } = this.#asked;
    const nowMs = clock.now();
    const conditions = [
      ...webhooks().flatMap((sample) => {
        const { webhook } = sample.endpoint;
        return webhookConditions({ ...sample, parked: parked.get(webhook) ?? 0 }, nowMs);
      }),
      ...turnstiles().flatMap((sample) => turnstileConditions(sample, nowMs)),
      ...machineConditions(journal.health, space, nowMs),
      ...others(nowMs),
    ];
    await this.#store(this.#registry.examine(conditions, nowMs));
  }

  async #noteRefusal(): Promise<void> {
    const isRefused = this.#options.journal.health.refusingSinceMs !== undefined;
    if (isRefused === this.#isNoted) return;
    this.#isNoted = isRefused;
    await this.#options.noteRefusal(isRefused);
  }

  async #store(found: readonly AlarmChange[]): Promise<void> {
    const { clock, outbox, eventsOf } = this.#options;
    for (const change of found) this.#log(change);
    const alarms = [...this.#refused.splice(0), ...found];
    if (alarms.length === 0) return;
    const events = alarms.flatMap((change) =>
      change.kind === 'changed' ? [] : eventsOf(change, clock.now()),
    );
    try {
      await outbox.accept({ alarms, events });
    } catch (error) {
      this.#refused.unshift(...alarms);
      throw error;
    }
  }

  #log({ kind, alarm }: AlarmChange): void {
    const { code, turnstile, webhook, what } = alarm;
    const data = { code, turnstile, webhook, what: what.en };
    if (kind === 'opened') this.#options.log.warn(data, 'alarm');
    if (kind === 'closed') this.#options.log.info(data, 'alarm is over');
  }

  #logFailure(looked: Promise<void>): void {
    looked.catch((error: unknown) => this.#options.log.error({ err: error }, 'alarms were not kept up'));
  }
}
