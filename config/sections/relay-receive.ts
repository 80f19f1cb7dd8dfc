import { BlockList, isIP } from 'node:net';
import type { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import type { ListenAddress } from '../check/listen.ts';
import { type Problem, text } from '../check/mistakes.ts';
import type { Path } from '../check/source.ts';
import { checkListen } from './feed.ts';
import type { relaySchema } from './relay-schema.ts';
import { checkServerTls, type ServerTls } from './server-tls.ts';

export interface Hmac {
  /** Lower case. */
  readonly header: string;
  readonly secret: string;
  readonly prefix: string;
  readonly encoding: 'hex' | 'base64';
}

/** Dotted members of the cloud's body; the first that is there counts. */
export type Members = Readonly<Record<'event' | 'key' | 'company' | 'id' | 'time', readonly string[]>>;

/** What every source of cloud events has. */
export interface SourceBase {
  readonly id: string;
  /** `nuvem.provedor`. */
  readonly provider: string;
}

/** An endpoint that the cloud posts to. */
export interface ReceiveSource extends SourceBase {
  readonly kind: 'receive';
  /** `units[].id`; without it the body must name the unit. */
  readonly unit: string | undefined;
  readonly listen: ListenAddress;
  /** Secret: of the URL. */
  readonly path: string;
  readonly tls: ServerTls | undefined;
  readonly bearer: string | undefined;
  readonly hmac: Hmac | undefined;
  /** Addresses and networks; undefined: any may post. */
  readonly from: readonly string[] | undefined;
  /** Addresses and networks of reverse proxies. */
  readonly proxies: readonly string[];
  /** Header names that are passed on, lower case. */
  readonly headers: readonly string[];
  readonly members: Members;
}

type Form = z.output<typeof relaySchema>;
type ReceiveForm = Form & { readonly receive: NonNullable<Form['receive']> };

/** At least 20 characters of which nobody guesses enough. */
const PATH = /^\/[\w-]{20,128}$/;
const HEADER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Judges a source with `receive`. */
export function checkReceive(
  checker: Checker,
  index: number,
  { id, provider, unit, headers, receive }: ReceiveForm,
  folder: string,
): ReceiveSource | undefined {
  const path = ['relay', index, 'receive'];
  const listen = checkListen(checker, [...path, 'listen']);
  const tls = checkServerTls(checker, [...path, 'tls'], folder);
  if (!PATH.test(receive.path)) checker.report([...path, 'path'], WEAK_PATH);
  checkNetworks(checker, [...path, 'from'], receive.from);
  checkNetworks(checker, [...path, 'proxies'], receive.proxies);
  for (const [place, header] of headers.entries())
    checkHeader(checker, ['relay', index, 'headers', place], header);
  if (receive.hmac !== undefined) checkHeader(checker, [...path, 'hmac', 'header'], receive.hmac.header);
  if (listen === undefined) return undefined;
  return {
    kind: 'receive',
    id,
    provider,
    unit,
    listen,
    path: receive.path,
    tls,
    bearer: receive.bearer,
    hmac: receive.hmac && { ...receive.hmac, header: receive.hmac.header.toLowerCase() },
    from: receive.from,
    proxies: receive.proxies ?? [],
    headers: headers.map((name) => name.toLowerCase()),
    members: receive.members,
  };
}

function checkNetworks(checker: Checker, path: Path, networks: readonly string[] | undefined): void {
  for (const [place, network] of networks?.entries() ?? []) {
    if (addNetwork(new BlockList(), network)) continue;
    checker.report([...path, place], {
      message: text(
        `"${network}" is no IP address and no network; expected such as 203.0.113.7 or 203.0.113.0/24`,
        `"${network}" não é um endereço IP nem uma rede; o esperado é como 203.0.113.7 ou 203.0.113.0/24`,
      ),
    });
  }
}

/** Adds an address or a network (`ADDRESS/BITS`) to a list; false when it is neither. */
export function addNetwork(list: BlockList, network: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  if (version === 0 || Number(bits ?? 0) > longest) return false;
  list.addSubnet(address, Number(bits ?? longest), version === 6 ? 'ipv6' : 'ipv4');
  return true;
}

function checkHeader(checker: Checker, path: Path, header: string): void {
  if (HEADER.test(header)) return;
  checker.report(path, {
    message: text(`"${header}" is no header name`, `"${header}" não é nome de cabeçalho`),
  });
}

/** Never quotes it: it is a secret. */
const WEAK_PATH: Problem = {
  message: text(
    'path: expected / and 20 to 128 letters, digits, - and _ that nobody can guess',
    'path: o esperado é / e de 20 a 128 letras, algarismos, - e _ que ninguém adivinhe',
  ),
  help: text('giro relay path prints a new one', 'giro relay path mostra um novo'),
};
