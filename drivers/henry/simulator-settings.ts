import { z } from 'zod';
import { GiroError } from '../base/errors.ts';

/** What `giro simulate henry --set` takes: the device's settings by their own names, and the zone of its wall. */
const simulatorSettings = z.strictObject({
  TIPO_VALIDA: z.enum(['F', 'O']).default('F'),
  VALIDACAO_OFF: z.enum(['H', 'D']).default('H'),
  MODELO: z
    .string()
    .regex(/^\w{1,16}$/)
    .default('PRIMMEACESSO'),
  NR_EQUIP: z
    .string()
    .regex(/^\d{1,8}$/)
    .default('1'),
  EXP_TEMPO_LIBERACAO: numberBetween(3, 30).default('10'),
  TIMEOUT_ON: numberBetween(500, 10_000).default('3000'),
  ARMAZENA_REGISTRO: z.enum(['T', 'N', 'G', 'L']).default('T'),
  timezone: z.string().refine(isTimezone, 'no IANA time zone').default('America/Sao_Paulo'),
});

type SimulatorSettings = z.output<typeof simulatorSettings>;

/** Throws USAGE for a setting that the simulated device does not have. */
export function parseSettings(given: Readonly<Record<string, string>>): SimulatorSettings {
  const { data, error } = simulatorSettings.safeParse(given);
  if (data !== undefined) return data;
  throw new GiroError('USAGE', `setting of the simulated device: ${z.prettifyError(error)}`, {
    hint: `settings: ${Object.keys(simulatorSettings.shape).join(', ')}`,
  });
}

function numberBetween(least: number, most: number): z.ZodString {
  const isBetween = (text: string): boolean =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  return z.string().refine(isBetween, `expected ${least} to ${most}`);
}

function isTimezone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name);
}
