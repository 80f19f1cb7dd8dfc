import { z } from 'zod';
import { isOnline } from '../../events/turnstile-standing.ts';
import type { HttpServer } from '../../http/server.ts';
import { METRICS_TYPE, metricsText } from '../metrics.ts';
import type { RouteParts } from '../parts.ts';

const readySchema = z
  .object({
    ready: z.boolean(),
    journal: z.boolean().describe('The journal takes what comes'),
    devices: z.record(z.string(), z.boolean()).describe('By turnstile: connected'),
    draining: z
      .record(z.string(), z.boolean())
      .describe('By active webhook: nothing waits for it, or what waits is going out'),
  })
  .describe('What works.');

/** For whoever watches the process from outside. No person in any of it. */
export function probeRoutes(server: HttpServer, parts: RouteParts): void {
  const { configuration, clock, dispatcher, journal, reader, tallies } = parts;
  const activeNow = (): string[] =>
    configuration()
      .webhooks.filter((webhook) => webhook.active)
      .map(({ id }) => id);

  server.get(
    '/healthz',
    { schema: { summary: 'The process answers', response: { 200: z.object({ status: z.literal('ok') }) } } },
    () => ({ status: 'ok' as const }),
  );

  server.get(
    '/readyz',
    {
      schema: {
        summary: 'Journal, turnstiles and webhooks work (503: not all of them)',
        response: { 200: readySchema, 503: readySchema },
      },
    },
    async (_request, reply) => {
      const stored = await reader.ask('webhooks');
      const endpoints = dispatcher.endpoints();
      const isDraining = (id: string): boolean => {
        const waits = (stored.find(({ webhook }) => webhook === id)?.pending ?? 0) > 0;
        const endpoint = endpoints.find(({ webhook }) => webhook === id);
        const goes =
          endpoint?.state === 'open' &&
          endpoint.failingSinceMs === undefined &&
          endpoint.pausedAtMs === undefined;
        return goes || (!waits && endpoint?.state !== 'gone');
      };
      const found = {
        journal: journal.health.refusingSinceMs === undefined,
        devices: Object.fromEntries(parts.turnstiles().map((each) => [each.turnstile, isOnline(each)])),
        draining: Object.fromEntries(activeNow().map((id) => [id, isDraining(id)])),
      };
      const works = [found.journal, ...Object.values(found.devices), ...Object.values(found.draining)];
      const ready = works.every(Boolean);
      return reply.code(ready ? 200 : 503).send({ ready, ...found });
    },
  );

  server.get(
    '/metrics',
    { schema: { summary: 'For Prometheus', produces: ['text/plain'] } },
    async (_request, reply) => {
      const [webhooks, queues, latencies] = await Promise.all([
        reader.ask('webhooks'),
        reader.ask('queues'),
        reader.ask('latencyTotals'),
      ]);
      const [turnstiles, active] = [parts.turnstiles(), activeNow()];
      const measured = { nowMs: clock.now(), turnstiles, webhooks, active, queues, latencies, tallies };
      return reply.type(METRICS_TYPE).send(await metricsText(measured));
    },
  );
}
