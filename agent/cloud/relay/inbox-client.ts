import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import got, { type Response } from 'got';
import type { FetchSource } from '../../../config/sections/relay.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { version } from '../../base/version.ts';
import { blockedAddress, guardedLookup } from '../../http/address-guard.ts';

/** What an inbox answered; its body is read, or the request is aborted. */
export interface InboxAnswer {
  readonly status: number;
  readonly headers: Response['headers'];
  readonly body: AsyncIterable<Uint8Array>;
}

const TIMEOUTS_MS = { lookup: 5_000, connect: 5_000, secureConnect: 10_000, response: 20_000 };

/** The connections to one inbox: no redirects, no retries of its own, only where the configuration allows. */
export class InboxClient {
  readonly #source: FetchSource;
  readonly #agent: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(source: FetchSource) {
    this.#source = source;
    const proxy = source.proxy?.href;
    const options = {
      keepAlive: true,
      proxyEnv: proxy === undefined ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
    };
    this.#agent = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  }

  /**
   * One GET, until the head of its answer. Rejects with the signal's reason when it aborts.
   * @throws {GiroError} RELAY_UNREACHABLE, ADDRESS_BLOCKED.
   */
  async get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<InboxAnswer> {
    const { token, ca, allow, proxy } = this.#source;
    const permission = { loopback: allow.includes('loopback') };
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && blockedAddress(host, permission)) {
      throw new GiroError('ADDRESS_BLOCKED', url.origin);
    }
    const stream = got.stream(url, {
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'user-agent': `giro/${version}`,
        ...headers,
      },
      agent: this.#agent,
      ...(proxy === undefined && { dnsLookup: guardedLookup(permission) }),
      ...(ca !== undefined && { https: { certificateAuthority: ca } }),
      timeout: TIMEOUTS_MS,
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      signal,
    });
    try {
      const [response] = (await once(stream, 'response')) as [Response];
      return { status: response.statusCode, headers: response.headers, body: bytesOf(stream, url, signal) };
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(url, error);
    }
  }

  close(): void {
    this.#agent.http.destroy();
    this.#agent.https.destroy();
  }
}

async function* bytesOf(
  stream: AsyncIterable<Uint8Array>,
  url: URL,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

/** Never with the query, which holds a cursor. */
function unreachable(url: URL, cause: unknown): GiroError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new GiroError('RELAY_UNREACHABLE', `${url.origin}: ${code}`, { cause });
}
