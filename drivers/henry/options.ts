import { z } from 'zod';
import type { Text } from '../language.ts';
import { numberOptions } from '../number.ts';
import { MEANS } from '../reading.ts';
import { LARGEST_PAYLOAD } from './codec.ts';

const READERS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

interface Problem {
  readonly text: Text;
  readonly help: Text;
}

const NEEDS_CALLBACK: Problem = {
  text: {
    en: 'nobody is named who is asked',
    'pt-BR': 'falta dizer quem é consultado',
  },
  help: {
    en: 'add callback: { url: http://HOST/PATH, fallback: deny }',
    'pt-BR': 'acrescente callback: { url: http://ENDEREÇO/CAMINHO, fallback: deny }',
  },
};
const NEEDLESS_CALLBACK: Problem = {
  text: {
    en: 'it is only asked with decide: callback',
    'pt-BR': 'só é consultado com decide: callback',
  },
  help: { en: 'set decide: callback, or remove it', 'pt-BR': 'use decide: callback, ou remova-o' },
};
const NO_URL: Problem = {
  text: { en: 'this is no address of a web service', 'pt-BR': 'não é o endereço de um serviço web' },
  help: { en: 'it begins with http:// or https://', 'pt-BR': 'ele começa com http:// ou https://' },
};

function problem({ text, help }: Problem) {
  return { code: 'custom', message: text.en, params: { text, help } } as const;
}

const callback = z.strictObject({
  url: z
    .string()
    .superRefine((url, context) => {
      if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) context.addIssue(problem(NO_URL));
    })
    .describe('Address that is asked (http or https).'),
  timeoutMs: z
    .int()
    .min(100)
    .max(9500)
    .default(1500)
    .describe('How long its answer may take; it must be below the device’s TIMEOUT_ON.'),
  fallback: z
    .enum(['grant', 'deny'])
    .describe('What is answered at the arm when no answer comes in time, or one that cannot be used.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers that are sent along, such as an authorization.'),
});

const schema = z.strictObject({
  decide: z
    .enum(['never', 'grantAll', 'denyAll', 'callback'])
    .default('never')
    .describe(
      'What is answered when the device asks (TIPO_VALIDA O or A). "never" refuses to run on such a device, where it would lock everybody out; "callback" asks the address under callback.',
    ),
  callback: callback
    .optional()
    .describe(
      'With decide: callback, who is asked: a POST of a small JSON, answered with {"grant": true or false}.',
    ),
  ...numberOptions,
  releaseSeconds: z
    .int()
    .min(2)
    .max(30)
    .default(5)
    .describe('How long our grant keeps the relay on and the message on the display, in seconds.'),
  grantMessage: z
    .string()
    .default('Acesso liberado')
    .describe('Display text of our grant: one or two lines (divided by \\n), each cut to 16 characters.'),
  denyMessage: z
    .string()
    .default('Acesso negado')
    .describe('Display text of our denial: one or two lines (divided by \\n), each cut to 16 characters.'),
  readers: z
    .partialRecord(z.enum(READERS), z.enum(MEANS))
    .default({})
    .describe(
      'What the readers are, by the number that the device reports; the others keep their default (1, 2, 3, 6, 7 cartao; 4 teclado; 5, 8 digital; 9 qrcode).',
    ),
  collect: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe('Whether the records of the device’s memory are read after each connect and once a day.'),
      confirm: z
        .boolean()
        .default(true)
        .describe(
          'Whether the device is told what was collected. false leaves every record to the gym’s own software.',
        ),
      batch: z.int().min(20).max(50).default(50).describe('How many records are asked for at a time.'),
      rrOrder: z
        .enum(['qty-start', 'start-qty'])
        .default('qty-start')
        .describe('Which number comes first when the device is asked for uncollected records.'),
    })
    .prefault({})
    .describe('Collection of what happened while the device was cut off.'),
  setClock: z
    .boolean()
    .default(false)
    .describe('Whether a device clock that is more than 2 s off is set, after connect and once a day.'),
  maxFrameBytes: z
    .int()
    .min(64)
    .max(65_535)
    .default(LARGEST_PAYLOAD)
    .describe('Largest payload accepted from the device, in bytes; a larger announced size counts as noise.'),
});

/** `turnstiles[].options` of a Henry controller. */
export const henryOptions = schema.superRefine(({ decide, callback: given }, context) => {
  if (decide === 'callback' && given === undefined)
    context.addIssue({ ...problem(NEEDS_CALLBACK), path: ['decide'] });
  if (decide !== 'callback' && given !== undefined) {
    context.addIssue({ ...problem(NEEDLESS_CALLBACK), path: ['callback'] });
  }
});

export type HenryOptions = z.output<typeof henryOptions>;
