import type { Logger } from '../base/log.ts';
import { type Decoded, FrameDecoder } from './codec.ts';
import { type Message, parseMessage } from './messages.ts';

/** How long an unfinished frame is waited for (henry.md 4, rule 4). */
export const UNFINISHED_MS = 2000;

/** One direction of a connection: bytes in, messages out, everything thrown away logged without its content. */
export class Ear {
  readonly #decoder: FrameDecoder;
  readonly #log: Logger;
  #discardedBytes = 0;

  constructor(maxFrameBytes: number, log: Logger) {
    this.#decoder = new FrameDecoder(maxFrameBytes);
    this.#log = log;
  }

  /** Whether a frame has begun and not ended; after 2 s of silence it is to be given up. */
  get isWaiting(): boolean {
    return this.#decoder.pendingBytes > 0;
  }

  /** Whether bytes came that were no message, the unfinished ones included. */
  get hasHeardNoise(): boolean {
    return this.#discardedBytes > 0 || this.isWaiting;
  }

  hear(bytes: Uint8Array): Message[] {
    return this.#messages(this.#decoder.push(bytes));
  }

  /** Gives up an unfinished frame; messages may have been behind its false start. */
  giveUp(): Message[] {
    return this.#messages(this.#decoder.expire());
  }

  #messages(decoded: readonly Decoded[]): Message[] {
    return decoded.flatMap((part) => {
      if (part.kind === 'discarded') {
        this.#discardedBytes += part.bytes.length;
        this.#log.debug({ why: part.why, bytes: part.bytes.length }, 'bytes discarded');
        return [];
      }
      const message = parseMessage(part.payload);
      if (message === undefined) {
        this.#discardedBytes += part.payload.length;
        this.#log.warn({ bytes: part.payload.length }, 'frame holds no message');
      }
      return message ?? [];
    });
  }
}
