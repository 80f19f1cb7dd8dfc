import { createHash } from 'node:crypto';
import type { Configuration, Turnstile, Webhook } from '../config/configuration.ts';
import type { Clock } from '../drivers/clock.ts';
import type { GiroError } from '../drivers/errors.ts';
import { createLinkSource } from '../drivers/links/open.ts';
import type { Logger } from '../drivers/log.ts';
import { type Identity, isInstalled, loadIdentity } from './accesses/identity.ts';
import { Intake } from './accesses/intake.ts';
import { rereadKeptLines } from './accesses/reread.ts';
import { watchInstallation } from './alarms/installation.ts';
import type { AlarmWatch } from './alarms/watch.ts';
import { Operator } from './control/operator.ts';
import { ControlServer } from './control/server.ts';
import { Dispatcher } from './delivery/dispatch.ts';
import { serveFeed } from './feed/feed.ts';
import { FeedNews } from './feed/news.ts';
import { renderingOf } from './formats/render.ts';
import { Journal } from './journal/journal.ts';
import { type Accept, FEED, type NewEvent } from './journal/records.ts';
import { requireNotMoved } from './moving/moved.ts';
import { Panel } from './panel/panel.ts';
import { runRelays } from './relay/relays.ts';
import { createDecider } from './turnstiles/decide.ts';
import { TurnstileReport } from './turnstiles/report.ts';
import { isTapped, type Taps } from './turnstiles/taps.ts';
import { keepConnected, type SessionState } from './turnstiles/turnstile.ts';
import { Upkeep } from './upkeep/upkeep.ts';
import { version } from './version.ts';
import { Wires } from './watch/wire.ts';

/** How long a stop waits for requests in flight; what is cut off is sent again with the same id. */
const STOP_GRACE_MS = 3_000;
/** Giro's own events go to a webhook only if its `events` names them. */
const OWN: ReadonlySet<NewEvent['name']> = new Set(['giro.alerta', 'giro.lacuna', 'giro.resumo']);

/** What a gateway is made of. */
export interface GatewayParts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Logger & { child(bindings: object): Logger };
  /** They may pass on already; from now on they are heard. */
  readonly taps: Taps;
}

