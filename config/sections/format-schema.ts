import { z } from 'zod';

export const FORMATS = ['giro', 'cloudevents', 'cloudevents-binary', 'pacto-plano', 'transparente'] as const;

const scalar = z.union([z.string().max(256), z.number(), z.boolean()]);

/** The keys of a webhook that say how its bodies are made. */
export const formatKeys = {
  format: z
    .enum(FORMATS)
    .default('giro')
    .describe(
      'How bodies are written: giro (webhook.schema.json), cloudevents (structured), cloudevents-binary (ce- headers), pacto-plano (flat; unverified) or transparente (the cloud system’s events as their bytes came, what Giro knows of them in headers; accesses as giro).',
    ),
  includeKey: z
    .boolean()
    .default(false)
    .describe('Sends the Pacto database key of the unit (units[].key) as chave.'),
  fields: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Of pacto-plano: the fields of the flat body, each with the member of webhook.schema.json that it takes, such as matricula: pessoa.matricula. A member that a body lacks is left out.',
    ),
  values: z
    .record(z.string(), z.record(z.string(), scalar))
    .optional()
    .describe(
      'Of pacto-plano: what a field says instead of a value, such as sentido: { entrada: E }. Values that are not named stay as they are.',
    ),
  constants: z
    .record(z.string(), scalar)
    .optional()
    .describe('Of pacto-plano: fields that always say the same, such as origem: catraca.'),
};
