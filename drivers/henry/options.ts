import { z } from 'zod';
import { checkDecision, decisionOptions } from '../contract/callback.ts';
import { numberOptions } from '../contract/number.ts';
import { MEANS } from '../contract/reading.ts';
import { LARGEST_PAYLOAD } from './codec.ts';

const READERS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

const schema = z.strictObject({
  ...decisionOptions,
  decide: decisionOptions.decide.describe(
    'What is answered when the device asks (TIPO_VALIDA O or A). "never" refuses to run on such a device, where it would lock everybody out; "callback" asks the address under callback, within the TIMEOUT_ON of the device.',
  ),
  ...numberOptions,
  door: z
    .boolean()
    .default(false)
    .describe(
      'Whether it is a door without an arm: then nothing reports a turn, and the release that the device confirms is the access (nao_informada), at once.',
    ),
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
export const henryOptions = schema.superRefine(checkDecision);

export type HenryOptions = z.output<typeof henryOptions>;
