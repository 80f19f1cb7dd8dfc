import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpServer } from '../../http/server.ts';
import { SESSION_COOKIE, sessionOf } from '../guard.ts';
import type { RouteParts } from '../parts.ts';
import { isPassword, LONGEST_PASSWORD, readPassword } from '../password.ts';
import { HttpRefusal } from '../refusal.ts';
import type { Sessions } from '../sessions.ts';

/** Wrong passwords a minute: from one address, and from all other machines together, however many addresses they use. */
const WRONG_FROM_ONE = 5;
const WRONG_FROM_ALL = 20;
const MINUTE_MS = 60_000;

const whoSchema = z
  .object({
    hasPassword: z.boolean().describe('Without one nobody can sign in, and nothing can be changed here'),
    signedIn: z.boolean(),
    csrf: z.string().optional().describe('To be sent with each action as x-giro-csrf'),
    mustSignIn: z.boolean().describe('The panel listens to other machines, so reading needs it too'),
  })
  .describe('Who asks.');

interface SessionParts extends Pick<RouteParts, 'configuration' | 'journal' | 'clock' | 'log'> {
  readonly sessions: Sessions;
  readonly isLocal: boolean;
}

/** Signing in and out, by the operator's password. */
export function sessionRoutes(server: HttpServer, parts: SessionParts): void {
  const { sessions, isLocal } = parts;
  const { data } = parts.configuration.agent;
  const check = throttle(server);
  let checking: Promise<unknown> = Promise.resolve();

  const audit = async (action: string, request: FastifyRequest, outcome: string): Promise<void> => {
    const entry = { atMs: parts.clock.now(), action, subject: '', origin: `panel ${request.ip}`, outcome };
    await parts.journal.accept({ audits: [entry] });
  };

  server.get(
    '/api/session',
    { schema: { summary: 'Who asks', response: { 200: whoSchema } } },
    async (request) => {
      const session = await sessionOf(request, { sessions, data });
      const hasPassword = (await readPassword(data)) !== undefined;
      return { hasPassword, mustSignIn: !isLocal, signedIn: session !== undefined, csrf: session?.csrf };
    },
  );

  server.post(
    '/api/session',
    {
      schema: {
        summary: 'Signs in',
        body: z.strictObject({ password: z.string().max(LONGEST_PASSWORD) }),
        response: { 200: z.object({ csrf: z.string() }) },
      },
    },
    (request, reply) => {
      // One at a time: each takes 32 MiB, and what is counted is counted before the next is looked at.
      const answer = checking.then(() => signIn(request, request.body.password, reply));
      checking = answer.catch(() => undefined);
      return answer;
    },
  );

  async function signIn(
    request: FastifyRequest,
    given: string,
    reply: FastifyReply,
  ): Promise<{ csrf: string }> {
    const waitS = await check.wait(request);
    if (waitS > 0) {
      reply.header('retry-after', String(waitS));
      throw new HttpRefusal(429, `too many wrong passwords; try again in ${waitS} s`);
    }
    const password = await readPassword(data);
    if (password === undefined) throw new HttpRefusal(409, 'the panel has no password');
    if (!(await isPassword(given, password))) {
      await check.count(request);
      parts.log.warn({ address: request.ip }, 'wrong password at the panel');
      await audit('signIn', request, 'refused');
      throw new HttpRefusal(401, 'the password is wrong');
    }
    const { token, session } = sessions.begin(password.salt);
    await audit('signIn', request, 'ok');
    // Not "secure": the panel is served without TLS, on this machine as a rule.
    reply.setCookie(SESSION_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'strict' });
    return { csrf: session.csrf };
  }

  server.delete('/api/session', { schema: { summary: 'Signs out' } }, async (request, reply) => {
    sessions.end(request.cookies[SESSION_COOKIE] ?? '');
    await audit('signOut', request, 'ok');
    return reply.clearCookie(SESSION_COOKIE, { path: '/' }).code(204).send();
  });
}

/** How long whoever asks has to wait, and what counts. This machine is not kept out by what others try. */
function throttle(server: HttpServer) {
  const isHere = ({ ip }: FastifyRequest): boolean => /^(::ffff:)?127\.|^::1$/.test(ip);
  const limits = [
    server.createRateLimit({ max: WRONG_FROM_ONE, timeWindow: MINUTE_MS, ipv6Subnet: 64 }),
    server.createRateLimit({
      max: WRONG_FROM_ALL,
      timeWindow: MINUTE_MS,
      keyGenerator: (request) => (isHere(request) ? 'here' : 'elsewhere'),
    }),
  ];
  return {
    /** Seconds; 0 when a password may be tried. */
    async wait(request: FastifyRequest): Promise<number> {
      const found = await Promise.all(limits.map((limit) => limit(request, { increment: false })));
      const waits = found.map((limit) => (limit.isAllowed || limit.remaining > 0 ? 0 : limit.ttlInSeconds));
      return Math.max(...waits);
    },
    async count(request: FastifyRequest): Promise<void> {
      await Promise.all(limits.map((limit) => limit(request)));
    },
  };
}
