import type { FastifyReply } from 'fastify';
import type { Feed } from '../../../config/sections/feed.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import { createHttpServer, type HttpServer, type Problem, sendProblem } from '../../http/server.ts';
import type { ReaderThread } from '../../journal/reader-thread.ts';
import { Consumers } from './consumers.ts';
import { cursorOf } from './cursor.ts';
import type { FeedNews } from './news.ts';
import { FeedReading, type Found } from './reading.ts';
import { listRoute, streamRoute } from './routes.ts';
import { writeStream } from './stream.ts';

interface FeedServerParts {
  readonly feed: Feed;
  readonly reader: ReaderThread;
  readonly news: FeedNews;
  readonly log: Logger;
  /** Ends what waits. */
  readonly signal: AbortSignal;
}

/** Nobody has to send one. */
const LONGEST_BODY_BYTES = 1_024;
const MOST_CONNECTIONS = 1_024;
const RETRY_AFTER_S = '10';

/** The server of a feed with its routes, not listening yet. */
export async function createFeedServer(parts: FeedServerParts): Promise<HttpServer> {
  const { feed, reader, news, log, signal } = parts;
  const server = await createHttpServer({
    title: 'Giro: feed',
    description: 'The events of one unit, to be asked for: a list by cursor, and a stream.',
    bodyLimit: LONGEST_BODY_BYTES,
    log,
    tls: feed.tls && { cert: feed.tls.certificate, key: feed.tls.key },
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  const consumers = new Consumers(feed.consumers);
  const streams = new Set<Promise<void>>();
  // Closing cuts connections: the streams end before it, which `signal` has told them to.
  server.addHook('preClose', async () => {
    await Promise.all(streams);
  });

  server.get('/v1/events', { schema: listRoute }, async (request, reply) => {
    const consumer = consumers.find(request.headers.authorization);
    if (consumer === undefined) return refuse(reply, UNAUTHORIZED);
    const { after, afterSequence, since, limit, wait, content } = request.query;
    const { unit } = consumer;
    const reading = new FeedReading(reader, unit);
    const version = news.version(unit);
    const found = await reading.find({ after, afterSequence, sinceMs: momentOf(since) });
    if (found.kind !== 'place') return refuse(reply, problemOf(found));
    let page = await reading.page(found.place, limit, content === 'base64');
    if (page.items.length === 0 && wait > 0) {
      const leave = consumers.enter(consumer);
      if (leave === undefined) return refuse(reply, TOO_MANY);
      const left = new AbortController();
      reply.raw.once('close', () => left.abort());
      await news.wait(unit, version, wait * 1_000, AbortSignal.any([signal, left.signal]));
      leave();
      page = await reading.page(found.place, limit, content === 'base64');
    }
    const last = page.items.at(-1);
    const next = cursorOf({ ...found.place, sequence: last?.sequence ?? found.place.sequence });
    const etag = `"${next}"`;
    reply.header('etag', etag).header('cache-control', 'no-store');
    if (last === undefined && request.headers['if-none-match'] === etag) return reply.code(304).send(null);
    const events = page.items.map(
      ({ sequence, body }) => `{"cursor":"${cursorOf({ ...found.place, sequence })}","event":${body}}`,
    );
    return sendJson(reply, `{"events":[${events.join(',')}],"next":"${next}","more":${page.more}}`);
  });

  server.get('/v1/stream', { schema: streamRoute }, async (request, reply) => {
    const consumer = consumers.find(request.headers.authorization);
    if (consumer === undefined) return refuse(reply, UNAUTHORIZED);
    const { after, since, content } = request.query;
    const { unit } = consumer;
    const reading = new FeedReading(reader, unit);
    const lastEventId = request.headers['last-event-id'] || undefined;
    const found = await reading.find({
      after: lastEventId === undefined ? after : String(lastEventId),
      sinceMs: momentOf(since),
    });
    if (found.kind !== 'place') return refuse(reply, problemOf(found));
    const leave = consumers.enter(consumer);
    if (leave === undefined) return refuse(reply, TOO_MANY);
    reply.hijack();
    const options = { unit, reading, news, base64: content === 'base64' };
    const stream = writeStream(reply.raw, found.place, options, signal)
      .catch((error: unknown) => {
        log.error({ err: error, consumer: consumer.id }, 'the stream of a consumer was cut');
      })
      .finally(() => {
        streams.delete(stream);
        leave();
      });
    streams.add(stream);
    await stream;
    return reply;
  });
  return server;
}

function momentOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/** What is text already and must stay what it is: the numbers of a body would not survive another writing. */
function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json);
}

type Refusal = Problem & { readonly next?: string };

const UNAUTHORIZED: Refusal = {
  status: 401,
  title: 'Unauthorized',
  detail: 'expected authorization: Bearer and the token of a consumer',
};
const TOO_MANY: Refusal = {
  status: 429,
  title: 'Too Many Requests',
  detail: 'too many questions of this consumer wait already',
};

function problemOf(found: Exclude<Found, { kind: 'place' }>): Refusal {
  if (found.kind === 'unreadable') {
    return { status: 400, title: 'Bad Request', detail: 'after is no cursor of a feed' };
  }
  return {
    status: 410,
    title: 'Gone',
    detail: 'the cursor is not of this feed, or older than what is kept; go on from next',
    next: found.next,
  };
}

function refuse(reply: FastifyReply, problem: Refusal): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 429) reply.header('retry-after', RETRY_AFTER_S);
  return sendProblem(reply, problem);
}
