import type { Configuration } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Operator } from '../control/operator.ts';
import type { ConfigurationState } from '../control/reload.ts';
import type { Dispatcher } from '../delivery/dispatch.ts';
import type { NewEvent } from '../events/event.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { Journal } from '../journal/journal.ts';
import type { ReaderThread } from '../journal/reader-thread.ts';
import type { Wires } from '../turnstiles/wire.ts';
import type { Feed } from './feed.ts';
import type { Tallies } from './tallies.ts';

/** What the panel is given of the gateway. */
export interface PanelParts {
  /** The one in force. */
  readonly configuration: () => Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Pick<Journal, 'accept' | 'mark' | 'health'>;
  readonly dispatcher: Pick<Dispatcher, 'endpoints'>;
  readonly operator: Pick<Operator, 'run'>;
  readonly wires: Pick<Wires, 'of'>;
  /** Where each configured turnstile stands now. */
  readonly turnstiles: () => readonly TurnstileStanding[];
  /** Whether the file as it was saved last was refused, and why. */
  readonly configurationState: () => ConfigurationState;
}

/** What the routes are given. */
export interface RouteParts extends PanelParts {
  readonly reader: ReaderThread;
  readonly tallies: Tallies;
  /** Events just accepted. */
  readonly feed: Feed<NewEvent>;
}
