import type { Clock } from '../../../drivers/base/clock.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import type { Identity } from '../../events/identity.ts';
import type { Journal } from '../../journal/journal.ts';
import type { EventOutbox } from '../../journal/records.ts';
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
  readonly outbox: EventOutbox;
  readonly health: RelayHealth;
  /** Uniform in [0, 1); spreads waits. */
  readonly random: () => number;
}
