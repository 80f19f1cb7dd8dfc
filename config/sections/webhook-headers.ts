import { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { type Problem, text } from '../check/mistakes.ts';
import { isGroup } from '../check/source.ts';

export const headersSchema = z
  .record(z.string(), z.string())
  .default({})
  .describe(
    'Headers of your own, sent with every request: NAME: VALUE. Those of the request itself and of Giro (webhook-*, ce-*, x-giro-*) are refused.',
  );

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII, blanks inside: what every receiver and proxy takes. */
const VALUE = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;

const CONTENT = text('Giro sets it to fit the body', 'o Giro o define conforme o corpo');
const CONNECTION = text('it belongs to the connection', 'ele pertence à conexão');
const SIGNED = text(
  'receivers tell events by it, and it is signed',
  'o destino identifica os eventos por ele, e ele é assinado',
);
const SIGNATURE = text('use signatures instead', 'use signatures em vez disso');

const REFUSED: Readonly<Record<string, ReturnType<typeof text>>> = {
  'content-type': CONTENT,
  'content-length': CONTENT,
  'content-encoding': CONTENT,
  host: text('it comes from the URL', 'ele vem da URL'),
  'user-agent': text(
    'it tells receivers which Giro is calling',
    'ele diz ao destino qual Giro está chamando',
  ),
  connection: CONNECTION,
  'transfer-encoding': CONNECTION,
  expect: CONNECTION,
  'keep-alive': CONNECTION,
  te: CONNECTION,
  trailer: CONNECTION,
  upgrade: CONNECTION,
  'proxy-connection': CONNECTION,
  'proxy-authorization': text('put it in the URL of proxy', 'coloque-o na URL de proxy'),
  'x-hub-signature-256': SIGNATURE,
  'stripe-signature': SIGNATURE,
};

const REFUSED_PREFIXES = [
  ['webhook-', SIGNED],
  ['ce-', SIGNED],
  ['x-giro-', text('these are Giro’s own', 'esses são do próprio Giro')],
] as const;

/** Judges `webhooks[].headers`. Never quotes a value, which may be a credential. */
export function checkHeaders(checker: Checker, index: number): void {
  const path = ['webhooks', index, 'headers'];
  const headers = checker.source.at(path);
  if (!isGroup(headers) || Array.isArray(headers)) return;
  const hasAuth = checker.source.at(['webhooks', index, 'auth']) !== undefined;
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const at = [...path, name];
    const problem = nameProblem(name, seen, hasAuth);
    if (problem !== undefined) checker.report(at, problem, checker.source.placeOfKey(at));
    if (typeof value === 'string' && !VALUE.test(value)) checker.report(at, badValue(name));
    seen.add(name.toLowerCase());
  }
}

function nameProblem(name: string, seen: ReadonlySet<string>, hasAuth: boolean): Problem | undefined {
  const lower = name.toLowerCase();
  if (!NAME.test(name)) {
    return { message: text(`"${name}" is no header name`, `"${name}" não é nome de cabeçalho`) };
  }
  const why = REFUSED[lower] ?? REFUSED_PREFIXES.find(([prefix]) => lower.startsWith(prefix))?.[1];
  if (why !== undefined) {
    return {
      message: text(
        `header ${name} cannot be set: ${why.en}`,
        `o cabeçalho ${name} não pode ser definido: ${why['pt-BR']}`,
      ),
    };
  }
  if (lower === 'authorization' && hasAuth) {
    return {
      message: text(
        'header authorization is also what auth sets',
        'o cabeçalho authorization também é definido por auth',
      ),
      help: text('keep one of the two', 'mantenha só um dos dois'),
    };
  }
  if (seen.has(lower)) {
    return {
      message: text(
        `header ${name} stands here already, in other letter case`,
        `o cabeçalho ${name} já está aqui, com outras maiúsculas`,
      ),
    };
  }
  return undefined;
}

function badValue(name: string): Problem {
  return {
    message: text(
      `header ${name}: expected visible ASCII characters on one line`,
      `cabeçalho ${name}: o esperado são caracteres ASCII visíveis em uma só linha`,
    ),
  };
}
