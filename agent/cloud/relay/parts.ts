import type { Clock } from '../../../drivers/base/clock.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import type { Delivery } from '../../events/delivery.ts';
import type { NewEvent } from '../../events/event.ts';
import type { Identity } from '../../events/identity.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Accept, Accepted } from '../../journal/records.ts';
import type { RelayHealth } from './health.ts';
import type { UnitsInForce } from './units.ts';

/** What the sources of cloud events are given. */
export interface RelayParts {
  /** `agent.name`. */
  readonly agent: string;
  readonly units: UnitsInForce;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Names the source in each line. */
  readonly log: Logger;
  readonly journal: Pick<Journal, 'mark' | 'health' | 'state' | 'keptLines'>;
  /** Resolves after the commit with a full sync. */
  readonly accept: (accept: Accept) => Promise<Accepted>;
  readonly health: RelayHealth;
  /** Uniform in [0, 1); spreads waits. */
  readonly random: () => number;
  readonly webhooksFor: (event: Pick<NewEvent, 'name' | 'unit'>) => readonly string[];
  /** Just committed; in commit order. */
  readonly onAccepted: (deliveries: readonly Delivery[]) => void;
}
