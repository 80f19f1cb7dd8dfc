import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import type { TlsSettings } from '../../config/sections/webhook-tls.ts';
import { blockedAddress, guardedLookup, type Lookup } from './address-guard.ts';
import { Attempt, type Timeouts } from './attempt.ts';
import { Bag } from './bag.ts';
import { Connection } from './connection.ts';
import { type Fault, type Outcome, OWN_FAULTS } from './outcome.ts';
import { Tunnel } from './tunnel.ts';

export interface TransportOptions {
  readonly url: URL;
  readonly allow: readonly ('http' | 'loopback')[];
  readonly tls?: TlsSettings | undefined;
  /** An HTTP proxy; undefined: none. */
  readonly proxy?: URL | undefined;
  readonly timeouts: Timeouts;
  readonly lookup?: Lookup | undefined;
}

const UNSENT = { kind: 'fault', sent: false, answered: false, ms: 0 } as const;

/** The connections to the origin of one URL, with the rules of what may be connected to and how. */
export class Transport {
  readonly #timeouts: Timeouts;
  readonly #forbidden: Fault | undefined;
  readonly #pool: Pool;
  readonly #tunnel: Tunnel | undefined;
  readonly #closing = new AbortController();
  /** What is under way, by the signal that ends it. */
  readonly #running = new WeakMap<AbortSignal, Bag<Attempt>>();

  constructor({ url, allow, tls, proxy, timeouts, lookup }: TransportOptions) {
    const { connectMs } = timeouts;
    const permission = { loopback: allow.includes('loopback') };
    const { signal } = this.#closing;
    this.#timeouts = timeouts;
    this.#forbidden = forbidden(url, allow, permission);
    this.#tunnel = proxy && new Tunnel(proxy, connectMs);
    const options = {
      connectMs,
      lookup: guardedLookup(permission, lookup),
      tunnel: this.#tunnel,
      secure: buildConnector(tlsOptions(tls, connectMs)),
      pins: tls?.pins,
      signal,
    };
    // No limit of connections here: the dispatcher bounds what is in flight, and a queue would eat into an attempt's time.
    this.#pool = new Pool(url.origin, {
      allowH2: false,
      headersTimeout: 0, // the attempt keeps its own, which fire in time
      bodyTimeout: 0,
      factory: (origin, clientOptions) => new Connection(origin, clientOptions, options),
    });
  }

  /** One request. Never rejects: whatever happens is an outcome. */
  send(request: Dispatcher.DispatchOptions, signal: AbortSignal): Promise<Outcome> {
    if (this.#forbidden !== undefined) return Promise.resolve(this.#forbidden);
    if (signal.aborted) return Promise.resolve({ ...UNSENT, code: OWN_FAULTS.aborted });
    return new Attempt(this.#timeouts, this.#endedBy(signal), performance.now()).run(this.#pool, request);
  }

  /**
   * The attempts that a signal ends, by one listener for all: one that was removed still leads to those after it, so
   * the first that grows old in V8's heap would keep every later attempt until the next full collection.
   */
  #endedBy(signal: AbortSignal): Bag<Attempt> {
    const known = this.#running.get(signal);
    if (known !== undefined) return known;
    const attempts = new Bag<Attempt>();
    this.#running.set(signal, attempts);
    const abort = (): void => {
      for (const attempt of attempts.members) attempt.abort();
    };
    signal.addEventListener('abort', abort, { once: true });
    return attempts;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#pool.destroy(), this.#tunnel?.close()]);
  }
}

function tlsOptions(tls: TlsSettings | undefined, connectMs: number): buildConnector.BuildOptions {
  return {
    timeout: connectMs,
    allowH2: false,
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls?.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
    // A resumed session shows no certificate to compare with a pin.
    ...(tls?.pins === undefined ? {} : { maxCachedSessions: 0 }),
  };
}

/** What the URL itself rules out; a name is judged by its addresses at each connection. */
function forbidden(
  url: URL,
  allow: TransportOptions['allow'],
  permission: { readonly loopback: boolean },
): Fault | undefined {
  if (url.protocol === 'http:' && !allow.includes('http')) {
    return { ...UNSENT, code: OWN_FAULTS.httpNotAllowed };
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && blockedAddress(host, permission)) {
    return { ...UNSENT, code: OWN_FAULTS.addressBlocked };
  }
  return undefined;
}
