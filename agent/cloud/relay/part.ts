import type { Configuration, Unit } from '../../../config/configuration.ts';
import type { RelaySource } from '../../../config/sections/relay.ts';
import type { Part } from '../../base/part.ts';
import { Runs } from '../../base/runs.ts';
import type { Installation } from '../../delivery/installation.ts';
import type { Accept, Accepted } from '../../journal/records.ts';
import type { RelayHealth } from './health.ts';
import type { RelayParts } from './parts.ts';
import { UnitsInForce } from './units.ts';

interface Settings {
  readonly source: RelaySource;
  /** Of an inbox that is asked. A source that listens follows all of them without starting anew. */
  readonly unit: Unit | undefined;
  /** `agent.name`. */
  readonly agent: string;
}

/** The sources of cloud events as a part of the gateway. One that starts anew goes on behind what was committed. */
export function relayPart(installation: Installation, health: RelayHealth): Part {
  const { configuration, identity, clock, log } = installation;
  const units = new UnitsInForce(() => configuration().units);
  const common = {
    ...{ identity, clock, log, health, units, random: Math.random },
    ...remembering(installation),
  };
  const runs = new Runs<Settings>({
    configuration,
    settingsOf: (given) => new Map(given.relay.map((source) => [source.id, settingsOf(source, given)])),
    async run({ source, agent }, signal) {
      const { runRelay } = await import('./run.ts'); // brings an HTTP server that most gyms have no use for
      return runRelay(source, { ...common, agent }, signal);
    },
  });
  return {
    start: () => runs.start(),
    leave: (next) => runs.leave(next),
    enter(next) {
      runs.enter(next);
      health.keepOnly(next.relay.map(({ id }) => id));
      units.changed();
    },
    stop: () => runs.stop(),
  };
}

function settingsOf(source: RelaySource, { units, agent }: Configuration): Settings {
  const unit = source.kind === 'fetch' ? units.find(({ id }) => id === source.unit) : undefined;
  return { source, unit, agent: agent.name };
}

/** The journal, whose state tells of positions as they are committed, not as they were at the start. */
function remembering({ journal, outbox }: Installation): Pick<RelayParts, 'journal' | 'outbox'> {
  const positions = new Map(journal.state.relays.map((relay) => [relay.relay, relay]));
  return {
    outbox: {
      wanting: (event) => outbox.wanting(event),
      async accept(given: Accept): Promise<Accepted> {
        const accepted = await outbox.accept(given);
        if (given.relay !== undefined) positions.set(given.relay.relay, given.relay);
        return accepted;
      },
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
