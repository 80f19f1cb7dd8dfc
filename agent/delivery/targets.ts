import { createHash } from 'node:crypto';
import type { Configuration, Webhook } from '../../config/configuration.ts';
import { FEED, type NewEvent } from '../events/event.ts';
import type { WebhookTarget } from './http-client.ts';

/** Giro's own events go to a webhook only if its `events` names them. */
const OWN: ReadonlySet<NewEvent['name']> = new Set(['giro.alerta', 'giro.lacuna', 'giro.resumo']);

/** The webhooks that delivery sends to: those that are active. */
export function targetsOf(webhooks: readonly Webhook[]): readonly WebhookTarget[] {
  return webhooks
    .filter(({ active }) => active)
    .map((webhook) => {
      const { pace, ...rest } = webhook;
      return { ...rest, ...pace, fingerprint: fingerprint(webhook) };
    });
}

/** The webhooks that get an event, and the feed; an inactive one (INATIVA) gets nothing, not even later. */
export function interested(
  { webhooks, feed }: Pick<Configuration, 'webhooks' | 'feed'>,
  { name, unit }: Pick<NewEvent, 'name' | 'unit'>,
): readonly string[] {
  const isFed = !OWN.has(name) && feed?.consumers.some((consumer) => consumer.unit === unit);
  const wanting = webhooks
    .filter(({ active }) => active)
    .filter(({ events }) => (events === undefined ? !OWN.has(name) : events.some((event) => event === name)))
    .filter(({ units }) => units === undefined || units.includes(unit))
    .map(({ id }) => id);
  return isFed ? [...wanting, FEED] : wanting;
}

/** Differs when anything of the webhook's configuration does; from it nothing of that can be read. */
function fingerprint(webhook: Webhook): string {
  return createHash('sha256').update(JSON.stringify(webhook)).digest('hex').slice(0, 16);
}
