import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ERRORS, GiroError } from '../../../drivers/base/errors.ts';
import type { ControlRequest } from '../../control/protocol.ts';
import type { HttpServer } from '../../http/server.ts';
import type { RouteParts } from '../parts.ts';
import { HttpRefusal } from '../refusal.ts';

const webhook = z.string().min(1).max(64);
const doneSchema = z
  .object({ total: z.int().optional().describe('Deliveries changed, of resend and discard') })
  .describe('What the action came to.');

const deliveriesSchema = z
  .strictObject({
    webhook,
    sequence: z.int().min(1).optional().describe('One delivery; without it all that are set aside'),
    pending: z.boolean().default(false).describe('discard: also what waits, of a webhook that is gone'),
  })
  .describe('Which deliveries.');

/** What a signed-in operator does; the same as the commands of these names. */
export function actionRoutes(server: HttpServer, { configuration, operator }: RouteParts): void {
  const run = async (request: FastifyRequest, asked: ControlRequest): Promise<{ total?: number }> => {
    try {
      const result = await operator.run(asked, {
        onProgress: () => {},
        onEvent: () => {},
        signal: new AbortController().signal,
        origin: `panel ${request.ip}`,
      });
      return 'total' in result ? { total: result.total } : {};
    } catch (error) {
      if (!(error instanceof GiroError)) throw error;
      const { summary, remedy } = ERRORS[error.code];
      const { language } = configuration().agent;
      throw new HttpRefusal(409, `${summary[language]}: ${error.message}; ${remedy[language]}`);
    }
  };

  for (const command of ['pause', 'resume', 'test'] as const) {
    server.post(
      `/api/webhooks/:webhook/${command}`,
      {
        schema: {
          summary: `${command} of a webhook; needs the session and x-giro-csrf`,
          params: z.object({ webhook }),
          response: { 200: doneSchema },
        },
      },
      (request) => {
        const { webhook: id } = request.params;
        const asked = { webhook: id, dryRun: false };
        return run(request, command === 'resume' ? { ...asked, command, now: true } : { ...asked, command });
      },
    );
  }

  for (const command of ['resend', 'discard'] as const) {
    server.post(
      `/api/deliveries/${command}`,
      {
        schema: {
          summary: `${command} of deliveries; needs the session and x-giro-csrf`,
          body: deliveriesSchema,
          response: { 200: doneSchema },
        },
      },
      (request) => {
        const { webhook: id, sequence, pending } = request.body;
        const states =
          command === 'discard' && pending ? (['parked', 'pending'] as const) : (['parked'] as const);
        const range = sequence === undefined ? {} : { firstSequence: sequence, lastSequence: sequence };
        return run(request, { command, dryRun: false, filter: { webhook: id, states, ...range } });
      },
    );
  }
}
