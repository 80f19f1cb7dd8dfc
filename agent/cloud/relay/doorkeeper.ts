import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { ReceiveSource } from '../../../config/sections/relay-receive.ts';
import { addNetwork } from '../../../config/sections/relay-receive.ts';
import { isContract } from '../../events/recognise.ts';

/** Who may post to a source. */
export class Doorkeeper {
  readonly #source: ReceiveSource;
  readonly #from: BlockList | undefined;
  readonly #proxies: BlockList;

  constructor(source: ReceiveSource) {
    this.#source = source;
    this.#from = source.from && listOf(source.from);
    this.#proxies = listOf(source.proxies);
  }

  /** Takes the same time whatever the path is. */
  knowsPath(path: string): boolean {
    return equals(path, this.#source.path);
  }

  /** Judges a request by its head; the status that refuses it, else undefined. */
  refuse(headers: IncomingHttpHeaders, peer: string): 401 | 403 | undefined {
    const { bearer } = this.#source;
    if (this.#from !== undefined && !contains(this.#from, this.#client(headers, peer))) return 403;
    if (bearer !== undefined && !equals(headers.authorization ?? '', `Bearer ${bearer}`)) return 401;
    return undefined;
  }

  /** Whether the body carries the signature that is asked for. */
  isSigned(headers: IncomingHttpHeaders, body: Uint8Array): boolean {
    const { hmac } = this.#source;
    if (hmac === undefined) return true;
    const wanted = createHmac('sha256', hmac.secret).update(body).digest(hmac.encoding);
    const given = String(headers[hmac.header] ?? '');
    return equals(
      hmac.encoding === 'hex' ? given.toLowerCase() : given,
      hmac.encoding === 'hex' ? `${hmac.prefix}${wanted}`.toLowerCase() : `${hmac.prefix}${wanted}`,
    );
  }

  /** The nearest address that is no proxy of ours: what stands further left, anybody can write. */
  #client(headers: IncomingHttpHeaders, peer: string): string {
    const forwarded = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== '');
    return [...forwarded, peer].reverse().find((address) => !contains(this.#proxies, address)) ?? peer;
  }
}

/**
 * Whether Giro itself sent this: by the headers of its requests, or by a body of the contract (alone, in a batch, or in a
 * CloudEvent). Such a post is a webhook that leads back here, and would go round for ever.
 */
export function isOwn(headers: IncomingHttpHeaders, body: Uint8Array): boolean {
  if (headers['x-giro-evento'] !== undefined || headers['x-giro-lote'] !== undefined) return true;
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return (
      isContract(first) ||
      (typeof first === 'object' && first !== null && isContract(Reflect.get(first, 'data')))
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) addNetwork(list, network);
  return list;
}

/** BlockList itself sees through the mapped form (::ffff:a.b.c.d). */
function contains(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** By hashes, so that neither length nor content shows in the time that it takes. */
function equals(given: string, wanted: string): boolean {
  const hash = (text: string): Uint8Array => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
