import type { Configuration } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { NewEvent } from '../events/event.ts';
import type { Identity } from '../events/identity.ts';
import type { Journal } from '../journal/journal.ts';
import type { Dispatcher } from './dispatch.ts';

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
}
