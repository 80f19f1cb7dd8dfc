import type { Webhook } from '../../config/configuration.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Delivery } from '../events/delivery.ts';
import type { Lookup } from '../http/address-guard.ts';
import type { Timeouts } from '../http/attempt.ts';
import type { Outcome } from '../http/outcome.ts';
import { Transport } from '../http/transport.ts';
import type { Batch, BatchOptions } from './batches.ts';
import type { Order } from './lanes.ts';
import { Signer } from './signature.ts';
import { basic, TokenSource } from './tokens.ts';

/** A configured destination, as delivery needs it. */
export interface WebhookTarget
  extends Pick<Webhook, 'keys'>,
    Partial<Pick<Webhook, 'signatures' | 'headers' | 'auth' | 'tls' | 'proxy'>> {
  readonly id: string;
  readonly url: URL;
  readonly allow: readonly ('http' | 'loopback')[];
  /** Lanes in parallel; requests in parallel with `order: none`. */
  readonly maxInFlight: number;
  /** `turnstile` without it. */
  readonly order?: Order;
  /** `inOrder` without it. */
  readonly backlog?: 'inOrder' | 'liveFirst';
  /** What a 409 means: `refused` (class D) without it, `delivered` where the receiver says so of what it has. */
  readonly conflict?: 'refused' | 'delivered';
  /** Requests a minute; no limit without it. */
  readonly rateLimit?: number | undefined;
  /** Several events in one request. */
  readonly batch?: BatchOptions | undefined;
  /** Changes with the configuration: then what waits for this receiver is tried at once. */
  readonly fingerprint?: string;
}

/** One event on its way, with what changes from attempt to attempt. */
export interface Post {
  readonly delivery: Pick<Delivery, 'id' | 'name' | 'unit' | 'body' | 'bytes' | 'headers'>;
  /**
   * `x-giro-tentativa`: counts the requests for this event that reached the wire since the gateway started, this one
   * included, on top of the tries that the event had used up before.
   */
  readonly attempt: number;
  /** It is older than the end of an outage and events after it may have passed it: `x-giro-atrasado: 1`. */
  readonly late?: boolean;
  /** What is sent in place of `delivery`, which is its first event. */
  readonly batch?: Batch | undefined;
  /** An operator sends it again: `x-giro-replay: 1`. */
  readonly replay?: boolean;
  /** Aborts the request when the gateway stops. */
  readonly signal: AbortSignal;
}

/** Sends to one webhook. */
export interface WebhookClient {
  /** One HTTP request. Never rejects: whatever happens is an outcome. */
  post(post: Post): Promise<Outcome>;
  close(): Promise<void>;
}

const TIMEOUTS: Timeouts = { connectMs: 5_000, headersMs: 15_000, bodyMs: 1_000, attemptMs: 20_000 };

interface ClientOptions {
  readonly clock: Clock;
  /** For the user-agent. */
  readonly version: string;
  readonly timeouts?: Timeouts;
  readonly lookup?: Lookup;
}

/** The HTTP client of one webhook: a pool of connections to its origin, no redirects, every attempt signed afresh. */
export class HttpClient implements WebhookClient {
  readonly #url: URL;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #signer: Signer;
  readonly #tokens: TokenSource | undefined;
  /** The same in every request; lower case. */
  readonly #headers: Readonly<Record<string, string>>;

  constructor(target: WebhookTarget, { clock, version, timeouts = TIMEOUTS, lookup }: ClientOptions) {
    const { url, allow, keys, signatures = ['standard'], headers = {}, auth, tls, proxy } = target;
    const userAgent = `giro/${version}`;
    this.#url = url;
    this.#clock = clock;
    this.#transport = new Transport({ url, allow, tls, proxy, timeouts, lookup });
    this.#signer = new Signer(keys, signatures);
    this.#headers = { ...lowerCase(headers), ...fixedAuthorization(auth), 'user-agent': userAgent };
    if (auth?.kind === 'oauth2') {
      // Its answer is needed to the end.
      const patient = { ...timeouts, bodyMs: timeouts.headersMs };
      const { tokenUrl, proxy } = auth;
      const transport = new Transport({ url: tokenUrl, allow, tls, proxy, timeouts: patient, lookup });
      this.#tokens = new TokenSource(auth, { transport, clock, userAgent });
    }
  }

  async post(post: Post): Promise<Outcome> {
    if (this.#tokens === undefined) return this.#send(post);
    const token = await this.#tokens.get(post.signal);
    if (typeof token !== 'string') return token;
    const outcome = await this.#send(post, token);
    if (outcome.kind === 'fault' || outcome.status !== 401) return outcome;
    const renewed = await this.#tokens.renew(token, post.signal);
    return typeof renewed === 'string' ? this.#send(post, renewed) : renewed;
  }

  async close(): Promise<void> {
    await Promise.all([this.#transport.close(), this.#tokens?.close()]);
  }

  #send({ delivery, attempt, replay, late, batch, signal }: Post, token?: string): Promise<Outcome> {
    const { id } = batch ?? delivery;
    const bytes = batch === undefined ? delivery.bytes : undefined;
    const body = bytes ?? Buffer.from((batch ?? delivery).body, 'utf8');
    const nowMs = this.#clock.now();
    const timestampS = Math.floor(nowMs / 1000);
    return this.#transport.send(
      {
        method: 'POST',
        path: this.#url.pathname + this.#url.search,
        body,
        headers: {
          ...this.#headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          'content-type': batch?.contentType ?? 'application/json; charset=utf-8',
          ...(batch === undefined && delivery.headers),
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          ...this.#signer.headers({ id, timestampS, body }, nowMs),
          'x-giro-tentativa': String(attempt),
          ...(batch === undefined
            ? { 'x-giro-evento': delivery.name, 'x-giro-unidade': delivery.unit }
            : { 'x-giro-lote': String(batch.size) }), // its events say their names and units
          ...(late && { 'x-giro-atrasado': '1' }),
          ...(replay && { 'x-giro-replay': '1' }),
        },
      },
      signal,
    );
  }
}

/** So that what Giro sets replaces a header whatever its letter case. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function fixedAuthorization(auth: Webhook['auth']): Record<string, string> {
  switch (auth?.kind) {
    case 'basic':
      return { authorization: basic(auth.user, auth.password) };
    case 'bearer':
      return { authorization: `Bearer ${auth.token}` };
    default:
      return {};
  }
}
