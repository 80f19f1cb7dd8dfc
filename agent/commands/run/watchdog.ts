import type { Clock } from '../../../drivers/base/clock.ts';
import type { Logger } from '../../../drivers/base/log.ts';

interface WatchdogOptions {
  readonly intervalMs: number;
  /** Resolves when the work goes on, with what stands still, if anything does. */
  readonly pulse: () => Promise<string | undefined>;
  readonly feed: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Feeds a watchdog from the work itself: only after a pulse that came back and found nothing standing still. A stalled
 * event loop stops it as well, for its timer runs there.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #cancel: (() => void) | undefined;
  #isPending = false;
  /** Monotonic ms since which it is not fed. */
  #hungrySinceMs: number | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    this.#beat();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #beat(): void {
    const { clock, intervalMs } = this.#options;
    this.#cancel = clock.after(intervalMs, () => this.#beat());
    if (this.#isPending) this.#starve('the thread of the journal, or that of the taps, does not answer');
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isPending = true;
    try {
      const stall = await this.#options.pulse();
      if (stall === undefined) await this.#feed();
      else this.#starve(stall);
    } catch (error) {
      this.#starve(error instanceof Error ? error.message : String(error));
    } finally {
      this.#isPending = false;
    }
  }

  async #feed(): Promise<void> {
    const { clock, log, feed } = this.#options;
    if (this.#hungrySinceMs !== undefined) {
      log.info(
        { hungryMs: Math.round(clock.monotonic() - this.#hungrySinceMs) },
        'the watchdog is fed again',
      );
      this.#hungrySinceMs = undefined;
    }
    await feed();
  }

  #starve(stall: string): void {
    if (this.#hungrySinceMs !== undefined) return;
    this.#hungrySinceMs = this.#options.clock.monotonic();
    this.#options.log.error({ stall }, 'the watchdog is not fed; systemd restarts the gateway if this lasts');
  }
}
