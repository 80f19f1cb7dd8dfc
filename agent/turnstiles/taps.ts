import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { type TapMaker, TapThread } from '../../drivers/links/tap-thread.ts';
import { TapLine, type TapListener, type TappedTurnstile } from './tap-line.ts';

interface TapsOptions {
  readonly clock: Clock;
  readonly log: Logger & { child(bindings: object): Logger };
  /** Where taps on TCP pass on: a thread of its own without it. */
  readonly thread?: TapMaker;
}

interface OpenTap {
  readonly line: TapLine;
  readonly stopping: AbortController;
  /** Resolves when the line is closed. */
  readonly ended: Promise<void>;
}

/**
 * The taps of an installation. They are apart from the gateway because the door comes first: they pass on before the
 * journal is open, and also while it can't be opened.
 */
export class Taps {
  readonly #clock: Clock;
  readonly #log: TapsOptions['log'];
  readonly #thread: TapMaker;
  readonly #open = new Map<string, OpenTap>();

  constructor({ clock, log, thread = new TapThread() }: TapsOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#thread = thread;
  }

  /** Begins to pass on for each turnstile that has a tap. */
  open(turnstiles: readonly Turnstile[]): void {
    for (const turnstile of turnstiles) {
      if (isTapped(turnstile)) this.#opened(turnstile);
    }
  }

  /** Whether the gym's software can reach a device through one of them. */
  async pass(): Promise<boolean> {
    const passing = await Promise.all([...this.#open.values()].map(({ line }) => line.passes()));
    return passing.includes(true);
  }

  /** Resolves when what they pass on has been dealt with. */
  answer(): Promise<void> {
    return this.#thread.answer();
  }

  /** Has the tap of one turnstile heard, which is opened if it is not yet, until `signal` aborts and it is closed. */
  async keep(turnstile: TappedTurnstile, listener: TapListener, signal: AbortSignal): Promise<void> {
    const { line, stopping, ended } = this.#opened(turnstile);
    line.attach(listener, turnstile.driver);
    signal.addEventListener('abort', () => stopping.abort(), { once: true });
    if (signal.aborted) stopping.abort();
    await ended;
  }

  /** Closes what nobody keeps. */
  async close(): Promise<void> {
    for (const { stopping } of this.#open.values()) stopping.abort();
    await Promise.all([...this.#open.values()].map(({ ended }) => ended));
  }

  #opened(turnstile: TappedTurnstile): OpenTap {
    const { id } = turnstile;
    const before = this.#open.get(id);
    if (before !== undefined) return before;
    const line = new TapLine(turnstile, {
      clock: this.#clock,
      log: this.#log.child({ turnstile: id }),
      thread: this.#thread,
    });
    const stopping = new AbortController();
    const ended = line.run(stopping.signal).finally(() => this.#open.delete(id));
    const opened = { line, stopping, ended };
    this.#open.set(id, opened);
    return opened;
  }
}

export function isTapped(turnstile: Turnstile): turnstile is TappedTurnstile {
  return turnstile.tap !== undefined;
}
