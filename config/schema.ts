import { z } from 'zod';
import { text } from './check/mistakes.ts';
import { ruled, slug } from './check/slug.ts';
import { timezoneProblem } from './check/timezone.ts';
import { feedSchema } from './sections/feed-schema.ts';
import { formatKeys } from './sections/format-schema.ts';
import { journalSchema } from './sections/journal.ts';
import { panelSchema } from './sections/panel.ts';
import { proxySchema } from './sections/proxy.ts';
import { relaySchema } from './sections/relay-schema.ts';
import { authSchema } from './sections/webhook-auth.ts';
import { headersSchema } from './sections/webhook-headers.ts';
import { secretSchema } from './sections/webhook-secret.ts';
import { tlsSchema } from './sections/webhook-tls.ts';

/** The events that a webhook can choose from. */
export const EVENTS = [
  'notificarAcesso',
  'notificarCadastro',
  'notificarContrato',
  'notificarVendaAvulsa',
  'notificarPagamento',
  'eventoNuvem',
  'giro.alerta',
  'giro.lacuna',
  'giro.resumo',
] as const;

const DATABASE_KEY = /^[0-9a-f]{32}$/i;
/** The schemes that a webhook's requests can be signed by. */
export const SIGNATURES = ['standard', 'github', 'stripe'] as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const agent = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(64)
      .describe('Name of this installation, shown to integrators as origem.agente.'),
    id: ruled((value) =>
      UUID.test(value) ? undefined : { message: text('expected a UUID', 'o esperado é um UUID') },
    )
      .optional()
      .describe(
        'Installation id (UUID) to keep when Giro moves to another machine; made at the first start without it.',
      ),
    language: z
      .enum(['pt-BR', 'en'])
      .optional()
      .describe(
        'Language of all text that people read. Default: the locale’s, English unless it is Portuguese.',
      ),
    data: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder of the journal, relative to this file. Default: $STATE_DIRECTORY, else /var/lib/giro for a file in /etc/giro, else ./data beside this file.',
      ),
  })
  .describe('This installation of Giro.');

const unit = z
  .strictObject({
    id: slug(40).describe('Short name of the unit: unidade.apelido in bodies.'),
    name: z.string().min(1).max(120).optional().describe('Name of the unit: unidade.nome in bodies.'),
    company: z.int().min(1).describe('Number of the company in the management system: empresa in bodies.'),
    timezone: ruled(timezoneProblem).describe('IANA time zone of the unit, such as America/Sao_Paulo.'),
    key: ruled((value) =>
      DATABASE_KEY.test(value)
        ? undefined
        : { message: text('expected 32 hexadecimal digits', 'o esperado são 32 dígitos hexadecimais') },
    )
      .optional()
      .describe('Pacto database key of the unit: chave in the bodies of webhooks with includeKey.'),
  })
  .describe('A unit of the gym.');

/** In which order a webhook gets its events, and how fast. */
const pace = {
  order: z
    .enum(['turnstile', 'strict', 'none'])
    .default('turnstile')
    .describe(
      'turnstile: one request at a time for each turnstile, in order. strict: one request at a time, in the order of sequencia. none: several at a time, in no order.',
    ),
  backlog: z
    .enum(['inOrder', 'liveFirst'])
    .default('inOrder')
    .describe(
      'After an outage: inOrder sends what waited before what comes now; liveFirst sends both at once, what waited with the header x-giro-atrasado: 1.',
    ),
  maxInFlight: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Requests in flight at most: turnstiles at a time, or requests with order: none.'),
  rateLimit: z
    .int()
    .min(1)
    .max(60_000)
    .optional()
    .describe('Requests a minute at most. Default: no limit but the receiver’s own (WebHook-Allowed-Rate).'),
  conflict: z
    .enum(['refused', 'delivered'])
    .default('refused')
    .describe(
      'What the answer 409 means. refused: three tries, then the event is parked. delivered: the receiver has it already.',
    ),
  batch: z
    .strictObject({
      size: z.int().min(1).max(100).describe('Events of one request at most.'),
      format: z
        .enum(['json', 'cloudevents'])
        .default('json')
        .describe(
          'json: a JSON array, application/json. cloudevents: application/cloudevents-batch+json, for events that are CloudEvents already.',
        ),
    })
    .optional()
    .describe(
      'Several events in one request, as an array. Default: one event a request. A batch that is refused is sent again event by event.',
    ),
};

