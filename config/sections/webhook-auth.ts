import { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';
import { parseWebhookUrl } from './webhook-url.ts';

const oauth2 = z
  .strictObject({
    tokenUrl: z.string().describe('Where tokens are asked for: https://HOST/PATH.'),
    clientId: z.string().min(1).describe('Name of this client at the token endpoint.'),
    clientSecret: z.string().min(1).describe('Its secret; better kept outside this file.'),
    scope: z.string().min(1).optional().describe('Scopes to ask for, separated by blanks.'),
  })
  .describe('OAuth 2.0 client credentials: Giro fetches a token and renews it before it ends or on a 401.');

export const authSchema = z
  .strictObject({
    basic: z
      .strictObject({
        user: z.string().min(1).describe('Name of the user.'),
        password: z.string().describe('Its password; better kept outside this file.'),
      })
      .optional()
      .describe('User and password (HTTP Basic).'),
    bearer: z.string().optional().describe('A token that does not change; better kept outside this file.'),
    oauth2: oauth2.optional(),
  })
  .describe('What the authorization header holds, for receivers that want one: basic, bearer or oauth2.');

/** What the authorization header of a webhook's requests holds. */
export type Auth =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      readonly kind: 'oauth2';
      readonly tokenUrl: URL;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | undefined;
      /** Through which tokens are fetched. */
      readonly proxy: URL | undefined;
    };

const KINDS = ['basic', 'bearer', 'oauth2'] as const;
const TOKEN = /^[\x21-\x7e]+$/;

/** Judges `webhooks[].auth`; undefined when there is none, or it is wrong. */
export function checkAuth(
  checker: Checker,
  index: number,
  proxyFor: (url: URL) => URL | undefined,
): Auth | undefined {
  const path = ['webhooks', index, 'auth'];
  const { data } = authSchema.safeParse(checker.source.at(path));
  if (data === undefined) return undefined;
  if (KINDS.filter((kind) => data[kind] !== undefined).length !== 1) {
    checker.report(path, {
      message: text(
        'auth: expected exactly one of basic, bearer and oauth2',
        'auth: o esperado é exatamente um entre basic, bearer e oauth2',
      ),
    });
    return undefined;
  }
  if (data.basic !== undefined) return basic(checker, path, data.basic);
  if (data.bearer !== undefined) return bearer(checker, path, data.bearer);
  return data.oauth2 && clientCredentials(checker, index, data.oauth2, proxyFor);
}

function basic(
  checker: Checker,
  path: readonly PropertyKey[],
  { user, password }: { user: string; password: string },
): Auth {
  if (user.includes(':')) {
    checker.report([...path, 'basic', 'user'], {
      message: text('user: cannot hold a colon (:)', 'user: não pode conter dois-pontos (:)'),
    });
  }
  return { kind: 'basic', user, password };
}

function bearer(checker: Checker, path: readonly PropertyKey[], token: string): Auth {
  if (!TOKEN.test(token)) {
    checker.report([...path, 'bearer'], {
      message: text(
        'bearer: expected a token of visible ASCII characters without blanks',
        'bearer: o esperado é um token de caracteres ASCII visíveis, sem espaços',
      ),
    });
  }
  return { kind: 'bearer', token };
}

function clientCredentials(
  checker: Checker,
  index: number,
  { tokenUrl, clientId, clientSecret, scope }: z.output<typeof oauth2>,
  proxyFor: (url: URL) => URL | undefined,
): Auth | undefined {
  const allow = checker.source.at(['webhooks', index, 'allow']);
  const parsed = parseWebhookUrl(tokenUrl, Array.isArray(allow) ? allow : []);
  if ('problem' in parsed) {
    checker.report(['webhooks', index, 'auth', 'oauth2', 'tokenUrl'], parsed.problem);
    return undefined;
  }
  return { kind: 'oauth2', tokenUrl: parsed.url, clientId, clientSecret, scope, proxy: proxyFor(parsed.url) };
}
