import { z } from 'zod';
import type { HttpServer } from '../../http/server.ts';
import { alarmsNow } from '../../upkeep/alarms/refusal-note.ts';
import { daysUpTo } from '../calendar.ts';
import { overview, overviewSchema } from '../overview.ts';
import type { RouteParts } from '../parts.ts';
import { DAYS_BEFORE, statistics, statisticsSchema } from '../statistics.ts';

const auditSchema = z
  .array(
    z.object({
      atMs: z.int(),
      action: z.string().describe('resend, discard, pause, resume, test, signIn, signOut'),
      subject: z.string(),
      origin: z.string().describe('command, or panel and an address'),
      outcome: z.string().describe('ok, with how many; or the code of an error'),
    }),
  )
  .describe('What operators did, the newest first. Unix ms.');

/** How things stand, and pictures of it. */
export function stateRoutes(server: HttpServer, parts: RouteParts): void {
  const { clock, reader } = parts;
  const timezoneNow = (): string => parts.configuration().units[0]?.timezone ?? 'UTC';

  server.get(
    '/api/overview',
    { schema: { summary: 'How everything stands', response: { 200: overviewSchema } } },
    async () => {
      const nowMs = clock.now();
      const configuration = parts.configuration();
      const [today] = daysUpTo(nowMs, timezoneNow(), 0);
      const [turnstiles, webhooks, alarms, counts] = await Promise.all([
        reader.ask('turnstiles'),
        reader.ask('webhooks'),
        reader.ask('alarms'),
        reader.ask('accessCounts', today?.startMs ?? nowMs, today?.endMs ?? nowMs),
      ]);
      const open = alarmsNow(alarms, configuration.agent.data);
      return overview({
        configuration,
        refused: parts.configurationState().refused,
        nowMs,
        turnstiles: parts.turnstiles(),
        endpoints: parts.dispatcher.endpoints(),
        stored: { turnstiles, webhooks, alarms: open, counts },
      });
    },
  );

  server.get(
    '/api/statistics',
    {
      schema: {
        summary: 'Pictures of today, the week and the last day',
        response: { 200: statisticsSchema },
      },
    },
    async () => {
      const nowMs = clock.now();
      const timezone = timezoneNow();
      const [first] = daysUpTo(nowMs, timezone, DAYS_BEFORE);
      const [accesses, depths, latencies] = await Promise.all([
        reader.ask('accessCounts', first?.startMs ?? nowMs, nowMs),
        reader.ask('depths', nowMs),
        reader.ask('latencyQuarters', nowMs),
      ]);
      return statistics({ nowMs, timezone, accesses, depths, latencies });
    },
  );

  server.get(
    '/api/audit',
    {
      schema: {
        summary: 'What operators did',
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
        response: { 200: auditSchema },
      },
    },
    ({ query }) => reader.ask('audit', query.limit),
  );
}
