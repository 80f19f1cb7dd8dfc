import { z } from 'zod';
import { causeOfOutcome } from '../../http/classes.ts';
import type { HttpServer } from '../../http/server.ts';
import type { EventRecord } from '../../journal/event-list.ts';
import { accessSchema, accessView } from '../access-view.ts';
import { spanOf } from '../calendar.ts';
import type { RouteParts } from '../parts.ts';
import { HttpRefusal } from '../refusal.ts';

/** A clock on a wall and a memory are both off by some. */
const AROUND_MS = 15 * 60_000;

const searchSchema = z.object({
  id: z.uuid().optional().describe('Id of one event'),
  person: z.string().min(1).max(64).optional().describe('pessoa.idExterno'),
  turnstile: z.string().max(64).optional(),
  date: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .optional()
    .describe('A day in the zone of the first unit, such as 2026-11-24'),
  time: z
    .string()
    .regex(/^\d\d:\d\d$/)
    .optional()
    .describe('With date: within 15 minutes of this time, such as 18:03'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const attemptsSchema = z
  .array(
    z.object({
      atMs: z.int(),
      class: z.string().describe('ok, or the failure class A to E'),
      status: z.int().optional().describe('HTTP status; absent when no answer came'),
      cause: z.string().describe('What that means, in the language of the installation'),
      tookMs: z.number(),
      nextAtMs: z.int().optional().describe('Before this there is no other try'),
    }),
  )
  .describe('The requests of one delivery, oldest first. Unix ms.');

const parkedSchema = z
  .array(
    z.object({
      webhook: z.string(),
      sequence: z.int(),
      id: z.uuid(),
      event: z.string(),
      turnstile: z.string(),
      occurredAtMs: z.int(),
      parkedAtMs: z.int().optional(),
      status: z.int().optional(),
      cause: z.string(),
    }),
  )
  .describe('Events that a webhook refused and that were set aside. Unix ms.');

/** What happened, and what became of it. */
export function accessRoutes(server: HttpServer, { configuration, reader }: RouteParts): void {
  server.get(
    '/api/accesses',
    {
      schema: {
        summary: 'Accesses, the newest first',
        querystring: searchSchema,
        response: { 200: z.array(accessSchema) },
      },
    },
    async ({ query: { date, time, ...filter } }) => {
      const timezone = configuration().units[0]?.timezone ?? 'UTC';
      const span = date === undefined ? {} : spanOf({ date, time }, timezone, AROUND_MS);
      if (span === undefined) throw new HttpRefusal(400, 'there is no such date or time');
      const events: EventRecord[] = await reader.ask('events', { ...filter, ...span, onlyAccesses: true });
      return events.flatMap((event) => accessView(event, configuration()) ?? []).reverse();
    },
  );

  server.get(
    '/api/deliveries/:webhook/:sequence/attempts',
    {
      schema: {
        summary: 'The requests of one delivery',
        params: z.object({ webhook: z.string().max(64), sequence: z.coerce.number().int().min(1) }),
        response: { 200: attemptsSchema },
      },
    },
    async ({ params: { webhook, sequence } }) => {
      const attempts = await reader.ask('attempts', webhook, sequence);
      const { language } = configuration().agent;
      return attempts.map(({ atMs, status, outcome, timings, next, location, ...attempt }) => ({
        atMs,
        class: attempt.class,
        ...(status !== undefined && { status }),
        cause: causeOfOutcome(outcome, location)[language],
        tookMs: timings.totalMs,
        ...(next?.atMs !== undefined && { nextAtMs: next.atMs }),
      }));
    },
  );

  server.get(
    '/api/parked',
    {
      schema: {
        summary: 'Events set aside',
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
        response: { 200: parkedSchema },
      },
    },
    async ({ query }) => {
      const parked = await reader.ask('deliveries', { states: ['parked'] }, query.limit);
      const { language } = configuration().agent;
      return parked
        .reverse()
        .map(({ webhook, sequence, id, name, turnstile, occurredAtMs, ...delivery }) => ({
          webhook,
          sequence,
          id,
          event: name,
          turnstile,
          occurredAtMs,
          ...(delivery.atMs !== undefined && { parkedAtMs: delivery.atMs }),
          ...(delivery.status !== undefined && { status: delivery.status }),
          cause: causeOfOutcome(delivery.outcome ?? '')[language],
        }));
    },
  );
}
