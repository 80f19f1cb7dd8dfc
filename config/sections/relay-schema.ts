import { z } from 'zod';
import { slug } from '../check/slug.ts';
import { proxySchema } from './proxy.ts';
import { serverTlsSchema } from './server-tls.ts';

/** Dotted members of the cloud's body, the first that is there counts. */
const member = (what: string, names: readonly string[]) =>
  z
    .array(z.string().min(1).max(100))
    .max(8)
    .default([...names])
    .describe(`${what}: members of the body, dotted, the first that is there counts.`);

const membersSchema = z
  .strictObject({
    event: member('The name of the event', ['evento', 'event', 'tipoEvento', 'tipo', 'type']),
    key: member('The Pacto database key (units[].key)', ['chave', 'key']),
    company: member('The number of the company (units[].company)', [
      'empresa',
      'codigoEmpresa',
      'company',
      'empresa.codigo',
    ]),
    id: member('The cloud’s own id of the event; with none every post is an event of its own', []),
    time: member('When it happened, RFC 3339', []),
  })
  .prefault({})
  .describe('Where the cloud’s body says what Giro asks of it. Everything else goes through unread.');

const receiveSchema = z
  .strictObject({
    listen: z.string().describe('Where the cloud posts to: HOST:PORT; port 0 takes a free one.'),
    path: z
      .string()
      .describe(
        'The secret path of the URL, such as /Zk3... with at least 20 letters, digits, - and _; better kept outside this file.',
      ),
    tls: serverTlsSchema.optional(),
    bearer: z.string().min(16).optional().describe('A token that every post must carry (authorization).'),
    hmac: z
      .strictObject({
        header: z.string().min(1).max(64).describe('The header that holds the signature.'),
        secret: z.string().min(16).describe('The shared secret, as text; better kept outside this file.'),
        prefix: z.string().max(16).default('').describe('What stands before the signature, such as sha256=.'),
        encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written.'),
      })
      .optional()
      .describe('An HMAC-SHA-256 over the bytes of the body that every post must carry.'),
    from: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('The addresses that may post: IP addresses and networks (203.0.113.0/24). Default: any.'),
    proxies: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Reverse proxies in front, by address or network: of them X-Forwarded-For is believed.'),
    members: membersSchema,
  })
  .describe('An HTTP endpoint of this Giro that the cloud system posts to.');

export const relaySchema = z
  .strictObject({
    id: slug(40).describe('Short name of the source, for commands, logs and the journal.'),
    provider: z
      .string()
      .min(1)
      .max(40)
      .default('pacto')
      .describe('The cloud system behind it: nuvem.provedor in bodies.'),
    unit: z
      .string()
      .optional()
      .describe(
        'The unit of its events: an id of units. With receive it is optional: without it the body must name the unit by its key and company.',
      ),
    pull: z.string().optional().describe('The feed of an inbox to ask for events: https://HOST/v1/events.'),
    stream: z
      .string()
      .optional()
      .describe(
        'The feed of an inbox that sends events as they come (SSE): https://HOST/v1/stream. With pull beside it, that is asked while the stream cannot be had.',
      ),
    receive: receiveSchema.optional(),
    token: z
      .string()
      .min(16)
      .optional()
      .describe('The token of the feed (giro feed token); better kept outside this file.'),
    everySeconds: z.int().min(1).max(86_400).optional().describe('Of pull: how often to ask. Default: 30.'),
    schedule: z
      .string()
      .optional()
      .describe('Of pull: when to ask instead, as cron says it, in the unit’s zone: "*/5 6-22 * * *".'),
    ca: z
      .string()
      .optional()
      .describe(
        'PEM file of the authorities that may have signed the inbox’s certificate, instead of those that this machine trusts.',
      ),
    proxy: proxySchema,
    allow: z
      .array(z.enum(['http', 'loopback']))
      .default([])
      .describe('What is permitted besides https to another machine: http, loopback.'),
    headers: z
      .array(z.string().min(1).max(64))
      .max(8)
      .default([])
      .describe('Of receive: headers of the cloud’s posts that are passed on, in nuvem.cabecalhos.'),
  })
  .describe('A source of the cloud system’s events: pull, stream (or both), or receive.');
