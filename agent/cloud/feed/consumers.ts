import { createHash, timingSafeEqual } from 'node:crypto';
import type { FeedConsumer } from '../../../config/sections/feed.ts';

/** Requests of one consumer that wait at once: streams and long polls. */
const MOST_WAITING = 8;

/** Who may ask, by token. */
export class Consumers {
  readonly #consumers: readonly { readonly consumer: FeedConsumer; readonly hashes: readonly Buffer[] }[];
  readonly #waiting = new Map<string, number>();

  constructor(consumers: readonly FeedConsumer[]) {
    this.#consumers = consumers.map((consumer) => ({
      consumer,
      hashes: consumer.tokens.map((hash) => Buffer.from(hash, 'hex')),
    }));
  }

  /** The consumer that an `authorization` header proves; every token is compared, and in the same time. */
  find(authorization: string | undefined): FeedConsumer | undefined {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const given = createHash('sha256').update(token).digest();
    let found: FeedConsumer | undefined;
    for (const { consumer, hashes } of this.#consumers) {
      for (const hash of hashes) if (timingSafeEqual(hash, given)) found = consumer;
    }
    return found;
  }

  /** Takes a place among those that wait; calling the answer gives it back. Undefined when there is none left. */
  enter({ id }: FeedConsumer): (() => void) | undefined {
    const count = this.#waiting.get(id) ?? 0;
    if (count >= MOST_WAITING) return undefined;
    this.#waiting.set(id, count + 1);
    return () => this.#waiting.set(id, (this.#waiting.get(id) ?? 1) - 1);
  }
}
