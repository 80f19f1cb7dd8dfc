import { z } from 'zod';
import { slug } from '../check/slug.ts';
import { serverTlsSchema } from './server-tls.ts';

export const feedSchema = z
  .strictObject({
    listen: z.string().describe('Where consumers ask: HOST:PORT; port 0 takes a free one.'),
    tls: serverTlsSchema.optional(),
    keepDays: z.int().min(1).max(400).default(30).describe('How long an event can be asked for, in days.'),
    consumers: z
      .array(
        z
          .strictObject({
            id: slug(40).describe('Short name of the consumer, for logs.'),
            unit: z.string().describe('The unit whose events it may ask for: an id of units.'),
            tokens: z
              .array(z.string())
              .min(1)
              .max(4)
              .describe(
                'The SHA-256 of its token (sha256: and 64 hexadecimal digits), as giro feed token prints it; several while it is being changed.',
              ),
          })
          .describe('Somebody who may ask: a gym’s Giro, or an integrator.'),
      )
      .describe('Who may ask, each for one unit, with a token of its own.'),
  })
  .describe(
    'Events to be asked for: a list by cursor (GET /v1/events) and a stream (GET /v1/stream), for those who cannot be posted to.',
  );
