import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import { type FastifyError, type FastifyReply, fastify } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Logger } from '../../drivers/base/log.ts';
import { listenError } from '../../drivers/links/tcp-listen.ts';
import { version } from '../base/version.ts';

/** A server whose routes are typed by their zod schemas. */
export type HttpServer = ReturnType<typeof build>;

export interface HttpServerOptions {
  /** Title and purpose in the OpenAPI document. */
  readonly title: string;
  readonly description: string;
  /** Longest body that is read, in bytes; a longer one is answered with 413. */
  readonly bodyLimit: number;
  readonly log: Logger;
  /** Certificate and key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

/** Whoever sends its head, or nothing, slower than this is let go. */
const SLOWEST_REQUEST_MS = 10_000;
const IDLE_CONNECTION_MS = 60_000;
/** How long whoever was refused in the middle of a request may take to read why. */
const LAST_LOOK_MS = 1_000;
/** Node looks at that only every 30 s by itself, and allows 60 s for a head. */
const PACE = {
  connectionsCheckingInterval: 2_000,
  headersTimeout: SLOWEST_REQUEST_MS,
  requestTimeout: SLOWEST_REQUEST_MS,
};

/**
 * How every HTTP server of Giro is built: limits against slow and endless requests, answers validated by the routes'
 * schemas, errors as `application/problem+json` (RFC 9457), and an OpenAPI document made of the same schemas, served at
 * `/openapi.json`. Add the routes, then `listen`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = build(options);
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500)
      options.log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
    return sendProblem(reply, problem);
  });
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { status: 404, title: 'Not Found', detail: 'there is nothing at this address' }),
  );
  server.addHook('onResponse', async ({ raw }) => {
    if (!raw.complete) hangUp(raw);
  });
  await server.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: options.title, description: options.description, version } },
    transform: jsonSchemaTransform,
  });
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger());
  return server;
}

/** Resolves to the port that it took, for port 0. @throws {GiroError} PORT_BUSY, PORT_DENIED, LINK_FAILED. */
export async function listen(server: HttpServer, address: { host: string; port: number }): Promise<number> {
  try {
    await server.listen({ ...address }); // fastify writes into what it is given, and this is the configuration
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, `${address.host}:${address.port}`);
  }
  return (server.server.address() as AddressInfo).port;
}

/** What is said of a request that failed (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** For a person, in English. */
  readonly detail: string;
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/**
 * Whoever still sends after the answer is heard no more, has a moment to read it, and is hung up on: Node would go on
 * reading an endless body for as long as a request may take.
 */
function hangUp(request: IncomingMessage): void {
  const { socket } = request;
  setImmediate(() => {
    if (request.complete) return;
    socket.pause();
    setTimeout(() => socket.destroy(), LAST_LOOK_MS).unref();
  });
}

function build({ bodyLimit, tls }: HttpServerOptions) {
  return fastify({
    logger: false,
    bodyLimit,
    https: tls === undefined ? null : { ...tls, ...PACE },
    ...({ http: PACE } as object), // taken where https is null; the types know one of the two
    requestTimeout: SLOWEST_REQUEST_MS,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    forceCloseConnections: true,
    return503OnClosing: false,
    // Forwarded headers are anybody's to write.
    trustProxy: false,
  }).withTypeProvider<ZodTypeProvider>();
}

function problemOf(error: FastifyError): Problem {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const places = error.validation.map(({ instancePath, message }) =>
      `${instancePath} ${message ?? ''}`.trim(),
    );
    return { status: 400, title: 'Bad Request', detail: `${error.validationContext}: ${places.join('; ')}` };
  }
  const status = error.statusCode ?? 500;
  const title = STATUS_CODES[status] ?? 'Error';
  // What is our own fault is for the log, not for whoever asked.
  return { status, title, detail: status < 500 ? error.message : 'see the log of Giro' };
}
