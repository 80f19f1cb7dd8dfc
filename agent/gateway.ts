import type { Configuration } from '../config/configuration.ts';
import type { Clock } from '../drivers/clock.ts';
import type { GiroError } from '../drivers/errors.ts';
import { loadIdentity } from './accesses/identity.ts';
import type { TurnstileSample } from './alarms/conditions.ts';
import { watchInstallation } from './alarms/installation.ts';
import { Operator } from './control/operator.ts';
import { ControlServer } from './control/server.ts';
import { Dispatcher } from './delivery/dispatch.ts';
import { interested, targetsOf } from './delivery/targets.ts';
import { renderingsOf } from './formats/render.ts';
import { Journal } from './journal/journal.ts';
import { requireNotMoved } from './moving/moved.ts';
import { Panel } from './panel/panel.ts';
import type { Installation, Part } from './part.ts';
import { Roster } from './turnstiles/roster.ts';
import { Upkeep } from './upkeep/upkeep.ts';
import { version } from './version.ts';
import { Wires } from './watch/wire.ts';

/** How long a stop waits for requests in flight; what is cut off is sent again with the same id. */
const STOP_GRACE_MS = 3_000;

interface Beginning {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Installation['log'];
}

/** The composition root: builds the parts from the configuration, starts and stops them in order. */
export class Gateway {
  readonly #journal: Journal;
  readonly #parts: readonly Part[];
  readonly #panel: Panel;
  readonly #started: Part[] = [];
  #configuration: Configuration;

  private constructor({ configuration, clock, log }: Beginning, journal: Journal) {
    const { data, id } = configuration.agent;
    this.#configuration = configuration;
    this.#journal = journal;
    const panel = new Panel({ configuration: () => this.#configuration, clock, log });
    this.#panel = panel;
    const dispatcher = new Dispatcher({
      journal: panel.observing(journal),
      clock,
      log,
      random: Math.random,
      version,
      webhooks: targetsOf(configuration.webhooks),
    });
    const installation: Installation = {
      configuration: () => this.#configuration,
      webhooksFor: (event) => interested(this.#configuration.webhooks, event),
      clock,
      log,
      journal,
      async accept(accept) {
        const accepted = await journal.accept(accept);
        panel.accepted((accept.events ?? []).filter((event) => !accepted.duplicates.includes(event.id)));
        return accepted;
      },
      identity: loadIdentity(data, id),
      dispatcher,
      wires: new Wires(clock),
    };
    const operator = new Operator({
      ...installation,
      onDiscarded: (count) => panel.tallies.drop('operator', count),
    });
    const roster = new Roster(installation, (...alarm) => alarms.deviceAlarm(...alarm));
    const turnstiles = (): readonly TurnstileSample[] => roster.samples;
    const upkeep = new Upkeep({ ...installation, turnstiles });
    const alarms = watchInstallation({
      ...installation,
      turnstiles,
      others: (nowMs) => upkeep.conditions(nowMs),
    });
    this.#parts = [
      {
        start: () => dispatcher.start(journal.state),
        apply: ({ webhooks }) => dispatcher.apply(targetsOf(webhooks)),
        stop: () => dispatcher.stop(STOP_GRACE_MS),
      },
      alarms,
      upkeep,
      controlPart(data, { operator, log }),
      roster,
      {
        start: () => panel.start({ journal, dispatcher, operator, turnstiles: () => roster.now }),
        apply: (next) => panel.apply(next),
        stop: () => panel.stop(),
      },
    ];
  }

  /**
   * Opens the journal, then delivers what it holds, then listens to the turnstiles.
   * @throws {GiroError} JOURNAL_LOCKED, JOURNAL_NEWER, JOURNAL_FAILED, KEY_UNUSABLE, INSTALLATION_MOVED.
   */
  static async start(beginning: Beginning): Promise<Gateway> {
    const { configuration, clock, log } = beginning;
    const { data } = configuration.agent;
    requireNotMoved(data);
    const renderings = renderingsOf(configuration);
    const journal = await Journal.open(data, { clock, log, renderings });
    let gateway: Gateway | undefined;
    try {
      gateway = new Gateway(beginning, journal);
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

  /** Follows a checked configuration of the same installation, and leaves alone what it does not change. */
  async apply(configuration: Configuration): Promise<void> {
    this.#journal.render(renderingsOf(configuration));
    this.#configuration = configuration;
    await Promise.all(this.#parts.map((part) => part.apply?.(configuration)));
  }

  /** Stops hearing, finishes what was heard, finishes requests in flight, and closes the journal. */
  async stop(): Promise<void> {
    for (const part of this.#started.toReversed()) await part.stop();
    await this.#journal.close();
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