export const webhookSchema = z
  .strictObject({
    id: slug(64).describe('Short name of the webhook, for commands, logs and the journal.'),
    url: z.string().describe('Where events are posted: https://HOST/PATH.'),
    active: z.boolean().default(true).describe('false: INATIVA, nothing is sent and nothing is queued.'),
    secret: secretSchema,
    signatures: z
      .array(z.enum(SIGNATURES))
      .min(1)
      .default(['standard'])
      .describe(
        'How requests are signed: standard (webhook-signature), github (X-Hub-Signature-256), stripe (Stripe-Signature). The last two are keyed by the text of the secret as it stands, whsec_ included.',
      ),
    headers: headersSchema,
    auth: authSchema.optional(),
    tls: tlsSchema.optional(),
    proxy: proxySchema,
    events: z
      .array(z.enum(EVENTS))
      .min(1)
      .optional()
      .describe(
        'The events that it gets. Default: all notificar... events. giro.alerta (what is wrong here, and when it is over), giro.lacuna (accesses of which only the number is known) and giro.resumo (the figures of each day) come only if named.',
      ),
    units: z.array(z.string()).min(1).optional().describe('The units whose events it gets. Default: all.'),
    allow: z
      .array(z.enum(['http', 'loopback']))
      .default([])
      .describe(
        'What is permitted besides https to another machine: http, loopback (a receiver on this machine).',
      ),
    ...formatKeys,
    ...pace,
  })
  .describe('A destination of events.');

/** One turnstile; `options` are judged by the driver's own schema. */
export function turnstileSchema(driverNames: readonly string[]) {
  return z
    .strictObject({
      id: slug(64).describe('Short name of the turnstile: dispositivo.id in bodies.'),
      unit: z.string().describe('The unit that it belongs to: an id of units.'),
      name: z
        .string()
        .min(1)
        .max(80)
        .optional()
        .describe('Name that people know it by: dispositivo.nome in bodies.'),
      driver: z.enum(driverNames).describe('The family of controllers that it speaks like.'),
      connect: z
        .string()
        .describe(
          'How it is reached: tcp://HOST:PORT, tcp-listen://HOST:PORT (the device dials) or serial:///dev/ttyUSB0?baudRate=9600.',
        ),
      tap: z
        .string()
        .optional()
        .describe(
          'Where the gym’s own access software connects instead: tcp-listen://HOST:PORT for a device at tcp://; for one at serial:// a second port (serial:///dev/ttyUSB1, same settings unless given), or listen for a Y-cable. Giro passes everything on to the device, hears it, and sends nothing itself.',
        ),
      swapDirection: z
        .boolean()
        .default(false)
        .describe('Exchanges entry and exit, for a turnstile that is mounted the other way round.'),
      options: z.record(z.string(), z.unknown()).default({}).describe('The options of the driver.'),
    })
    .describe('A turnstile, or the controller behind it.');
}

/** The whole file. What spans several places of it (references, repeated ids) is judged elsewhere. */
export function configurationSchema(driverNames: readonly string[]) {
  return z
    .strictObject({
      agent,
      journal: journalSchema,
      panel: panelSchema.optional(),
      units: z.array(unit).describe('The units of the gym.'),
      turnstiles: z.array(turnstileSchema(driverNames)).describe('The turnstiles that Giro hears.'),
      webhooks: z.array(webhookSchema).default([]).describe('Where events are delivered.'),
      relay: z.array(relaySchema).default([]).describe('Where the cloud system’s events come from.'),
      feed: feedSchema.optional(),
    })
    .describe('Configuration of Giro.');
}
