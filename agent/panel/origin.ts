import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { formatPeer } from '../../drivers/links/address.ts';

/** What the headers of a request say of where it comes from. */
export interface Provenance {
  /** `Host`. */
  readonly host: string | undefined;
  /** `Origin`. */
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
  /** `Sec-Fetch-Mode`. */
  readonly mode: string | undefined;
  /** It changes something. */
  readonly isAction: boolean;
}

/** Where the panel listens. */
export interface PanelAddress {
  readonly host: string;
  readonly port: number;
  /** Only this machine can reach it. */
  readonly isLocal: boolean;
}

/**
 * Why a request is refused; undefined when it may go on. A page of another site can make a browser ask here under a
 * name of its own that leads to this machine (DNS rebinding), and then has that name in `Host`. An address is no such
 * name, and the names of this machine are nobody else's.
 */
export function refusalOf(request: Provenance, address: PanelAddress): string | undefined {
  const { host, origin, site, mode, isAction } = request;
  if (host === undefined || !isOurs(host.toLowerCase(), address))
    return 'this is not an address of the panel';
  if (origin !== undefined && origin !== `http://${host}`) return 'another site may not ask here';
  if (isAction && origin === undefined) return 'an action needs the Origin header of a browser';
  // A link of another site may lead to the page; what the page then loads is its own.
  const isLink = mode === 'navigate' && !isAction;
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isForeign && !isLink ? 'another site may not ask here' : undefined;
}

function isOurs(given: string, { host, port, isLocal }: PanelAddress): boolean {
  const name = port === 80 && !/:\d+$/.test(given) ? `${given}:80` : given;
  const own = ['127.0.0.1', '::1', 'localhost', host].map((each) => formatPeer(each, port));
  if (own.includes(name)) return true;
  if (isLocal || !name.endsWith(`:${port}`)) return false;
  const bare = name.slice(0, -`:${port}`.length);
  const machine = hostname().toLowerCase();
  return isIP(bare.replace(/^\[|\]$/g, '')) !== 0 || bare === machine || bare === `${machine}.local`;
}
