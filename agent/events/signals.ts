import type { Logger } from '../../drivers/base/log.ts';
import type { NewEvent } from './event.ts';

/** What is told of a running gateway, by name. */
interface Told {
  /** Just committed, without those that were known already. */
  readonly accepted: readonly NewEvent[];
  /** Units whose feed grew. */
  readonly fed: readonly string[];
  /** Deliveries were given up: by an operator, by age (only parked ones), or for the journal's limit. */
  readonly dropped: { readonly reason: 'operator' | 'retention' | 'limit'; readonly count: number };
}

type Listener<Value> = (value: Value) => void;

/**
 * Tells onlookers what happened. Nothing durable goes through it: whoever must not miss a thing reads the journal. A
 * listener that throws is a line in the log, and neither the teller nor the other listeners notice.
 */
export class Signals {
  readonly #log: Logger;
  readonly #listeners: { readonly [Name in keyof Told]: Set<Listener<Told[Name]>> } = {
    accepted: new Set(),
    fed: new Set(),
    dropped: new Set(),
  };

  constructor(log: Logger) {
    this.#log = log;
  }

  on<Name extends keyof Told>(name: Name, listener: Listener<Told[Name]>): void {
    this.#listeners[name].add(listener);
  }

  tell<Name extends keyof Told>(name: Name, value: Told[Name]): void {
    for (const listener of this.#listeners[name]) {
      try {
        listener(value);
      } catch (error) {
        this.#log.error({ err: error, signal: name }, 'an onlooker failed');
      }
    }
  }
}
