import type { Configuration } from '../../config/configuration.ts';
import type { ConfigurationState } from './reload.ts';

/** What a command can know of the configuration that a gateway runs with, whatever became of the file. */
export interface InForce extends ConfigurationState {
  readonly agent: Pick<Configuration['agent'], 'data' | 'language'>;
  readonly units: readonly Pick<Configuration['units'][number], 'id' | 'timezone'>[];
  readonly turnstiles: readonly Pick<Configuration['turnstiles'][number], 'id' | 'name'>[];
  readonly webhooks: readonly Pick<Configuration['webhooks'][number], 'id' | 'active'>[];
  readonly relay: readonly Pick<Configuration['relay'][number], 'id'>[];
}

export function inForce(configuration: Configuration, state: ConfigurationState): InForce {
  const { agent, units, turnstiles, webhooks, relay } = configuration;
  return {
    ...state,
    agent: { data: agent.data, language: agent.language },
    units: units.map(({ id, timezone }) => ({ id, timezone })),
    turnstiles: turnstiles.map(({ id, name }) => ({ id, ...(name !== undefined && { name }) })),
    webhooks: webhooks.map(({ id, active }) => ({ id, active })),
    relay: relay.map(({ id }) => ({ id })),
  };
}
