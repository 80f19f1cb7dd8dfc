import type { Unit } from '../../config/configuration.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Text } from '../../drivers/base/language.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { createLinkSource } from '../../drivers/links/open.ts';
import { Intake } from '../accesses/intake.ts';
import { rereadKeptLines } from '../accesses/reread.ts';
import type { Installation } from '../delivery/installation.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { OpenAccess } from '../journal/records.ts';
import { createDecider } from './decide.ts';
import { TurnstileReport } from './report.ts';
import { isTapped, type Taps } from './taps.ts';
import { keepConnected, type SessionState } from './turnstile.ts';
import type { Wires } from './wire.ts';

/** Takes an alarm that a device reported of itself. Resolves after the commit. */
export type RaiseAlarm = (
  turnstile: Pick<TurnstileStanding, 'turnstile' | 'name'>,
  said: { readonly code: string; readonly text: Text },
) => Promise<void>;

/** What outlives the sessions of all turnstiles. */
export interface Hardware {
  readonly wires: Wires;
  /** They may pass on before the gateway starts; from then on they are heard. */
  readonly taps: Taps;
}

/** A turnstile with what the configuration says around it. */
export interface Configured {
  readonly turnstile: Turnstile;
  readonly unit: Unit;
  /** `agent.name`. */
  readonly agent: string;
}

/** Where a turnstile stood when it last ran. */
export interface Past {
  readonly state?: TurnstileState | undefined;
  readonly open?: readonly OpenAccess[];
  /** The committed collection cursor. */
  readonly position?: string | undefined;
}

interface Surroundings extends Omit<Installation, 'configuration'>, Hardware {
  readonly onAlarm: RaiseAlarm;
}

/** One turnstile while it is configured as it is: its session, its open accesses and what is reported of it. */
export class RunningTurnstile {
  readonly #surroundings: Surroundings;
  readonly #log: Logger;
  readonly #report: TurnstileReport;
  readonly #intake: Intake;
  readonly #stopping = new AbortController();
  readonly #session: Promise<void>;
  #configured: Configured;
  #position: string | undefined;

  /** Connects at once. */
  constructor(configured: Configured, past: Past, surroundings: Surroundings) {
    const { turnstile } = configured;
    const { journal, outbox, identity, clock, log, onAlarm } = surroundings;
    this.#surroundings = surroundings;
    this.#configured = configured;
    this.#position = past.position;
    this.#log = log.child({ turnstile: turnstile.id });
    this.#report = new TurnstileReport(turnstile, past.state, clock, (state) => {
      journal.mark({ kind: 'turnstile', state }).catch((error: unknown) => {
        this.#log.error({ err: error }, 'the state of a turnstile was not stored');
      });
    });
    this.#intake = new Intake({
      ...configured,
      identity,
      clock,
      log: this.#log,
      open: past.open ?? [],
      device: this.#report.device,
      outbox,
      traces: (...near) => journal.traces(...near),
      onDevice: (device) => this.#report.describe(device),
      onAlarm: (alarm) => onAlarm(this.#report.standing, alarm),
    });
    this.#reread();
    this.#session = this.#keep();
  }

  get configured(): Configured {
    return this.#configured;
  }

  /** Resolves when a link that we open to the device was opened or failed for the first time. */
  get tried(): Promise<void> {
    return this.#configured.turnstile.address.kind === 'tcp-listen' ? Promise.resolve() : this.#report.tried;
  }

  get standing(): TurnstileStanding {
    return this.#report.standing;
  }

  /** Follows a configuration that leaves its link as it is: what bodies say from now on. */
  describe(configured: Configured): void {
    this.#configured = configured;
    this.#intake.describe(configured);
    this.#report.rename(configured.turnstile.name);
  }

  /** Ends the session. What it leaves is for whoever takes its place, and in the journal for the next start. */
  async stop(): Promise<Past> {
    this.#stopping.abort();
    await this.#session;
    this.#intake.stop();
    return { state: this.#report.state, open: this.#intake.open, position: this.#position };
  }

  /** Nobody takes its place: open accesses end as they stand. After `stop`; resolves after the commit. */
  async conclude(): Promise<void> {
    await this.#intake.conclude();
  }

  #reread(): void {
    const { journal } = this.#surroundings;
    const { signal } = this.#stopping;
    const log = this.#log;
    rereadKeptLines(this.#configured.turnstile, { journal, intake: this.#intake, log, signal }).catch(
      (error: unknown) => {
        if (!signal.aborted) log.error({ err: error }, 'kept lines were not read again');
      },
    );
  }

  #keep(): Promise<void> {
    const { unit } = this.#configured;
    const { identity, clock, wires, taps } = this.#surroundings;
    const turnstile = wires.watchable(this.#configured.turnstile);
    const { signal } = this.#stopping;
    const common = {
      position: this.#position,
      intake: {
        record: (...readings) => this.#intake.record(...readings),
        recordAt: async (position, ...readings) => {
          await this.#intake.recordAt(position, ...readings);
          this.#position = position;
        },
      } satisfies Pick<Intake, 'record' | 'recordAt'>,
      onState: (state: SessionState): void => this.#report.session(state),
    };
    if (isTapped(turnstile)) return taps.keep(turnstile, common, signal);
    const session = {
      ...common,
      clock,
      log: this.#log,
      turnstile,
      timezone: unit.timezone,
      decide: createDecider({ turnstile, unit, identity, clock }),
      source: createLinkSource(turnstile.address, { ...turnstile.driver.link, clock, log: this.#log }),
      random: Math.random,
    };
    return keepConnected(session, signal);
  }
}
