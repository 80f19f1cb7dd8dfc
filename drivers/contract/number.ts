import { z } from 'zod';
import type { Text } from '../base/language.ts';
import { type CredentialKind, type PassageReading, PERSON_KINDS } from './reading.ts';

/**
 * The options of every driver whose device reports one number that may be a card or an enrolment. Spread them into
 * the driver's own schema.
 */
export const numberOptions = {
  number: z
    .enum(['credential', 'person'])
    .default('credential')
    .describe(
      'What the number on the wire is: "credential" (a card; only its keyed hash leaves) or "person" (an enrolment; leaves as pessoa.idExterno).',
    ),
  personSystem: z
    .string()
    .min(1)
    .max(32)
    .default('dispositivo')
    .describe('With number: person, the system that knows the number (pacto, evo, ...).'),
  personType: z
    .enum(PERSON_KINDS)
    .default('indefinido')
    .describe('With number: person, what kind of person the numbers name.'),
};

export type NumberOptions = z.output<z.ZodObject<typeof numberOptions>>;

/** Longest `externalId` that a body may carry. */
const EXTERNAL_ID_LENGTH = 64;

/** A number as it is compared: without blanks around it and leading zeros, as text (20 digits fit no JS number). */
export function significantDigits(raw: string): string {
  const text = raw.trim();
  return /^\d+$/.test(text) ? text.replace(/^0+/, '') : text;
}

/**
 * What a number means by the options. Nothing for an empty or all-zero one, and for one too long to name a person: a
 * shortened number would name another.
 */
export function readNumber(
  raw: string,
  kind: CredentialKind,
  options: NumberOptions,
): Pick<PassageReading, 'credential' | 'person'> {
  const value = significantDigits(raw);
  if (value === '') return {};
  if (options.number === 'credential') return { credential: { kind, value } };
  if (value.length > EXTERNAL_ID_LENGTH) return {};
  return { person: { kind: options.personType, system: options.personSystem, externalId: value } };
}

/** Whether a number is a card or an enrolment is known at the front desk only. */
export function numberHints({ credential }: PassageReading, { number }: NumberOptions): readonly Text[] {
  return credential === undefined || number === 'person' ? [] : [NUMBER];
}

const NUMBER: Text = {
  en: 'the number is taken for a card, and leaves as a hash; if it is the enrolment: options.number: person',
  'pt-BR': 'o número é tratado como cartão, e sai só como hash; se for a matrícula: options.number: person',
};
