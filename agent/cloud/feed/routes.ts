import { z } from 'zod';

/** The longest that a question waits for an event: proxies cut at 60 s. */
const LONGEST_WAIT_S = 55;
const LARGEST_PAGE = 500;
const USUAL_PAGE = 100;

const cursor = z.string().min(1).max(400);

/** Headers are read as they are: only those that matter are named. */
const headers = z.looseObject({
  authorization: z.string().optional().describe('Bearer and the token of the consumer.'),
});

const start = {
  after: cursor.optional().describe('The cursor behind which to begin. Default: the oldest event kept.'),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Instead of a cursor: from the first event that was recorded at this moment or later.'),
  content: z
    .enum(['json', 'base64'])
    .default('json')
    .describe(
      'base64: the cloud’s content always as conteudoBase64, so that its bytes can be had back exactly.',
    ),
};

const problem = z
  .object({ status: z.int(), title: z.string(), detail: z.string() })
  .describe('application/problem+json (RFC 9457).');
const gone = problem.extend({
  next: cursor.describe('The cursor from which everything that is still kept can be had.'),
});

const answers = {
  400: problem,
  401: problem,
  410: gone.describe('The cursor is not of this feed, or older than what is kept; go on from next.'),
  429: problem.describe('Too many questions of this consumer wait already.'),
};

export const page = z.object({
  events: z.array(
    z.object({
      cursor,
      event: z
        .looseObject({ id: z.uuid(), evento: z.string(), sequencia: z.int() })
        .describe(
          'The notification, as webhook.schema.json says; sequencia counts the events of this feed without a gap.',
        ),
    }),
  ),
  next: cursor.describe('What to give as after next time, also of an empty page.'),
  more: z.boolean().describe('Whether there is more already.'),
});

export const listRoute = {
  summary: 'Events behind a cursor, oldest first',
  headers,
  querystring: z.object({
    ...start,
    afterSequence: z.coerce
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Instead of a cursor: behind the event of this sequencia.'),
    limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(USUAL_PAGE).describe('Events at most.'),
    wait: z.coerce
      .number()
      .int()
      .min(0)
      .max(LONGEST_WAIT_S)
      .default(0)
      .describe('Seconds to wait for an event when there is none (long poll).'),
  }),
  response: { 200: page, 304: z.null().describe('Nothing since the page of If-None-Match.'), ...answers },
};

export const streamRoute = {
  summary: 'Events behind a cursor as they come (server-sent events)',
  description:
    'Each event has its cursor as id, its evento as event and the notification as data. Last-Event-ID goes before after.',
  produces: ['text/event-stream'],
  headers,
  querystring: z.object(start),
  response: { 200: z.string().describe('text/event-stream, until one side ends it.'), ...answers },
};
