import type { Logger } from '../../drivers/base/log.ts';
import type { LargeBody } from './records.ts';

/** From this size on a body deserves a look (webhooks.md 1, "Payload"). */
export const LARGE_BODY_BYTES = 20_000;

/** Tells of large bodies: of each that was parked, and once a webhook of those that are sent all the same. */
export class LargeBodyLog {
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  tell(bodies: readonly LargeBody[]): void {
    for (const { parked, ...body } of bodies) {
      if (parked) {
        this.#log.error(body, 'parked at once: the body is too large to be sent');
      } else if (!this.#told.has(body.webhook)) {
        this.#told.add(body.webhook);
        this.#log.warn(body, 'large body; no more is said of this webhook');
      }
    }
  }
}
