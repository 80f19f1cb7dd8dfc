import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpServer, sendProblem } from '../http/server.ts';
import { type PanelAddress, refusalOf } from './origin.ts';
import { readPassword } from './password.ts';
import type { Session, Sessions } from './sessions.ts';

export const SESSION_COOKIE = 'giro_session';
export const CSRF_HEADER = 'x-giro-csrf';

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
} as const;

/** The one thing that is done without being signed in. */
const SIGN_IN = 'POST /api/session';
/** What a page that is not signed in still needs to know. */
const WHO = 'GET /api/session';

interface GuardOptions {
  readonly sessions: Sessions;
  /** The data folder. */
  readonly data: string;
  /** Known once it listens; before that nobody asks. */
  readonly address: () => PanelAddress;
}

/** Who may ask for what: the rule of every route, before any of them runs. */
export function guard(server: HttpServer, options: GuardOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const refusal = refusalOf(provenanceOf(request), options.address());
    if (refusal !== undefined)
      return sendProblem(reply, { status: 403, title: 'Forbidden', detail: refusal });
    return authorise(request, reply, options);
  });
}

/** Who is signed in; a password that was changed or removed meanwhile signed everybody out. */
export async function sessionOf(
  request: FastifyRequest,
  { sessions, data }: Pick<GuardOptions, 'sessions' | 'data'>,
): Promise<Session | undefined> {
  const token = request.cookies[SESSION_COOKIE];
  if (token === undefined) return undefined;
  const password = await readPassword(data);
  return password === undefined ? undefined : sessions.find(token, password.salt);
}

async function authorise(
  request: FastifyRequest,
  reply: FastifyReply,
  options: GuardOptions,
): Promise<FastifyReply | undefined> {
  const { url } = request.routeOptions;
  const route = `${request.method} ${url}`;
  if (url === undefined || !url.startsWith('/api/') || route === SIGN_IN || route === WHO) return undefined;
  const needsSession = isAction(request) || !options.address().isLocal;
  if (!needsSession) return undefined;
  const session = await sessionOf(request, options);
  if (session === undefined) {
    return sendProblem(reply, { status: 401, title: 'Unauthorized', detail: 'sign in first' });
  }
  if (isAction(request) && !isSame(request.headers[CSRF_HEADER], session.csrf)) {
    return sendProblem(reply, {
      status: 403,
      title: 'Forbidden',
      detail: `${CSRF_HEADER} is missing or wrong`,
    });
  }
  return undefined;
}

function isSame(given: string | string[] | undefined, wanted: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isAction({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function provenanceOf(request: FastifyRequest) {
  const { host, origin } = request.headers;
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    host,
    origin,
    site: header('sec-fetch-site'),
    mode: header('sec-fetch-mode'),
    isAction: isAction(request),
  };
}
