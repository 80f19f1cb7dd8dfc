import type { Configuration } from '../config/configuration.ts';
import type { GiroError } from '../drivers/base/errors.ts';
import type { Part } from './base/part.ts';
import { version } from './base/version.ts';
import { FeedNews } from './cloud/feed/news.ts';
import { feedPart } from './cloud/feed/part.ts';
import { RelayHealth } from './cloud/relay/health.ts';
import { relayPart } from './cloud/relay/part.ts';
import { Operator } from './control/operator.ts';
import { type ConfigurationState, Reload, type Reloaded } from './control/reload.ts';
import { ControlServer } from './control/server.ts';
import { Dispatcher } from './delivery/dispatch.ts';
import type { Installation } from './delivery/installation.ts';
import { Outbox } from './delivery/outbox.ts';
import { targetsOf } from './delivery/targets.ts';
import { isInstalled, loadIdentity } from './events/identity.ts';
import { renderingsOf } from './events/render.ts';
import { Signals } from './events/signals.ts';
import { isOnline, type TurnstileStanding } from './events/turnstile-standing.ts';
import { Journal } from './journal/journal.ts';
import { requireNotMoved } from './journal/moved.ts';
import { Panel } from './panel/panel.ts';
import { Roster } from './turnstiles/roster.ts';
import type { Hardware } from './turnstiles/running.ts';
import type { Taps } from './turnstiles/taps.ts';
import { Wires } from './turnstiles/wire.ts';
import { watchInstallation } from './upkeep/alarms/installation.ts';
import { Upkeep } from './upkeep/upkeep.ts';

/** How long a stop waits for requests in flight; what is cut off is sent again with the same id. */
const STOP_GRACE_MS = 3_000;

/** What a gateway is made of. */
export interface GatewayParts extends Pick<Installation, 'clock' | 'log'>, Pick<Hardware, 'taps'> {
  readonly configuration: Configuration;
  /** What `${env:NAME}` of the file means when it is read again; the environment of the process without it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The composition root: builds the parts from the configuration, starts and stops them in order. */
export class Gateway {
  readonly #journal: Journal;
  readonly #taps: Taps;
  readonly #parts: readonly Part[];
  readonly #panel: Panel;
  readonly #roster: Roster;
  readonly #reload: Reload;
  readonly #dispatcher: Dispatcher;
  readonly #started: Part[] = [];
  #configuration: Configuration;
  #upkept: Promise<void> = Promise.resolve();

