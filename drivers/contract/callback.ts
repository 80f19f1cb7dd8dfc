/** Decisions that are asked for outside, over HTTP: the options of every driver that decides, and the asking. */
import { z } from 'zod';
import { GiroError } from '../base/errors.ts';
import type { Text } from '../base/language.ts';
import { isLoopback } from '../links/host.ts';
import type { DecisionQuestion, OutsideDecision, TurnstileContext } from './driver.ts';

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
    en: 'add callback: { url: https://HOST/PATH, fallback: deny }',
    'pt-BR': 'acrescente callback: { url: https://ENDEREÇO/CAMINHO, fallback: deny }',
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
const PLAIN_HTTP: Problem = {
  text: {
    en: 'the URL is http, which anyone on the way can read',
    'pt-BR': 'a URL é http, que qualquer um no caminho pode ler',
  },
  help: {
    en: 'use https, or add allow: [http] to callback',
    'pt-BR': 'use https ou acrescente allow: [http] em callback',
  },
};
const THIS_MACHINE: Problem = {
  text: { en: 'the URL leads to this machine', 'pt-BR': 'a URL aponta para esta própria máquina' },
  help: {
    en: 'if that is meant, add loopback to allow',
    'pt-BR': 'se for essa a intenção, acrescente loopback em allow',
  },
};

function issue({ text, help }: Problem, path: string) {
  return { code: 'custom' as const, message: text.en, params: { text, help }, path: [path] };
}

/** `options.callback`: who is asked. The rules of its URL are those of webhooks. */
export const callbackSchema = z
  .strictObject({
    url: z.string().describe('Address that is asked (https, or http with allow).'),
    timeoutMs: z
      .int()
      .min(100)
      .max(9500)
      .default(1500)
      .describe('How long its answer may take; it must be below the time that the device waits.'),
    fallback: z
      .enum(['grant', 'deny'])
      .describe('What is answered at the arm when no answer comes in time, or one that cannot be used.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Headers that are sent along, such as an authorization.'),
    allow: z
      .array(z.enum(['http', 'loopback']))
      .default([])
      .describe(
        'What is permitted besides https to another machine: http, loopback (a service on this machine).',
      ),
  })
  .superRefine(({ url: value, allow }, context) => {
    const url = URL.parse(value);
    if (url === null || !/^https?:$/.test(url.protocol)) return context.addIssue(issue(NO_URL, 'url'));
    if (url.protocol === 'http:' && !allow.includes('http')) context.addIssue(issue(PLAIN_HTTP, 'url'));
    if (isLoopback(url.hostname) && !allow.includes('loopback')) context.addIssue(issue(THIS_MACHINE, 'url'));
  });

export type Callback = z.output<typeof callbackSchema>;

/** The keys that a driver with decisions adds to its options. */
export const decisionOptions = {
  decide: z.enum(['never', 'grantAll', 'denyAll', 'callback']).default('never'),
  callback: callbackSchema
    .optional()
    .describe(
      'With decide: callback, who is asked: a POST of a small JSON, answered with {"grant": true or false}.',
    ),
};

/** What no key can say alone: whoever is to be asked is named, and nobody else. */
export function checkDecision(
  { decide, callback }: { readonly decide: string; readonly callback?: Callback | undefined },
  context: z.RefinementCtx,
): void {
  if (decide === 'callback' && callback === undefined) context.addIssue(issue(NEEDS_CALLBACK, 'decide'));
  if (decide !== 'callback' && callback !== undefined) context.addIssue(issue(NEEDLESS_CALLBACK, 'callback'));
}

export interface Asking {
  readonly callback: Callback;
  readonly question: DecisionQuestion;
  /** How long the answer may take, ms. */
  readonly timeoutMs: number;
  /** Aborts when an answer would open for nobody or for somebody else. */
  readonly over: AbortSignal;
}

/** What is answered at the arm: the decision from outside, else the fallback. Undefined once `over` has aborted. */
export async function decideOutside(
  context: Pick<TurnstileContext<unknown>, 'clock' | 'log' | 'decide'>,
  asking: Asking,
): Promise<OutsideDecision | undefined> {
  const { callback, over } = asking;
  let decision: OutsideDecision = { grant: callback.fallback === 'grant' };
  try {
    decision = await answered(context, asking);
  } catch (error) {
    if (!over.aborted)
      context.log.warn({ err: error, fallback: callback.fallback }, 'no decision from the callback');
  }
  return over.aborted ? undefined : decision;
}

function answered(
  { clock, decide }: Pick<TurnstileContext<unknown>, 'clock' | 'decide'>,
  { callback: { url, headers, allow }, question, timeoutMs, over }: Asking,
): Promise<OutsideDecision> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new GiroError('LINK_FAILED', `no answer within ${timeoutMs} ms`));
    const cancel = clock.after(timeoutMs, late);
    const asked = decide?.(question, { url, headers, allow, timeoutMs }, over);
    if (asked === undefined) late();
    else asked.then(resolve, reject).finally(cancel);
  });
}
