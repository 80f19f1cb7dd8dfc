import type { Unit } from '../../config/configuration.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { AccessReading, DeviceFact, Reading } from '../../drivers/contract/reading.ts';
import type { NewEvent } from '../events/event.ts';
import { type Gap, gapEvent } from '../events/gap.ts';
import type { Identity } from '../events/identity.ts';
import { instantOf, type Moment } from '../events/moment.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { Accept, EventOutbox, KeptLine, OpenAccess, Trace } from '../journal/records.ts';
import { accessEvent } from './body.ts';
import { Copies, type TracedReading } from './copies.ts';
import { Join, type JoinStep, type OpenPassage } from './join.ts';
import { SAME_WITHIN_MS } from './traces.ts';

export interface IntakeOptions {
  readonly turnstile: Turnstile;
  readonly unit: Unit;
  /** `agent.name`. */
  readonly agent: string;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Names the turnstile in each line. */
  readonly log: Logger;
  /** Open accesses of this turnstile, as the journal had them at the start. */
  readonly open: readonly OpenAccess[];
  /** What was last known of the device. */
  readonly device: DeviceDetails;
  readonly outbox: EventOutbox;
  /** What was taken of the turnstile near these moments of the device. */
  readonly traces: (
    turnstile: string,
    aroundMs: readonly number[],
    withinMs: number,
  ) => Promise<readonly Trace[]>;
  /** The device said something of itself. */
  readonly onDevice: (device: DeviceDetails) => void;
  /** The device reported an alarm of its own; resolves after the commit. */
  readonly onAlarm: (alarm: DeviceAlarm) => Promise<void>;
}

type DeviceAlarm = Extract<DeviceFact, { kind: 'alarm' }>;

export type DeviceDetails = Pick<
  TurnstileState,
  'manufacturer' | 'model' | 'serial' | 'firmware' | 'clockSkewMs'
>;

/**
 * Takes the readings of one turnstile, joins them into accesses and has them committed. Its `record` is what a driver
 * gets: it resolves after the commit.
 */
