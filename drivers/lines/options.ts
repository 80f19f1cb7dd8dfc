import { RE2JS, RE2JSException } from 're2js';
import { z } from 'zod';
import { DENIAL_REASONS, DIRECTIONS, MEANS, PERSON_KINDS, RESULTS } from '../reading.ts';
import { LINE_ENDINGS } from './codec.ts';
import { timeReader } from './time.ts';

/** The named groups that a pattern may have, all optional. */
export const GROUPS = [
  'time',
  'turnstile',
  'kind',
  'credential',
  'person',
  'direction',
  'result',
  'reason',
  'record',
] as const;
export type Group = (typeof GROUPS)[number];

const NOT_IN_RE2 =
  'look-ahead, look-behind and back-references are not part of RE2, which keeps every line quick to read';

/** `turnstiles[].options` of the driver `lines`. */
export const linesOptions = z
  .strictObject({
    pattern: z
      .string()
      .min(1)
      .superRefine((pattern, context) => {
        for (const message of patternProblems(pattern)) context.addIssue({ code: 'custom', message });
      })
      .describe(
        `RE2 regular expression of one line, without its ending. Named groups, all optional: ${GROUPS.join(' ')}. Begin it with ^ and end it with $.`,
      ),
    time: z
      .string()
      .refine((format) => timeReader(format) !== undefined, {
        error:
          'expected iso, epochSeconds, epochMillis or a format of yyyy MM dd HH mm ss and SSS, such as dd/MM/yyyy HH:mm:ss',
      })
      .default('iso')
      .describe(
        'How the group time is written: iso, epochSeconds, epochMillis, or a format such as dd/MM/yyyy HH:mm:ss (letters yyyy MM dd HH mm ss SSS) in the unit’s zone.',
      ),
    direction: z
      .record(z.string(), z.enum(DIRECTIONS))
      .optional()
      .describe(
        'What each text of the group direction means; any other is indefinido. Without it the words entrada and saida.',
      ),
    result: z
      .record(z.string(), z.enum(RESULTS))
      .optional()
      .describe(
        'What each text of the group result means; any other is indefinido. Without it the words liberado and negado.',
      ),
    reason: z
      .record(z.string(), z.enum(DENIAL_REASONS))
      .optional()
      .describe(
        'What each text of the group reason means; a denial with any other, or with none, is outro. Without it the words themselves.',
      ),
    kind: z
      .record(z.string(), z.enum(MEANS))
      .optional()
      .describe(
        'What each text of the group kind means (how the person was identified); any other is indefinido. Without it the words themselves.',
      ),
    person: z
      .strictObject({
        system: z
          .string()
          .min(1)
          .max(32)
          .default('dispositivo')
          .describe('The system that the number belongs to, such as pacto or evo.'),
        type: z.enum(PERSON_KINDS).default('indefinido').describe('What the persons are.'),
      })
      .prefault({})
      .describe('Whose number the group person holds.'),
    passage: z
      .boolean()
      .default(false)
      .describe(
        'true: a granted line means that the arm turned (confirmada). false: it only means that it was released (nao_informada).',
      ),
    lineEnding: z
      .enum(LINE_ENDINGS)
      .default('auto')
      .describe('What ends a line; auto takes LF, CR and CR LF, also mixed.'),
    encoding: z.enum(['utf-8', 'latin1']).default('utf-8').describe('Encoding of the lines and of ack.'),
    maxLineBytes: z
      .int()
      .min(16)
      .max(65_536)
      .default(4_096)
      .describe('Longest line, in bytes; a longer one is kept as unrecognised, cut to this length.'),
    ack: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Written back for each line, in order, after its commit, such as "OK\\n". Without it nothing is written.',
      ),
  })
  .superRefine(({ ack = '', encoding }, context) => {
    if (encoding === 'latin1' && /[^\0-\xff]/.test(ack)) {
      context.addIssue({ code: 'custom', path: ['ack'], message: 'has characters that latin1 cannot write' });
    }
  });

export type LinesOptions = z.output<typeof linesOptions>;

function patternProblems(pattern: string): string[] {
  let names: string[];
  try {
    names = Object.keys(RE2JS.compile(pattern).namedGroups());
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return [`RE2 refuses it: ${error.message.replace('error parsing regexp: ', '')} (${NOT_IN_RE2})`];
  }
  return names
    .filter((name) => !GROUPS.some((known) => known === name))
    .map((name) => `group "${name}" is unknown; the groups are ${GROUPS.join(' ')}`);
}
