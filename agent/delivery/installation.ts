import type { Configuration } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Identity } from '../events/identity.ts';
import type { Signals } from '../events/signals.ts';
import type { Journal } from '../journal/journal.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Outbox } from './outbox.ts';

/** What the parts of a running gateway share. */
export interface Installation {
  /** The one in force: a changed file replaces it, so it is asked for each time. */
  readonly configuration: () => Configuration;
  readonly clock: Clock;
  readonly log: Logger & { child(bindings: object): Logger };
  readonly journal: Journal;
  readonly signals: Signals;
  readonly identity: Identity;
  readonly dispatcher: Dispatcher;
  readonly outbox: Outbox;
}
