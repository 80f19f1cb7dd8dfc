import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { type Frame, FrameDecoder } from './codec.ts';

/** How often bytes that were thrown away are warned of. */
const WARN_EVERY_MS = 60_000;

/** One direction of a connection: bytes in, frames out, everything thrown away counted and said without its content. */
export class Ear {
  readonly #decoder = new FrameDecoder();
  readonly #clock: Clock;
  readonly #log: Logger;
  #discardedBytes = 0;
  #warnedAtMs: number | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether bytes came that were no frame, the unfinished ones included. */
  get hasHeardNoise(): boolean {
    return this.#discardedBytes > 0 || this.#decoder.pendingBytes > 0;
  }

  hear(bytes: Uint8Array): Frame[] {
    return this.#decoder.push(bytes).flatMap((part) => {
      if (part.kind === 'frame') return part.frame;
      this.#discard(part.why, part.bytes.length);
      return [];
    });
  }

  #discard(why: string, bytes: number): void {
    this.#discardedBytes += bytes;
    this.#log.debug({ why, bytes }, 'bytes discarded');
    const nowMs = this.#clock.now();
    if (this.#warnedAtMs !== undefined && Math.abs(nowMs - this.#warnedAtMs) < WARN_EVERY_MS) return;
    this.#warnedAtMs = nowMs;
    this.#log.warn(
      { discardedBytes: this.#discardedBytes },
      'bytes that are no frame: noise, or another protocol on this port',
    );
  }
}
