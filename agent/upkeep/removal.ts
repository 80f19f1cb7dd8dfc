import type { NewEvent } from '../events/event.ts';
import { zonedText } from '../events/moment.ts';
import { type OwnContext, ownMembers } from '../events/own-body.ts';
import type { Removal } from './budget.ts';

/** Renders what the limit of the journal removed as a `giro.lacuna`, in the lane of its turnstile. */
export function removalEvent(
  removal: Removal,
  context: OwnContext,
  nowMs: number,
): Omit<NewEvent, 'webhooks'> {
  const { unit, identity } = context;
  const lacuna = {
    dispositivo: removal.lane,
    de: zonedText(removal.fromMs, unit.timezone),
    ate: zonedText(removal.toMs, unit.timezone),
    entradas: removal.entries,
    saidas: removal.exits,
    quantidade: removal.count,
    causa: 'limite_de_disco',
  };
  return {
    id: identity.eventId(removal.lane, undefined),
    name: 'giro.lacuna',
    unit: unit.id,
    lane: removal.lane,
    occurredAtMs: removal.toMs,
    recordedAtMs: nowMs,
    content: JSON.stringify({ ...ownMembers(context, 'giro.lacuna', removal.toMs, nowMs), lacuna }),
  };
}
