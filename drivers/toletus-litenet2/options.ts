import { z } from 'zod';
import { checkDecision, decisionOptions } from '../contract/callback.ts';
import { numberOptions } from '../contract/number.ts';

const schema = z.strictObject({
  ...decisionOptions,
  decide: decisionOptions.decide.describe(
    'What each identification is answered with. "never" refuses to run on a board with a controlled direction, where it would lock everybody out; "callback" asks the address under callback.',
  ),
  release: z
    .enum(['auto', 'entrada', 'saida', 'ambas'])
    .default('auto')
    .describe(
      'Which way our grant frees: "auto" frees what the flow control of the board has controlled, and entrada where the board does not tell.',
    ),
  grantMessage: z
    .string()
    .default('Acesso liberado')
    .describe('Display text of our grant, cut to 16 characters; may be empty.'),
  denyMessage: z
    .string()
    .default('Acesso negado')
    .describe('Display text of our denial, cut to 16 characters; may be empty. The display is public.'),
  scanner: z
    .enum(['codigo_barras', 'qrcode'])
    .default('codigo_barras')
    .describe('What the optical reader reads: the board does not tell one from the other.'),
  serialNumber: z
    .int()
    .min(0)
    .max(0xffff_ffff)
    .optional()
    .describe('Serial number of the board; with it a board of another number at this address is refused.'),
  ...numberOptions,
});

/** `turnstiles[].options` of a LiteNet2 board. */
export const litenet2Options = schema.superRefine(checkDecision);

export type Litenet2Options = z.output<typeof litenet2Options>;
