import type { Turnstile } from '../../config/sections/turnstiles.ts';
import { type Clock, sleep } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { TurnstileContext } from '../../drivers/contract/driver.ts';
import type { Reading } from '../../drivers/contract/reading.ts';
import { backoffMs } from '../../drivers/links/backoff.ts';
import type { LinkSource } from '../../drivers/links/link.ts';
import type { Intake } from '../accesses/intake.ts';
import { wallClock } from '../events/moment.ts';
import { MovingCursor } from './cursor.ts';

/** A session that lasts this long, or brings a passage, counts as working: the next failure starts a new outage. */
const ESTABLISHED_MS = 10_000;
/** What a device tells of itself even where the session then fails: it proves nothing. */
const FACTS: ReadonlySet<Reading['kind']> = new Set(['clock', 'identity', 'alarm', 'gap']);
/** How often a lasting failure is logged again. */
const REMINDER_MS = 3_600_000;

export interface SessionState {
  readonly state: 'online' | 'offline';
  /** Why it is offline; absent after an orderly stop. */
  readonly problem?: { readonly code: string; readonly detail: string };
  /** Unix ms since which no session has held, though connections may come and go; absent while all is well. */
  readonly outageSinceMs?: number;
}

export interface TurnstileOptions {
  readonly turnstile: Turnstile;
  /** IANA zone of its unit. */
  readonly timezone: string;
  /** Asks for decisions outside. */
  readonly decide?: TurnstileContext<unknown>['decide'];
  readonly source: LinkSource;
  readonly intake: Pick<Intake, 'record' | 'recordAt'>;
  /** The committed collection cursor of the last run. */
  readonly position: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1, for the jitter of the back-off. */
  readonly random: () => number;
  readonly onState: (state: SessionState) => void;
}

/**
 * Keeps one turnstile connected: opens its link, runs its driver on it, and starts again with back-off when either
 * ends. Resolves when `signal` aborts; never throws for what a device does.
 */
export async function keepConnected(options: TurnstileOptions, signal: AbortSignal): Promise<void> {
  const { source, turnstile, clock, random } = options;
  const cursor = new MovingCursor(options.position);
  const outage = new Outage(options);
  try {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await session(options, cursor, outage, signal);
      } catch (error) {
        if (signal.aborted) break;
        outage.failed(error);
      }
      if (outage.takeRecovered()) attempt = 0;
      // Rejects only when the signal aborts, which ends the loop.
      await sleep(clock, backoffMs(attempt, random, turnstile.driver.link?.longestWaitMs), signal).catch(
        () => undefined,
      );
    }
  } finally {
    await source.close();
    outage.stopped();
  }
}

async function session(
  { turnstile, timezone, decide, source, intake, clock, log }: TurnstileOptions,
  cursor: MovingCursor,
  outage: Outage,
  signal: AbortSignal,
): Promise<void> {
  const link = await source.open(signal);
  outage.connected(link.peer);
  const cancel = clock.after(ESTABLISHED_MS, () => outage.established());
  const noticed = (readings: readonly Reading[]): void => {
    if (readings.some(({ kind }) => !FACTS.has(kind))) outage.established();
  };
  try {
    await turnstile.driver.run({
      id: turnstile.id,
      options: turnstile.options,
      link,
      clock,
      log,
      localTime: (atMs) => wallClock(atMs, timezone),
      ...(decide && { decide }),
      signal,
      cursor,
      record: (...readings) => {
        noticed(readings);
        return intake.record(...readings);
      },
      recordAt: (position, ...readings) => {
        noticed(readings);
        return cursor.moveTo(position, () => intake.recordAt(position, ...readings));
      },
    });
  } finally {
    cancel();
    link.close();
  }
  if (!signal.aborted) throw new GiroError('LINK_LOST', `${link.peer} closed the connection`);
}

/**
 * What is said about a turnstile that is not connected: one line when it begins, one an hour, one when it ends. A
 * device that accepts connections and fails each one stays in the same outage until a session holds.
 */
class Outage {
  readonly #options: TurnstileOptions;
  /** When the outage began, Unix ms; undefined while all is well. */
  #sinceMs: number | undefined;
  #saidAtMs = 0;
  #recovered = false;

  constructor(options: TurnstileOptions) {
    this.#options = options;
  }

  connected(peer: string): void {
    const { log, onState } = this.#options;
    log.debug({ peer }, 'link up');
    if (this.#sinceMs === undefined) this.established();
    else onState({ state: 'online', outageSinceMs: this.#sinceMs });
  }

  established(): void {
    const { clock, log, onState } = this.#options;
    if (this.#recovered) return;
    this.#recovered = true;
    onState({ state: 'online' });
    if (this.#sinceMs === undefined) log.info({}, 'turnstile online');
    else log.info({ offlineMs: clock.now() - this.#sinceMs }, 'turnstile online again');
    this.#sinceMs = undefined;
  }

  failed(error: unknown): void {
    const { clock, log, onState } = this.#options;
    const nowMs = clock.now();
    const code = error instanceof GiroError ? error.code : 'INTERNAL';
    const detail = error instanceof Error ? error.message : String(error);
    onState({ state: 'offline', problem: { code, detail }, outageSinceMs: this.#sinceMs ?? nowMs });
    if (this.#sinceMs === undefined) {
      this.#sinceMs = nowMs;
      this.#saidAtMs = nowMs;
      // An error that is not ours is a fault of the driver: its stack is needed.
      log.warn({ code, detail, ...(error instanceof GiroError ? {} : { err: error }) }, 'turnstile offline');
    } else if (nowMs - this.#saidAtMs >= REMINDER_MS) {
      this.#saidAtMs = nowMs;
      log.warn({ code, detail, offlineMs: nowMs - this.#sinceMs }, 'turnstile still offline');
    } else {
      log.debug({ code, detail }, 'turnstile not connected');
    }
  }

  stopped(): void {
    this.#options.onState({ state: 'offline' });
  }

  /** Whether the session that just ended had worked; asked once per session. */
  takeRecovered(): boolean {
    const recovered = this.#recovered;
    this.#recovered = false;
    return recovered;
  }
}
