import { RE2JS, RE2JSException } from 're2js';
import { z } from 'zod';
import type { Text } from '../base/language.ts';
import { DENIAL_REASONS, DIRECTIONS, MEANS, PERSON_KINDS, RESULTS } from '../contract/reading.ts';
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

const NO_TIME_FORMAT: Text = {
  en: 'expected iso, epochSeconds, epochMillis or a format of yyyy MM dd HH mm ss and SSS, such as dd/MM/yyyy HH:mm:ss',
  'pt-BR':
    'o esperado é iso, epochSeconds, epochMillis ou um formato de yyyy MM dd HH mm ss e SSS, como dd/MM/yyyy HH:mm:ss',
};

const NOT_IN_LATIN1: Text = {
  en: 'it has characters that latin1 cannot write',
  'pt-BR': 'tem caracteres que latin1 não escreve',
};

/** `turnstiles[].options` of the driver `lines`. */
export const linesOptions = z
  .strictObject({
    pattern: z
      .string()
      .min(1)
      .superRefine((pattern, context) => {
        for (const text of patternProblems(pattern)) context.addIssue(problem(text));
      })
      .describe(
        `RE2 regular expression of one line, without its ending. Named groups, all optional: ${GROUPS.join(' ')}. Begin it with ^ and end it with $.`,
      ),
    time: z
      .string()
      .superRefine((format, context) => {
        if (timeReader(format) === undefined) context.addIssue(problem(NO_TIME_FORMAT));
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
      context.addIssue({ ...problem(NOT_IN_LATIN1), path: ['ack'] });
    }
  });

export type LinesOptions = z.output<typeof linesOptions>;

function patternProblems(pattern: string): Text[] {
  let names: string[];
  try {
    names = Object.keys(RE2JS.compile(pattern).namedGroups());
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error.message.replace('error parsing regexp: ', '');
    return [
      {
        en: `RE2 refuses it: ${why} (look-ahead, look-behind and back-references are not part of RE2, which keeps every line quick to read)`,
        'pt-BR': `o RE2 não aceita: ${why} (look-ahead, look-behind e referências \\1 não existem no RE2, que lê qualquer linha depressa)`,
      },
    ];
  }
  return names
    .filter((name) => !GROUPS.some((known) => known === name))
    .map((name) => ({
      en: `group "${name}" is unknown; the groups are ${GROUPS.join(' ')}`,
      'pt-BR': `o grupo "${name}" não existe; os grupos são ${GROUPS.join(' ')}`,
    }));
}

/** The configuration shows `params.text` in the reader's language. */
function problem(text: Text) {
  return { code: 'custom', message: text.en, params: { text } } as const;
}
