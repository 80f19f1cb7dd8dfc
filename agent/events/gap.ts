import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { DeviceFact } from '../../drivers/contract/reading.ts';
import type { NewEvent } from './event.ts';
import { instantOf, zonedText } from './moment.ts';
import { type OwnContext, ownMembers } from './own-body.ts';

export type Gap = Extract<DeviceFact, { kind: 'gap' }>;

/**
 * Renders a gap as a `giro.lacuna`, in the lane of its turnstile: it is delivered where the accesses are missing. The
 * same gap has the same id. A moment that the device cannot tell is the present one; `webhooks` is the caller's.
 */
export function gapEvent(
  gap: Gap,
  context: OwnContext & { readonly turnstile: Turnstile },
  nowMs: number,
): Omit<NewEvent, 'webhooks'> {
  const { unit, turnstile, identity } = context;
  const fromMs = instantOf(gap.from, unit.timezone) ?? nowMs;
  const toMs = instantOf(gap.to, unit.timezone) ?? nowMs;
  const [entries, exits] = turnstile.swapDirection ? [gap.exits, gap.entries] : [gap.entries, gap.exits];
  const lacuna = {
    dispositivo: turnstile.id,
    de: zonedText(fromMs, unit.timezone),
    ate: zonedText(toMs, unit.timezone),
    entradas: entries,
    saidas: exits,
    quantidade: gap.count,
    causa: gap.cause,
  };
  return {
    id: identity.eventId(turnstile.id, `gap ${JSON.stringify(lacuna)}`),
    name: 'giro.lacuna',
    unit: unit.id,
    lane: turnstile.id,
    occurredAtMs: toMs,
    recordedAtMs: nowMs,
    content: JSON.stringify({ ...ownMembers(context, 'giro.lacuna', toMs, nowMs), lacuna }),
  };
}
