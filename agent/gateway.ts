import { createHash } from 'node:crypto';
import type { Configuration, Turnstile, Webhook } from '../config/configuration.ts';
import type { Clock } from '../drivers/clock.ts';
import type { GiroError } from '../drivers/errors.ts';
import { createLinkSource } from '../drivers/links/open.ts';
import type { Logger } from '../drivers/log.ts';
import { type Identity, loadIdentity } from './accesses/identity.ts';
import { type DeviceDetails, Intake } from './accesses/intake.ts';
import { rereadKeptLines } from './accesses/reread.ts';
import { Dispatcher } from './delivery/dispatch.ts';
import { Journal } from './journal/journal.ts';
import type { NewEvent, TurnstileState } from './journal/records.ts';
import { keepConnected, type SessionState } from './turnstiles/turnstile.ts';
import { version } from './version.ts';

/** How long a stop waits for requests in flight; what is cut off is sent again with the same id. */
const STOP_GRACE_MS = 3_000;

interface Parts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Logger & { child(bindings: object): Logger };
}

/** The composition root: builds the parts from the configuration, starts and stops them in order. */
export class Gateway {
  readonly #parts: Parts;
  readonly #journal: Journal;
  readonly #dispatcher: Dispatcher;
  readonly #identity: Identity;
  readonly #stopping = new AbortController();
  readonly #intakes: Intake[] = [];
  #sessions: Promise<void>[] = [];

  private constructor(parts: Parts, journal: Journal, identity: Identity) {
    const { configuration, clock, log } = parts;
    this.#parts = parts;
    this.#journal = journal;
    this.#identity = identity;
    this.#dispatcher = new Dispatcher({
      journal,
      clock,
      log,
      random: Math.random,
      version,
      webhooks: configuration.webhooks.filter(({ active }) => active).map(target),
    });
  }

  /**
   * Opens the journal, then delivers what it holds, then listens to the turnstiles.
   * @throws {GiroError} JOURNAL_LOCKED, JOURNAL_NEWER, JOURNAL_FAILED, KEY_UNUSABLE.
   */
  static async start(parts: Parts): Promise<Gateway> {
    const { configuration, clock, log } = parts;
    const { data, id } = configuration.agent;
    const journal = await Journal.open(data, { clock, log });
    try {
      const gateway = new Gateway(parts, journal, loadIdentity(data, id));
      gateway.#dispatcher.start(journal.state);
      gateway.#sessions = configuration.turnstiles.map((turnstile) => gateway.#connect(turnstile));
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

  /** Stops hearing, finishes what was heard, finishes requests in flight, and closes the journal. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#sessions);
    for (const intake of this.#intakes) intake.stop();
    await this.#dispatcher.stop(STOP_GRACE_MS);
    await this.#journal.close();
  }

  async #connect(turnstile: Turnstile): Promise<void> {
    const { clock, configuration } = this.#parts;
    const log = this.#parts.log.child({ turnstile: turnstile.id });
    const stored = this.#journal.state.turnstiles.find((state) => state.turnstile === turnstile.id);
    const report = new TurnstileReport(turnstile.id, stored, clock, (state) => {
      this.#journal.mark({ kind: 'turnstile', state }).catch((error: unknown) => {
        log.error({ err: error }, 'the state of a turnstile was not stored');
      });
    });
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
      accept: (accept) => this.#journal.accept(accept),
      webhooksFor: (event) => interested(configuration.webhooks, event),
      onAccepted: (deliveries) => this.#dispatcher.offer(deliveries),
      onDevice: (device) => report.describe(device),
    });
    this.#intakes.push(intake);
    const { signal } = this.#stopping;
    rereadKeptLines(turnstile, { journal: this.#journal, intake, log, signal }).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'kept lines were not read again');
    });
    await keepConnected(
      {
        turnstile,
        source: createLinkSource(turnstile.address, { clock, log }),
        intake,
        position: this.#journal.state.cursors.find((cursor) => cursor.turnstile === turnstile.id)?.position,
        clock,
        log,
        random: Math.random,
        onState: (state) => report.session(state),
      },
      signal,
    );
  }
}

/** What `status` shows of one turnstile: every change goes to the journal whole. */
class TurnstileReport {
  readonly #clock: Clock;
  readonly #store: (state: TurnstileState) => void;
  #state: TurnstileState;

  constructor(
    turnstile: string,
    stored: TurnstileState | undefined,
    clock: Clock,
    store: (state: TurnstileState) => void,
  ) {
    this.#clock = clock;
    this.#store = store;
    this.#state = stored ?? { turnstile, state: 'offline', sinceMs: clock.now() };
  }

  get device(): DeviceDetails {
    const {
      turnstile: _turnstile,
      state: _state,
      sinceMs: _sinceMs,
      problem: _problem,
      ...device
    } = this.#state;
    return device;
  }

  describe(device: DeviceDetails): void {
    this.#state = { ...this.#state, ...device };
    this.#store(this.#state);
  }

  session({ state, problem }: SessionState): void {
    const { problem: before, ...rest } = this.#state;
    if (state === rest.state && problem?.detail === before?.detail) return;
    const sinceMs = state === rest.state ? rest.sinceMs : this.#clock.now();
    this.#state = { ...rest, state, sinceMs, ...(problem === undefined ? {} : { problem }) };
    this.#store(this.#state);
  }
}

/** What delivery is given of a webhook. */
function target(webhook: Webhook): ConstructorParameters<typeof Dispatcher>[0]['webhooks'][number] {
  const { id, url, key, allow, pace } = webhook;
  return { id, url, keys: [key], allow, ...pace, fingerprint: fingerprint(webhook) };
}

/** Differs when anything of the webhook's configuration does; from it nothing of that can be read. */
function fingerprint(webhook: Webhook): string {
  return createHash('sha256').update(JSON.stringify(webhook)).digest('hex').slice(0, 16);
}

/** The webhooks that get an event; an inactive one (INATIVA) gets nothing, not even later. */
function interested(
  webhooks: readonly Webhook[],
  { name, unit }: Pick<NewEvent, 'name' | 'unit'>,
): readonly string[] {
  return webhooks
    .filter(({ active }) => active)
    .filter(({ events }) => events === undefined || events.includes(name))
    .filter(({ units }) => units === undefined || units.includes(unit))
    .map(({ id }) => id);
}
