import type { RelaySource } from '../../../config/sections/relay.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import { Fetching } from './fetch.ts';
import type { RelayParts } from './parts.ts';
import { Receiving } from './receive.ts';

interface RelaysParts extends Omit<RelayParts, 'log'> {
  readonly log: Logger & { child(bindings: object): Logger };
}

/** Runs a source of cloud events until `signal` aborts; resolves when what was in flight is finished. */
export async function runRelay(source: RelaySource, parts: RelaysParts, signal: AbortSignal): Promise<void> {
  const log = parts.log.child({ relay: source.id });
  try {
    await startSource(source, { ...parts, log }, signal);
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'a relay ended');
  }
}

function startSource(source: RelaySource, parts: RelayParts, signal: AbortSignal): Promise<void> {
  if (source.kind === 'receive') return new Receiving(source, parts).run(signal);
  const unit = parts.units.now.find(({ id }) => id === source.unit);
  if (unit === undefined) throw new TypeError(`unit ${source.unit} is missing from a checked configuration`);
  return new Fetching(source, unit, parts).run(signal);
}
