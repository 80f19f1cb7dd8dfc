import { ConfigurationError } from '../../config/check/mistakes.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import { ask } from '../control/client.ts';
import type { InForce } from '../control/in-force.ts';
import { openConfiguration } from './configuration.ts';

/** A gateway that does not answer within this is one that does not run, for whoever only looks. */
const ANSWER_MS = 3_000;

/** What is known of the configuration. */
export interface Known extends Pick<InForce, 'agent' | 'units' | 'turnstiles' | 'webhooks' | 'relay'> {
  /** Absent where no gateway runs with it. */
  readonly state?: Pick<InForce, 'inForceSinceMs' | 'refused'>;
}

/**
 * The configuration that the running gateway has in force, which a file full of mistakes does not change; without a
 * gateway that of the file.
 * @throws {GiroError} CONFIG_UNREADABLE, CONFIG_INVALID without a gateway.
 */
export async function knownConfiguration(argument: string | undefined): Promise<Known> {
  try {
    const { configuration } = await openConfiguration(argument);
    return known(await askGateway(configuration.agent.data)) ?? configuration;
  } catch (error) {
    const found = error instanceof ConfigurationError ? known(await askGateway(error.data)) : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

function known(inForce: InForce | undefined): Known | undefined {
  if (inForce === undefined) return undefined;
  const { inForceSinceMs, refused, ...rest } = inForce;
  return { ...rest, state: { inForceSinceMs, refused } };
}

async function askGateway(data: string): Promise<InForce | undefined> {
  try {
    return await ask(data, { command: 'configuration' }, { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch (error) {
    // None runs, or one of an older version: what the journal says can be shown all the same.
    if (error instanceof GiroError) return undefined;
    throw error;
  }
}
