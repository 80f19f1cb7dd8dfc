import { z } from 'zod';
import type { ReceiveSource } from '../../../config/sections/relay-receive.ts';
import { sleep } from '../../../drivers/base/clock.ts';
import { backoffMs } from '../../../drivers/links/backoff.ts';
import { LONGEST_BODY_BYTES } from '../../events/render.ts';
import { createHttpServer, type HttpServer, listen, sendProblem } from '../../http/server.ts';
import { Doorkeeper, isOwn } from './doorkeeper.ts';
import type { RelayParts } from './parts.ts';
import { type Post, Posts } from './posts.ts';
import { RelayReport } from './report.ts';

/** What a sender that was refused for our sake is asked to wait, in seconds. */
const RETRY_AFTER_S = '30';
const MOST_CONNECTIONS = 512;
/** A content type that is passed on: visible ASCII, as headers need it. */
const CONTENT_TYPE = /^[\x20-\x7e]{1,120}$/;

const accepted = z.object({
  id: z.uuid().nullable().describe('webhook-id of the notification; null while no unit is known for it.'),
  evento: z.string().describe('Its evento; eventoNuvem where the name is not known.'),
  unidade: z.string().nullable().describe('unidade.apelido; null while no unit is known for it.'),
});
const problem = z
  .object({ status: z.int(), title: z.string(), detail: z.string() })
  .describe('application/problem+json (RFC 9457).');

/** An endpoint that the cloud posts to. What it answers 202 is committed with a full sync. */
export class Receiving {
  readonly #source: ReceiveSource;
  readonly #parts: RelayParts;
  readonly #doorkeeper: Doorkeeper;
  readonly #report: RelayReport;
  readonly #posts: Posts;

  constructor(source: ReceiveSource, parts: RelayParts) {
    this.#source = source;
    this.#parts = parts;
    this.#doorkeeper = new Doorkeeper(source);
    this.#report = new RelayReport({ relay: source.id, ...parts });
    this.#posts = new Posts(source, parts);
  }

  /** Listens until `signal` aborts, and tries again while the address is taken; then finishes what is in flight. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, random, units } = this.#parts;
    await this.#posts.takeKept(signal);
    const unfollow = units.follow(() => {
      this.#posts.takeKept(signal).catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error }, 'posts that were kept were not looked at');
      });
    });
    signal.addEventListener('abort', unfollow, { once: true });
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const server = await this.#build();
      try {
        const port = await listen(server, this.#source.listen);
        log.info({ host: this.#source.listen.host, port }, 'relay endpoint listens');
        this.#report.online();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        await server.close();
      } catch (error) {
        this.#report.offline(error);
        await server.close();
        await sleep(clock, backoffMs(attempt, random), signal).catch(() => {}); // aborted: the loop ends
      }
    }
  }

  async #build(): Promise<HttpServer> {
    const { certificate, key } = this.#source.tls ?? {};
    const server = await createHttpServer({
      title: 'Giro: cloud events in',
      description: 'Takes the events of a cloud system, each as one POST of any content.',
      bodyLimit: LONGEST_BODY_BYTES,
      log: this.#parts.log,
      tls: certificate === undefined || key === undefined ? undefined : { cert: certificate, key },
    });
    server.server.maxConnections = MOST_CONNECTIONS;
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.post('/:path', {
      schema: {
        summary: 'One event. 202 once it is stored for good.',
        params: z.object({ path: z.string().describe('The secret path of the configuration.') }),
        response: {
          202: accepted,
          401: problem,
          403: problem,
          404: problem,
          413: problem,
          422: problem.describe('Giro itself sent this: a webhook leads back here.'),
          503: problem.describe('The disk takes nothing now; Retry-After says when to come again.'),
        },
      },
      onRequest: async (request, reply) => {
        if (!this.#doorkeeper.knowsPath(request.url)) {
          return sendProblem(reply, {
            status: 404,
            title: 'Not Found',
            detail: 'there is nothing at this address',
          });
        }
        const status = this.#doorkeeper.refuse(request.headers, request.ip);
        if (status === undefined) return;
        this.#parts.log.warn({ status }, 'a post was refused');
        const title = status === 401 ? 'Unauthorized' : 'Forbidden';
        return sendProblem(reply, { status, title, detail: 'this sender may not post here' });
      },
      handler: async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const { log } = this.#parts;
        if (!this.#doorkeeper.isSigned(request.headers, body)) {
          log.warn({ status: 401 }, 'a post was refused');
          return sendProblem(reply, { status: 401, title: 'Unauthorized', detail: 'the signature is wrong' });
        }
        if (isOwn(request.headers, body)) {
          log.warn({}, 'a post of Giro itself was refused: a webhook leads back to this relay');
          const detail = 'this is a notification of Giro itself; its webhook leads back here';
          return sendProblem(reply, { status: 422, title: 'Unprocessable Content', detail });
        }
        const taken = await this.#posts.take(this.#post(request.headers, body));
        if (taken !== undefined) {
          const { id = null, name = 'eventoNuvem', unit = null } = taken.event ?? {};
          return reply.code(202).send({ id, evento: name, unidade: unit });
        }
        return sendProblem(reply.header('retry-after', RETRY_AFTER_S), {
          status: 503,
          title: 'Service Unavailable',
          detail: 'the journal cannot be written now',
        });
      },
    });
    return server;
  }

  #post(headers: NodeJS.Dict<string | string[]>, bytes: Uint8Array): Post {
    const contentType = String(headers['content-type'] ?? '');
    const passed = this.#source.headers.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)] as const];
    });
    return {
      contentType: CONTENT_TYPE.test(contentType) ? contentType : 'application/octet-stream',
      headers: Object.fromEntries(passed),
      receivedAtMs: this.#parts.clock.now(),
      bytes,
    };
  }
}