  private constructor(
    { configuration, env = process.env, clock, log, taps }: GatewayParts,
    journal: Journal,
  ) {
    const { data, id } = configuration.agent;
    this.#configuration = configuration;
    this.#journal = journal;
    this.#taps = taps;
    const inForce = (): Configuration => this.#configuration;
    const signals = new Signals(log);
    const news = new FeedNews(clock);
    signals.on('fed', (units) => news.tell(units));
    const panel = new Panel({ configuration: inForce, clock, log }, signals);
    this.#panel = panel;
    const dispatcher = new Dispatcher({
      journal: panel.observing(journal),
      clock,
      log,
      random: Math.random,
      version,
      webhooks: targetsOf(configuration.webhooks),
    });
    this.#dispatcher = dispatcher;
    const installation: Installation & Hardware = {
      configuration: inForce,
      clock,
      log,
      journal,
      signals,
      outbox: new Outbox({ configuration: inForce, journal, dispatcher, signals }),
      identity: loadIdentity(data, clock.now(), id),
      dispatcher,
      wires: new Wires(clock),
      taps,
    };
    this.#reload = new Reload({ ...installation, env, apply: (next) => this.#apply(next) });
    const alarms = watchInstallation(installation);
    const roster = new Roster(installation, (...alarm) => alarms.deviceAlarm(...alarm));
    this.#roster = roster;
    const turnstiles = (): readonly TurnstileStanding[] => roster.standings;
    const upkeep = new Upkeep({ ...installation, turnstiles });
    const relayHealth = new RelayHealth();
    alarms.watch({
      turnstiles,
      others: (nowMs) => [...upkeep.conditions(nowMs), ...relayHealth.conditions(nowMs)],
    });
    const operator = new Operator({ ...installation, reload: this.#reload, turnstiles });
    this.#parts = [
      {
        start: () => dispatcher.start(journal.state),
        enter: ({ webhooks }) => dispatcher.apply(targetsOf(webhooks)),
        stop: () => dispatcher.stop(STOP_GRACE_MS),
      },
      alarms,
      {
        start: () => upkeep.start(),
        enter: (next) => upkeep.apply(next),
        stop: () => {
          this.#upkept = upkeep.stop();
        },
      },
      controlPart(data, { operator, log }),
      roster,
      relayPart(installation, relayHealth),
      feedPart(installation, news),
      this.#reload,
      {
        start: () =>
          panel.start(
            {
              ...{ journal, dispatcher, operator, wires: installation.wires },
              turnstiles,
              configurationState: () => this.#reload.state,
            },
            this.linksTried(),
          ),
        leave: (next) => panel.leave(next),
        enter: (next) => panel.enter(next),
        stop: () => panel.stop(),
      },
    ];
  }

  /**
   * Opens the journal, then delivers what it holds, then listens to the turnstiles.
   * @throws {GiroError} JOURNAL_LOCKED, JOURNAL_FAILED, KEY_UNUSABLE, INSTALLATION_MOVED.
   */
  static async start(parts: GatewayParts): Promise<Gateway> {
    const { configuration, clock, log } = parts;
    const { data } = configuration.agent;
    requireNotMoved(data);
    const renderings = renderingsOf(configuration);
    const wasInUse = isInstalled(data);
    const journal = await Journal.open(data, { clock, log, renderings, wasInUse });
    let gateway: Gateway | undefined;
    try {
      gateway = new Gateway(parts, journal);
      await gateway.#start();
      return gateway;
    } catch (error) {
      await (gateway?.stop() ?? journal.close());
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

  /** Resolves when every link that we open to a device was opened or failed for the first time, after 1 s at the latest. */
  linksTried(): Promise<void> {
    return this.#roster.linksTried();
  }

  /** How many turnstiles there are, and how many of them have a session that holds. */
  get turnstiles(): { readonly all: number; readonly online: number } {
    const all = this.#roster.standings;
    const online = all.filter(isOnline);
    return { all: all.length, online: online.length };
  }

  /** Resolves when the journal's writer and the taps answered, with what stands still though nothing makes it wait, if anything does. */
  async pulse(): Promise<string | undefined> {
    await Promise.all([this.#journal.answer(), this.#taps.answer()]);
    return this.#dispatcher.stall;
  }

  /** Which configuration is in force, and why the file as it was saved is not. */
  get configurationState(): ConfigurationState {
    return this.#reload.state;
  }

  /** Reads the configuration file again, as after every save. */
  reload(): Promise<Reloaded> {
    return this.#reload.reload();
  }

  /** Follows a checked configuration of the same installation, and leaves alone what it does not change. */
  async #apply(configuration: Configuration): Promise<void> {
    this.#journal.render(renderingsOf(configuration));
    this.#configuration = configuration;
    await Promise.all(this.#parts.map(async (part) => part.leave?.(configuration)));
    await Promise.all(this.#parts.map(async (part) => part.enter?.(configuration)));
  }

  /** Stops hearing, finishes what was heard, finishes requests in flight, and closes the journal. */
  async stop(): Promise<void> {
    for (const part of this.#started.toReversed()) await part.stop();
    await this.#journal.close();
    await this.#upkept; // while the disk refuses, only the end of the journal ends it
  }

  async #start(): Promise<void> {
    for (const part of this.#parts) {
      this.#started.push(part);
      await part.start();
    }
  }
}

function controlPart(...at: Parameters<typeof ControlServer.open>): Part {
  let server: ControlServer | undefined;
  return {
    async start() {
      server = await ControlServer.open(...at);
    },
    async stop() {
      await server?.close();
    },
  };
}
