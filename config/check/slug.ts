import { z } from 'zod';
import { type Problem, text } from './mistakes.ts';

/** A text with a rule of its own: what the rule finds wrong travels as the issue's `params`. */
export function ruled(findProblem: (value: string) => Problem | undefined): z.ZodString {
  return z.string().superRefine((value, context) => {
    const problem = findProblem(value);
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', params: { text: problem.message, help: problem.help } });
    }
  });
}

/** A short name of lower-case letters, digits and hyphens. */
export function slug(longest: number): z.ZodString {
  const pattern = `^[a-z0-9][a-z0-9-]{0,${longest - 1}}$`;
  const message = text(
    `expected 1 to ${longest} lower-case letters (a to z), digits and hyphens`,
    `o esperado são 1 a ${longest} letras minúsculas sem acento, algarismos e hifens`,
  );
  return ruled((value) => (new RegExp(pattern).test(value) ? undefined : { message })).meta({ pattern });
}
