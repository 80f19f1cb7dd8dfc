import type { Clock } from '../../drivers/base/clock.ts';

const MINUTE_MS = 60_000;

interface RateOptions {
  /** Requests a minute; undefined without a limit of one's own. */
  readonly perMinute: number | undefined;
  readonly clock: Clock;
  /** A request may go again. */
  readonly onReady: () => void;
}

/**
 * A token bucket: at most so many requests a minute, evenly spread, with at most one second's worth at once. The
 * receiver's own limit (`WebHook-Allowed-Rate`, requests a minute, CloudEvents webhooks 4.2) counts where it is lower.
 */
export class Rate {
  readonly #options: RateOptions;
  #allowed: number | undefined;
  #tokens = 1;
  #filledAtMs: number;
  #cancelWait: (() => void) | undefined;

  constructor(options: RateOptions) {
    this.#options = options;
    this.#filledAtMs = options.clock.monotonic();
  }

  /** What an answer allows from now on; `*` lifts it, anything that is no whole number from 1 on is ignored. */
  allow(header: string | undefined): void {
    const value = header?.trim();
    if (value === '*') {
      this.#allowed = undefined;
    } else if (value !== undefined && /^[1-9]\d{0,8}$/.test(value)) {
      this.#fill();
      this.#allowed = Number(value);
    }
  }

  /** Whether a request may go now; if not, `onReady` is called when one may. */
  get isReady(): boolean {
    const perMinute = this.#perMinute;
    if (perMinute === undefined) {
      return true;
    }
    this.#fill();
    if (this.#tokens >= 1) {
      return true;
    }
    const waitMs = Math.ceil(((1 - this.#tokens) * MINUTE_MS) / perMinute);
    this.#cancelWait ??= this.#options.clock.after(waitMs, () => {
      this.#cancelWait = undefined;
      this.#options.onReady();
    });
    return false;
  }

  /** A request goes. */
  spend(): void {
    this.#fill();
    this.#tokens -= 1;
  }

  stop(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  get #perMinute(): number | undefined {
    const { perMinute } = this.#options;
    return this.#allowed === undefined ? perMinute : Math.min(this.#allowed, perMinute ?? this.#allowed);
  }

  #fill(): void {
    const nowMs = this.#options.clock.monotonic();
    const passedMs = nowMs - this.#filledAtMs;
    this.#filledAtMs = nowMs;
    const perMinute = this.#perMinute;
    const most = perMinute === undefined ? 1 : Math.max(1, perMinute / 60);
    const gained = perMinute === undefined ? most : (passedMs * perMinute) / MINUTE_MS;
    this.#tokens = Math.min(most, this.#tokens + gained);
  }
}