/** The composition root: builds the parts from the configuration, starts and stops them in order. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #journal: Journal;
  readonly #dispatcher: Dispatcher;
  readonly #identity: Identity;
  readonly #stopping = new AbortController();
  readonly #intakes: Intake[] = [];
  readonly #reports: TurnstileReport[] = [];
  readonly #alarms: AlarmWatch;
  readonly #upkeep: Upkeep;
  readonly #panel: Panel;
  readonly #wires: Wires;
  #sessions: Promise<void>[] = [];
  #control: ControlServer | undefined;

  private constructor(parts: GatewayParts, journal: Journal, identity: Identity) {
    const { configuration, clock, log } = parts;
    this.#parts = parts;
    this.#journal = journal;
    this.#identity = identity;
    this.#panel = new Panel(parts);
    this.#wires = new Wires(clock);
    this.#dispatcher = new Dispatcher({
      journal: this.#panel.observing(journal),
      clock,
      log,
      random: Math.random,
      version,
      webhooks: configuration.webhooks.filter(({ active }) => active).map(target),
    });
    const installation = {
      ...parts,
      journal,
      identity,
      dispatcher: this.#dispatcher,
      turnstiles: () => this.#reports.map((report) => report.sample),
      webhooksFor: (event: Pick<NewEvent, 'name' | 'unit'>) => interested(configuration, event),
    };
    this.#upkeep = new Upkeep(installation);
    this.#alarms = watchInstallation({
      ...installation,
      others: (nowMs) => this.#upkeep.conditions(nowMs),
    });
  }

  /**
   * Opens the journal, then delivers what it holds, then listens to the turnstiles.
   * @throws {GiroError} JOURNAL_LOCKED, JOURNAL_NEWER, JOURNAL_FAILED, KEY_UNUSABLE, INSTALLATION_MOVED.
   */
  static async start(parts: GatewayParts): Promise<Gateway> {
    const { configuration, clock, log } = parts;
    const { data, id } = configuration.agent;
    requireNotMoved(data);
    const renderings = new Map(
      configuration.webhooks.map((webhook) => [webhook.id, renderingOf(webhook, configuration.units)]),
    );
    const wasInUse = isInstalled(data);
    const news = new FeedNews(clock);
    const onFed = (units: readonly string[]): void => news.tell(units);
    const journal = await Journal.open(data, { clock, log, renderings, wasInUse, onFed });
    try {
      const gateway = new Gateway(parts, journal, loadIdentity(data, clock.now(), id));
      gateway.#dispatcher.start(journal.state);
      gateway.#alarms.start();
      gateway.#upkeep.start();
      const operator = new Operator({
        ...{ journal, configuration, clock },
        ...{ dispatcher: gateway.#dispatcher, identity: gateway.#identity, wires: gateway.#wires },
        onDiscarded: (count) => gateway.#panel.tallies.drop('operator', count),
      });
      gateway.#control = await ControlServer.open(data, { operator, log });
      gateway.#sessions = configuration.turnstiles.map((turnstile) => gateway.#connect(turnstile));
      gateway.#sessions.push(gateway.#relay(), gateway.#feed(news));
      gateway.#panel.start({
        journal,
        dispatcher: gateway.#dispatcher,
        operator,
        turnstiles: () => gateway.#reports.map((report) => report.now),
      });
      return gateway;
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  /** Resolves when the gateway can no longer go on: the process should end and be started again. */
  get failed(): Promise<GiroError> {
    return this.#journal.failed;
  }

  /** Where the panel can be opened; undefined when it is off or could not start. */
  get panelUrl(): Promise<string | undefined> {
    return this.#panel.url;
  }

  /** Resolves when every link that we open to a device was opened or failed for the first time. */
  get linksTried(): Promise<void> {
    const opened = this.#parts.configuration.turnstiles.filter(
      ({ address }) => address.kind !== 'tcp-listen',
    );
    const reports = this.#reports.filter(({ sample }) => opened.some(({ id }) => id === sample.turnstile));
    return Promise.all(reports.map(({ tried }) => tried)).then(() => undefined);
  }

  /** How many turnstiles there are, and how many of them have a session that holds. */
  get turnstiles(): { readonly all: number; readonly online: number } {
    const online = this.#reports.filter(({ sample }) => sample.outageSinceMs === undefined).length;
    return { all: this.#reports.length, online };
  }

  /** Resolves when the journal's writer answered, with what stands still though nothing makes it wait, if anything does. */
  async pulse(): Promise<string | undefined> {
    await this.#journal.answer();
    return this.#dispatcher.stall;
  }

  /** Stops hearing, finishes what was heard, finishes requests in flight, and closes the journal. */
  async stop(): Promise<void> {
    this.#alarms.stop();
    this.#stopping.abort();
    const upkept = this.#upkeep.stop();
    await this.#panel.stop();
    await this.#control?.close();
    await Promise.all(this.#sessions);
    for (const intake of this.#intakes) intake.stop();
    await this.#dispatcher.stop(STOP_GRACE_MS);
    await this.#journal.close();
    await upkept; // while the disk refuses, only the end of the journal ends it
  }

  async #accept(accept: Accept) {
    const accepted = await this.#journal.accept(accept);
    this.#panel.accepted((accept.events ?? []).filter(({ id }) => !accepted.duplicates.includes(id)));
    return accepted;
  }

  #relay(): Promise<void> {
    const { clock, log, configuration } = this.#parts;
    return runRelays(
      configuration.relay,
      {
        ...{ clock, log, random: Math.random, units: configuration.units, agent: configuration.agent.name },
        ...{ identity: this.#identity, journal: this.#journal },
        accept: (accept) => this.#accept(accept),
        webhooksFor: (event) => interested(configuration, event),
        onAccepted: (deliveries) => this.#dispatcher.offer(deliveries),
      },
      this.#stopping.signal,
    );
  }

  async #feed(news: FeedNews): Promise<void> {
    const { clock, log, configuration } = this.#parts;
    const { feed, units, agent } = configuration;
    if (feed === undefined) return;
    const parts = { feed, units: units.map(({ id }) => id), data: agent.data, journal: this.#journal };
    await serveFeed({ ...parts, news, clock, log, random: Math.random }, this.#stopping.signal);
  }

  async #connect(configured: Turnstile): Promise<void> {
    const turnstile = this.#wires.watchable(configured);
    const { clock, configuration } = this.#parts;
    const log = this.#parts.log.child({ turnstile: turnstile.id });
    const stored = this.#journal.state.turnstiles.find((state) => state.turnstile === turnstile.id);
    const report = new TurnstileReport(turnstile, stored, clock, (state) => {
      this.#journal.mark({ kind: 'turnstile', state }).catch((error: unknown) => {
        log.error({ err: error }, 'the state of a turnstile was not stored');
      });
    });
    this.#reports.push(report);
    const unit = configuration.units.find(({ id }) => id === turnstile.unit);
    if (unit === undefined)
      throw new TypeError(`unit ${turnstile.unit} is missing from a checked configuration`);
    const intake = new Intake({
      turnstile,
      unit,
      agent: configuration.agent.name,
      identity: this.#identity,
      clock,
      log,
      open: this.#journal.state.openAccesses.filter((open) => open.turnstile === turnstile.id),
      device: report.device,
      accept: (accept) => this.#accept(accept),
      traces: (...near) => this.#journal.traces(...near),
      webhooksFor: (event) => interested(configuration, event),
      onAccepted: (deliveries) => this.#dispatcher.offer(deliveries),
      onDevice: (device) => report.describe(device),
      onAlarm: (alarm) => this.#alarms.deviceAlarm(report.sample, alarm),
    });
    this.#intakes.push(intake);
    const { signal } = this.#stopping;
    rereadKeptLines(turnstile, { journal: this.#journal, intake, log, signal }).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'kept lines were not read again');
    });
    const position = this.#journal.state.cursors.find(
      (cursor) => cursor.turnstile === turnstile.id,
    )?.position;
    const onState = (state: SessionState): void => report.session(state);
    if (isTapped(turnstile)) {
      return this.#parts.taps.keep(turnstile, { intake, position, onState }, signal);
    }
    await keepConnected(
      {
        turnstile,
        timezone: unit.timezone,
        decide: createDecider({ turnstile, unit, identity: this.#identity, clock }),
        source: createLinkSource(turnstile.address, { ...turnstile.driver.link, clock, log }),
        intake,
        position,
        clock,
        log,
        random: Math.random,
        onState,
      },
      signal,
    );
  }
}

/** What delivery is given of a webhook. */
function target(webhook: Webhook): ConstructorParameters<typeof Dispatcher>[0]['webhooks'][number] {
  const { pace, ...rest } = webhook;
  return { ...rest, ...pace, fingerprint: fingerprint(webhook) };
}

/** Differs when anything of the webhook's configuration does; from it nothing of that can be read. */
function fingerprint(webhook: Webhook): string {
  return createHash('sha256').update(JSON.stringify(webhook)).digest('hex').slice(0, 16);
}

/** The webhooks that get an event, and the feed; an inactive one (INATIVA) gets nothing, not even later. */
function interested(
  { webhooks, feed }: Pick<Configuration, 'webhooks' | 'feed'>,
  { name, unit }: Pick<NewEvent, 'name' | 'unit'>,
): readonly string[] {
  const isFed = !OWN.has(name) && feed?.consumers.some((consumer) => consumer.unit === unit);
  const wanting = webhooks
    .filter(({ active }) => active)
    .filter(({ events }) => (events === undefined ? !OWN.has(name) : events.some((event) => event === name)))
    .filter(({ units }) => units === undefined || units.includes(unit))
    .map(({ id }) => id);
  return isFed ? [...wanting, FEED] : wanting;
}
