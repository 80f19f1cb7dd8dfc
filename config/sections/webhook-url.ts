import { isLoopback } from '../../drivers/links/host.ts';
import { type Problem, text } from '../check/mistakes.ts';

/**
 * Reads `webhooks[].url`. `allow` is what the webhook permits besides https to another machine. A name that leads to
 * this machine is found when it is looked up; here only what the URL itself says. Problems never quote the URL, which
 * may hold a token.
 */
export function parseWebhookUrl(
  value: string,
  allow: readonly unknown[],
): { readonly url: URL } | { readonly problem: Problem } {
  const url = URL.parse(value);
  if (url === null) return { problem: unreadable(value) };
  const problem = refusal(url, value, allow);
  return problem === undefined ? { url } : { problem };
}

function refusal(url: URL, value: string, allow: readonly unknown[]): Problem | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return unreadable(value);
  if (url.username !== '' || url.password !== '') {
    return {
      message: text(
        'the URL holds a user or password; Giro signs its requests instead',
        'a URL contém usuário ou senha; o Giro assina as requisições em vez disso',
      ),
      help: text(
        'if the receiver wants them, use auth: { basic: { user: ..., password: ... } }',
        'se o destino os exige, use auth: { basic: { user: ..., password: ... } }',
      ),
    };
  }
  if (value.includes('#')) {
    return {
      message: text(
        'the URL holds a fragment (#...), which is never sent; remove it',
        'a URL contém um fragmento (#...), que nunca é enviado; remova-o',
      ),
    };
  }
  if (url.protocol === 'http:' && !allow.includes('http')) {
    return {
      message: text(
        'the URL is http, which anyone on the way can read',
        'a URL é http, que qualquer um no caminho pode ler',
      ),
      help: text('use https, or add allow: [http]', 'use https ou acrescente allow: [http]'),
    };
  }
  if (isLoopback(url.hostname) && !allow.includes('loopback')) {
    return {
      message: text('the URL leads to this machine', 'a URL aponta para esta própria máquina'),
      help: text(
        'if that is meant, add loopback to allow',
        'se for essa a intenção, acrescente loopback em allow',
      ),
    };
  }
  return undefined;
}

const HTTP = /^https?:\/\//i;
const SCHEME = /^[a-z][a-z0-9+.-]{0,15}:\/\//i;

function unreadable(value: string): Problem {
  const scheme = SCHEME.exec(value)?.[0];
  return {
    message: HTTP.test(value)
      ? text(
          'the URL is not valid; expected https://HOST/PATH',
          'a URL não é válida; o esperado é https://HOST/CAMINHO',
        )
      : scheme === undefined
        ? text(
            'the URL has no scheme; expected https://HOST/PATH',
            'a URL não tem esquema; o esperado é https://HOST/CAMINHO',
          )
        : text(
            `the URL begins with ${scheme}; expected https://HOST/PATH`,
            `a URL começa com ${scheme}; o esperado é https://HOST/CAMINHO`,
          ),
  };
}