export class Intake {
  #options: IntakeOptions;
  readonly #join: Join;
  readonly #copies: Copies;
  #device: DeviceDetails;
  #cancelDeadline: () => void = () => {};
  #stopped = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#device = options.device;
    this.#join = new Join(options.open.map(({ state }) => JSON.parse(state) as OpenPassage));
    this.#copies = new Copies(this.#join);
    this.#armDeadline();
  }

  async record(...readings: Reading[]): Promise<void> {
    const accept = this.#take(readings, this.#options.clock.now());
    await Promise.all([this.#commit(accept), ...this.#alarms(readings)]);
  }

  async recordAt(position: string, ...readings: Reading[]): Promise<void> {
    const { turnstile, unit, clock, traces } = this.#options;
    const cursor = { turnstile: turnstile.id, position };
    const recovered = readings.flatMap((reading) =>
      'freshness' in reading && reading.freshness === 'recovered' ? [reading] : [],
    );
    const aroundMs = recovered.flatMap(({ trace }) => (trace && instantOf(trace.at, unit.timezone)) ?? []);
    const stored = recovered.length === 0 ? undefined : await traces(turnstile.id, aroundMs, SAME_WITHIN_MS);
    const accept = { ...this.#take(readings, clock.now(), stored), cursor };
    await Promise.all([this.#commit(accept), ...this.#alarms(readings)]);
  }

  /** Records what a kept line turned out to say, as heard when it came; it is kept no longer. */
  recordKept(line: KeptLine, ...readings: AccessReading[]): Promise<void> {
    return this.#commit({ ...this.#take(readings, line.atMs), recognised: [line.number] });
  }

  /** What bodies say of where accesses happen, from now on. */
  describe({ turnstile, unit, agent }: Pick<IntakeOptions, 'turnstile' | 'unit' | 'agent'>): void {
    this.#options = { ...this.#options, turnstile, unit, agent };
  }

  /** The accesses that are open, as the journal gets them with all that was recorded. */
  get open(): readonly OpenAccess[] {
    return this.#join.open.map((passage) => this.#openAccess(passage));
  }

  /** Ends the open accesses as they stand: nothing more will be heard of them. Resolves after the commit. */
  conclude(): Promise<void> {
    return this.#commit(this.#changes(this.#join.expire(Number.POSITIVE_INFINITY)));
  }

  /** Stops the deadlines; open accesses stay in the journal for the next start. */
  stop(): void {
    this.#stopped = true;
    this.#cancelDeadline();
  }

  /** `stored`, only of readings from the device's memory: what the journal knows near their times. */
  #take(readings: readonly Reading[], heardAtMs: number, stored?: readonly Trace[]): Accept {
    const inputs: TracedReading[] = [];
    const unrecognised = [];
    const gaps: NewEvent[] = [];
    for (const reading of readings) {
      switch (reading.kind) {
        case 'identified':
        case 'decided':
        case 'passed':
        case 'gaveUp':
          inputs.push(this.#input(reading, heardAtMs));
          break;
        case 'unrecognised':
          unrecognised.push({ turnstile: this.#options.turnstile.id, atMs: heardAtMs, bytes: reading.bytes });
          break;
        case 'gap':
          gaps.push(this.#gap(reading, heardAtMs));
          break;
        default:
          this.#note(reading);
      }
    }
    const { steps, traces } =
      stored === undefined ? this.#copies.takeLive(inputs) : this.#copies.takeRecovered(inputs, stored);
    const changes = this.#changes(steps);
    return { ...changes, events: [...changes.events, ...gaps], unrecognised, traces };
  }

  #input(reading: AccessReading, heardAtMs: number): TracedReading {
    const { identity, turnstile, unit } = this.#options;
    const deviceAtMs = reading.at === undefined ? undefined : instantOf(reading.at, unit.timezone);
    const moment: Moment = deviceAtMs === undefined ? { heardAtMs } : { heardAtMs, deviceAtMs };
    const credential = reading.credential && {
      kind: reading.credential.kind,
      reference: identity.reference(reading.credential.value),
    };
    const atMs = reading.trace && instantOf(reading.trace.at, unit.timezone);
    const who = credential?.reference ?? reading.person?.externalId ?? '';
    return {
      reading,
      id: identity.eventId(turnstile.id, reading.identity),
      moment,
      ...(credential && { credential }),
      ...(reading.trace &&
        atMs && { trace: { turnstile: turnstile.id, atMs, code: reading.trace.code, who } }),
    };
  }

  #gap(gap: Gap, heardAtMs: number): NewEvent {
    const { agent, unit, turnstile, identity, outbox } = this.#options;
    const event = gapEvent(gap, { agent, unit, turnstile, identity }, heardAtMs);
    return { ...event, webhooks: outbox.wanting(event) };
  }

  #alarms(readings: readonly Reading[]): Promise<void>[] {
    return readings.flatMap((reading) => (reading.kind === 'alarm' ? [this.#options.onAlarm(reading)] : []));
  }

  #note(fact: Exclude<DeviceFact, { kind: 'unrecognised' | 'gap' }>): void {
    const { unit, log, onDevice } = this.#options;
    switch (fact.kind) {
      case 'clock': {
        const deviceMs = instantOf(fact.at, unit.timezone);
        if (deviceMs === undefined) return;
        this.#device = { ...this.#device, clockSkewMs: deviceMs - fact.readAtMs };
        break;
      }
      case 'identity': {
        const { kind: _, ...said } = fact;
        this.#device = { ...this.#device, ...said };
        break;
      }
      case 'alarm':
        log.warn({ code: fact.code, text: fact.text.en }, 'device alarm');
        return;
    }
    onDevice(this.#device);
  }

  /** What the steps of one call leave behind: an access that opened and closed in the same call was never open. */
  #changes(steps: readonly JoinStep[]): Accept & { readonly events: readonly NewEvent[] } {
    const { agent, turnstile, unit, outbox } = this.#options;
    const opened = new Map<string, OpenAccess>();
    const closed = new Map<string, Pick<OpenAccess, 'turnstile' | 'key'>>();
    const events: NewEvent[] = [];
    for (const step of steps) {
      if (step.kind === 'opened') {
        const open = this.#openAccess(step.passage);
        opened.set(open.key, open);
        closed.delete(open.key);
        continue;
      }
      const { key } = step.access;
      opened.delete(key);
      if (step.wasOpen) closed.set(key, { turnstile: turnstile.id, key });
      const event = accessEvent(step.access, { agent, turnstile, unit, device: this.#device });
      events.push({ ...event, webhooks: outbox.wanting(event) });
    }
    return { opened: [...opened.values()], closed: [...closed.values()], events };
  }

  #openAccess(passage: OpenPassage): OpenAccess {
    const { key, deadlineMs } = passage;
    return { turnstile: this.#options.turnstile.id, key, deadlineMs, state: JSON.stringify(passage) };
  }

  async #commit(accept: Accept): Promise<void> {
    this.#armDeadline();
    if (isEmpty(accept)) return;
    const { log, outbox } = this.#options;
    const { duplicates } = await outbox.accept(accept);
    for (const { id, name, access } of accept.events ?? []) {
      if (duplicates.includes(id)) {
        log.debug({ id, name }, 'already known');
      } else if (name === 'giro.lacuna') {
        log.warn({ id }, 'accesses of the device are missing');
      } else {
        const { result, passage, direction } = access ?? {};
        log.info({ id, result, passage, direction }, 'access');
      }
    }
  }

  #armDeadline(): void {
    const { clock, log } = this.#options;
    this.#cancelDeadline();
    const deadlineMs = this.#join.nextDeadlineMs;
    if (deadlineMs === undefined || this.#stopped) return;
    this.#cancelDeadline = clock.after(deadlineMs - clock.now(), () => {
      this.#commit(this.#changes(this.#join.expire(clock.now()))).catch((error: unknown) => {
        log.error({ err: error }, 'an expired access was not recorded');
      });
    });
  }
}

function isEmpty({ cursor, relay: _, ...lists }: Accept): boolean {
  return cursor === undefined && Object.values(lists).every((list) => list.length === 0);
}
