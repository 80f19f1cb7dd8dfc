import type { Unit } from '../../config/configuration.ts';
import type { RelaySource } from '../../config/relay.ts';
import type { Accept, Accepted } from '../journal/records.ts';
import type { Installation, Part } from '../part.ts';
import { Runs } from '../runs.ts';
import type { RelayHealth } from './health.ts';
import type { RelayParts } from './parts.ts';
import { runRelays } from './relays.ts';

interface Settings {
  readonly source: RelaySource;
  readonly units: readonly Unit[];
  /** `agent.name`. */
  readonly agent: string;
}

/** The sources of cloud events as a part of the gateway. One that starts anew goes on behind what was committed. */
export function relayPart(installation: Installation, health: RelayHealth): Part {
  const { configuration, identity, clock, log, webhooksFor, dispatcher } = installation;
  const { journal, accept } = remembering(installation);
  const common = { identity, clock, log, webhooksFor, journal, accept, health, random: Math.random };
  return new Runs<Settings>({
    configuration,
    settingsOf: ({ relay, units, agent }) =>
      new Map(relay.map((source) => [source.id, { source, units, agent: agent.name }])),
    run: ({ source, units, agent }, signal) =>
      runRelays(
        [source],
        { ...common, units, agent, onAccepted: (deliveries) => dispatcher.offer(deliveries) },
        signal,
      ),
  });
}

/** The journal, whose state tells of positions as they are committed, not as they were at the start. */
function remembering({ journal, accept }: Installation): Pick<RelayParts, 'journal' | 'accept'> {
  const positions = new Map(journal.state.relays.map((relay) => [relay.relay, relay]));
  return {
    async accept(given: Accept): Promise<Accepted> {
      const accepted = await accept(given);
      if (given.relay !== undefined) positions.set(given.relay.relay, given.relay);
      return accepted;
    },
    journal: {
      mark: (...marks) => journal.mark(...marks),
      keptLines: (...page) => journal.keptLines(...page),
      get health() {
        return journal.health;
      },
      get state() {
        return { ...journal.state, relays: [...positions.values()] };
      },
    },
  };
}
