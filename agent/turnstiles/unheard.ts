import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';

/** Hours of a busy turnstile. */
const MOST_BYTES = 1 << 20;
/** What one piece takes besides its bytes. */
const PIECE_BYTES = 256;

/**
 * What passed before somebody was there to hear it, to be heard later in its order. Its clock tells the moment that is
 * being heard: a past one while what was kept is made up for.
 */
export class Unheard {
  readonly clock: Clock;
  readonly #log: Logger;
  #pieces: { readonly atMs: number; readonly hear: () => void }[] = [];
  #bytes = 0;
  #isFull = false;
  #pastMs: number | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#log = log;
    this.clock = {
      now: () => this.#pastMs ?? clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, task) => clock.after(delayMs, task),
    };
  }

  /** From 1 MiB on what comes is lost, which the log says. */
  keep(bytes: number, hear: () => void): void {
    if (this.#isFull) return;
    this.#bytes += bytes + PIECE_BYTES;
    if (this.#bytes > MOST_BYTES) {
      this.#isFull = true;
      this.#log.error({}, 'what passes through the tap is kept no longer');
      return;
    }
    this.#pieces.push({ atMs: this.clock.now(), hear });
  }

  makeUp(): void {
    for (const { atMs, hear } of this.#pieces.splice(0)) {
      this.#pastMs = atMs;
      hear();
    }
    this.#pastMs = undefined;
  }
}
