import { isDeepStrictEqual } from 'node:util';
import type { Configuration, Unit } from '../../config/configuration.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Part } from '../base/part.ts';
import type { Installation } from '../delivery/installation.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import { type Configured, type Hardware, type Past, type RaiseAlarm, RunningTurnstile } from './running.ts';

/** How long a turnstile that is switched off holds up what waits for the links. */
const LINKS_WAIT_MS = 1_000;

/** The configured turnstiles, each with its session. A change of the configuration leaves the links alone that it does not change. */
export class Roster implements Part {
  readonly #installation: Installation & Hardware;
  readonly #onAlarm: RaiseAlarm;
  readonly #running = new Map<string, RunningTurnstile>();
  /** What each turnstile that does not run left behind. */
  readonly #past: Map<string, Past>;

  constructor(installation: Installation & Hardware, onAlarm: RaiseAlarm) {
    this.#installation = installation;
    this.#onAlarm = onAlarm;
    this.#past = pastOf(installation);
  }

  /** Where each of them stands. */
  get standings(): readonly TurnstileStanding[] {
    return [...this.#running.values()].map(({ standing }) => standing);
  }

  /** Resolves when every link that we open to a device was opened or failed for the first time, or takes its time. */
  async linksTried(): Promise<void> {
    const tried = Promise.all([...this.#running.values()].map((running) => running.tried));
    await new Promise<void>((resolve) => {
      const cancel = this.#installation.clock.after(LINKS_WAIT_MS, resolve);
      void tried.then(() => {
        cancel();
        resolve();
      });
    });
  }

  start(): void {
    this.enter(this.#installation.configuration());
  }

  async leave(configuration: Configuration): Promise<void> {
    const wanted = new Map(configuredIn(configuration).map((each) => [each.turnstile.id, each]));
    await Promise.all(
      [...this.#running].map(async ([id, running]) => {
        const now = wanted.get(id);
        if (now !== undefined && sharesLink(now, running.configured)) return running.describe(now);
        this.#past.set(id, await running.stop());
        this.#running.delete(id);
        if (now === undefined) await running.conclude();
      }),
    );
  }

  enter(configuration: Configuration): void {
    for (const configured of configuredIn(configuration)) {
      if (!this.#running.has(configured.turnstile.id)) this.#start(configured);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => running.stop()));
  }

  #start(configured: Configured): void {
    const { id } = configured.turnstile;
    const running = new RunningTurnstile(configured, this.#past.get(id) ?? {}, {
      ...this.#installation,
      onAlarm: this.#onAlarm,
    });
    this.#running.set(id, running);
  }
}

function configuredIn({ turnstiles, units, agent }: Configuration): Configured[] {
  return turnstiles.map((turnstile) => ({
    turnstile,
    unit: unitOf(turnstile, units),
    agent: agent.name,
  }));
}

function unitOf(turnstile: Turnstile, units: readonly Unit[]): Unit {
  const unit = units.find(({ id }) => id === turnstile.unit);
  if (unit === undefined)
    throw new TypeError(`unit ${turnstile.unit} is missing from a checked configuration`);
  return unit;
}

/** Whether a session of one serves the other as well: they differ at most in what bodies say. */
function sharesLink(one: Configured, other: Configured): boolean {
  return isDeepStrictEqual(linkOf(one), linkOf(other));
}

function linkOf({ turnstile, unit }: Configured): object {
  const { driver, address, tap, swapDirection, options } = turnstile;
  return { driver: driver.name, address, tap, swapDirection, options, timezone: unit.timezone };
}

function pastOf({ journal }: Installation): Map<string, Past> {
  const { turnstiles, openAccesses, cursors } = journal.state;
  const ids = [turnstiles, openAccesses, cursors].flatMap((list) => list.map(({ turnstile }) => turnstile));
  return new Map(
    ids.map((id) => [
      id,
      {
        state: turnstiles.find(({ turnstile }) => turnstile === id),
        open: openAccesses.filter(({ turnstile }) => turnstile === id),
        position: cursors.find(({ turnstile }) => turnstile === id)?.position,
      },
    ]),
  );
}
