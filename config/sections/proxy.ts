import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopback } from '../../drivers/links/host.ts';
import type { Checker } from '../check/checker.ts';
import { type Problem, text } from '../check/mistakes.ts';
import type { Path } from '../check/source.ts';

type Env = Readonly<Record<string, string | undefined>>;

export const proxySchema = z
  .string()
  .optional()
  .describe(
    'HTTP proxy that requests go through: http://HOST:PORT, with USER:PASSWORD@ if it wants them; none: no proxy. Default: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment say.',
  );

/** Judges the `proxy` at `path`. Answers which proxy leads to a URL: the configured one, else the environment's. */
export function checkProxy(checker: Checker, path: Path, env: Env): (url: URL) => URL | undefined {
  const configured = checker.source.at(path);
  if (configured === 'none') return () => undefined;
  if (typeof configured === 'string') {
    const proxy = parseProxy(configured);
    if (proxy === undefined) checker.report(path, { message: wrongProxy('proxy') });
    return () => proxy;
  }
  return (url) => {
    const found = environmentProxy(url, env);
    if (found === undefined) return undefined;
    const proxy = parseProxy(found.value);
    if (proxy === undefined) checker.report(path, { message: wrongProxy(found.name), help: OWN_PROXY });
    return proxy;
  };
}

/** The variable that names a proxy for a URL, unless NO_PROXY excludes it. This machine is never behind one. */
function environmentProxy(url: URL, env: Env): { name: string; value: string } | undefined {
  if (isLoopback(url.hostname) || isExcluded(url, env.no_proxy || env.NO_PROXY || '')) return undefined;
  const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  for (const name of names) {
    const value = env[name];
    if (value) return { name, value: value.includes('://') ? value : `http://${value}` };
  }
  return undefined;
}

/** NO_PROXY: hosts, domains with all below them (`example.com`, `.example.com`, `*.example.com`), each with a port if it likes; `*`. */
function isExcluded(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', onlyPort] =
        /^\[?(.+?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      const domain = name.replace(/^\*?\./, '');
      return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}

function parseProxy(value: string): URL | undefined {
  const url = URL.parse(value);
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  const isOrigin = url?.pathname === '/' && url.search === '' && url.hash === '';
  return url !== null && isHttp && isOrigin ? url : undefined;
}

const OWN_PROXY: Problem['help'] = text(
  'correct the variable, or set proxy here (none: no proxy)',
  'corrija a variável ou defina proxy aqui (none: sem proxy)',
);

/** Never quotes it: it may hold a password. */
function wrongProxy(name: string): Problem['message'] {
  return text(
    `${name} is no proxy that Giro can use; expected http://HOST:PORT or none`,
    `${name} não é um proxy que o Giro possa usar; o esperado é http://HOST:PORTA ou none`,
  );
}
