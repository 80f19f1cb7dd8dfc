import { z } from 'zod';
import type { Configuration } from '../../config/configuration.ts';
import type { NewEvent } from '../events/event.ts';
import { causeOfOutcome } from '../http/classes.ts';
import type { EventRecord } from '../journal/event-list.ts';

/** What became of an access at one webhook. */
const deliverySchema = z.object({
  webhook: z.string(),
  sequence: z.int().describe('sequencia'),
  state: z.enum(['pending', 'delivered', 'parked', 'discarded']),
  status: z.int().optional().describe('HTTP status that ended it'),
  cause: z.string().optional().describe('Why it was set aside, in the language of the installation'),
  atMs: z.int().optional().describe('Unix ms at which it came to its state; absent while pending'),
});

/** An access as the page shows it: no more of a person than the bodies may carry. */
export const accessSchema = z
  .object({
    id: z.uuid().describe('Id of the event, the webhook-id of its requests'),
    occurredAtMs: z.int().describe('Unix ms'),
    recordedAtMs: z.int().describe('Unix ms'),
    unit: z.string(),
    timezone: z.string().describe('IANA zone of the unit'),
    turnstile: z.string(),
    name: z.string().describe('Name of the turnstile, or its id'),
    result: z.string().describe('acesso.resultado'),
    passage: z.string().describe('acesso.passagem'),
    direction: z.string().describe('acesso.sentido'),
    means: z.string().optional().describe('acesso.meio'),
    reason: z.string().optional().describe('acesso.motivo'),
    person: z.string().optional().describe('pessoa.idExterno'),
    personKind: z.string().optional().describe('pessoa.tipo'),
    deliveries: z.array(deliverySchema),
  })
  .describe('One passage attempt by one person.');
export type AccessView = z.output<typeof accessSchema>;

type Places = Pick<Configuration, 'agent' | 'units' | 'turnstiles'>;

/** Undefined for an event that is no access. */
export function accessView(event: EventRecord, { agent, units, turnstiles }: Places): AccessView | undefined {
  const { access, id, occurredAtMs, recordedAtMs, unit, lane: turnstile } = event;
  if (access === undefined) return undefined;
  return {
    id,
    occurredAtMs,
    recordedAtMs,
    unit,
    timezone: units.find((each) => each.id === unit)?.timezone ?? 'UTC',
    turnstile,
    name: turnstiles.find((each) => each.id === turnstile)?.name ?? turnstile,
    ...access,
    deliveries: event.deliveries.map(({ webhook, sequence, state, status, outcome, atMs }) => ({
      webhook,
      sequence,
      state,
      ...(status !== undefined && { status }),
      ...(atMs !== undefined && { atMs }),
      ...(state === 'parked' && outcome !== undefined && { cause: causeOfOutcome(outcome)[agent.language] }),
    })),
  };
}

const contentSchema = z.object({
  acesso: z.object({ meio: z.string(), motivo: z.string().optional() }),
  pessoa: z.object({ tipo: z.string() }).nullable(),
});

/** An event that was accepted a moment ago, as the journal would list it. */
export function justAccepted(event: NewEvent): EventRecord {
  const { content, webhooks: _, access, ...rest } = event;
  if (access === undefined) return { ...rest, deliveries: [] };
  const { acesso, pessoa } = contentSchema.parse(JSON.parse(content));
  const details = {
    means: acesso.meio,
    ...(acesso.motivo !== undefined && { reason: acesso.motivo }),
    ...(pessoa !== null && { personKind: pessoa.tipo }),
  };
  return { ...rest, access: { ...access, ...details }, deliveries: [] };
}
