import type { Configuration } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Dispatcher } from '../delivery/dispatch.ts';
import type { NewEvent } from '../events/event.ts';
import type { Identity } from '../events/identity.ts';
import type { Journal } from '../journal/journal.ts';
import type { Taps } from '../turnstiles/taps.ts';
import type { Wires } from '../turnstiles/wire.ts';

/** What the parts of a running gateway share. */
export interface Installation {
  /** The one in force: a changed file replaces it, so it is asked for each time. */
  readonly configuration: () => Configuration;
  /** The webhooks that get an event as it is configured now. */
  readonly webhooksFor: (event: Pick<NewEvent, 'name' | 'unit'>) => readonly string[];
  readonly clock: Clock;
  readonly log: Logger & { child(bindings: object): Logger };
  readonly journal: Journal;
  /** The journal’s, and whoever looks at the panel sees what is new. */
  readonly accept: Journal['accept'];
  readonly identity: Identity;
  readonly dispatcher: Dispatcher;
  readonly wires: Wires;
  /** They may pass on before the gateway starts; from then on they are heard. */
  readonly taps: Taps;
}

/** One part of the gateway, which starts them in order and stops them in the opposite one. */
export interface Part {
  start(): Promise<void> | void;
  /**
   * Follows a checked configuration that is in force from now on. Whatever it says that is as before goes on untouched.
   * One call at a time; resolves when nothing of before is left.
   */
  apply?(configuration: Configuration): Promise<void> | void;
  stop(): Promise<void> | void;
}
