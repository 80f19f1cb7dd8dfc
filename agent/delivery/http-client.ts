import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Clock } from '../../drivers/clock.ts';
import type { Delivery } from '../journal/records.ts';
import { blockedAddress, guardedLookup, type Lookup } from './address-guard.ts';
import { Attempt, type Timeouts } from './attempt.ts';
import type { Batch, BatchOptions } from './batches.ts';
import type { Order } from './lanes.ts';
import { type Fault, type Outcome, OWN_FAULTS } from './outcome.ts';
import { sign } from './signature.ts';

/** A configured destination, as delivery needs it. */
export interface WebhookTarget {
  readonly id: string;
  readonly url: URL;
  /** Signing keys, newest first. */
  readonly keys: readonly Uint8Array[];
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
  readonly delivery: Pick<Delivery, 'id' | 'name' | 'unit' | 'body'>;
  /**
   * `x-giro-tentativa`: counts the requests for this event that reached the wire since the gateway started, this one
   * included, on top of the tries that the event had used up before.
   */
  readonly attempt: number;
  /** It is older than the end of an outage and events after it may have passed it: `x-giro-atrasado: 1`. */
  readonly late?: boolean;
  /** What is sent in place of `delivery`, which is its first event. */
  readonly batch?: Batch | undefined;
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
  readonly #target: WebhookTarget;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #timeouts: Timeouts;
  readonly #forbidden: Fault | undefined;
  readonly #pool: Pool;

  constructor(target: WebhookTarget, options: ClientOptions) {
    const allow = { loopback: target.allow.includes('loopback') };
    this.#target = target;
    this.#clock = options.clock;
    this.#userAgent = `giro/${options.version}`;
    this.#timeouts = options.timeouts ?? TIMEOUTS;
    this.#forbidden = forbidden(target, allow);
    // No limit of connections here: the dispatcher bounds what is in flight, and a queue would eat into an attempt's time.
    this.#pool = new Pool(target.url.origin, {
      allowH2: false,
      headersTimeout: 0, // the attempt keeps its own, which fire in time
      bodyTimeout: 0,
      connect: { timeout: this.#timeouts.connectMs, lookup: guardedLookup(allow, options.lookup) },
    });
  }

  async post({ delivery, attempt, signal, late, batch }: Post): Promise<Outcome> {
    if (this.#forbidden !== undefined) {
      return this.#forbidden;
    }
    const { url, keys } = this.#target;
    const { id } = batch ?? delivery;
    const body = Buffer.from((batch ?? delivery).body, 'utf8');
    const timestampS = Math.floor(this.#clock.now() / 1000);
    return new Attempt(this.#timeouts, signal, performance.now()).run(this.#pool, {
      method: 'POST',
      path: url.pathname + url.search,
      body,
      headers: {
        'content-type': batch?.contentType ?? 'application/json; charset=utf-8',
        'user-agent': this.#userAgent,
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': sign(keys, id, timestampS, body),
        'x-giro-tentativa': String(attempt),
        ...(batch === undefined
          ? { 'x-giro-evento': delivery.name, 'x-giro-unidade': delivery.unit }
          : { 'x-giro-lote': String(batch.size) }), // its events say their names and units
        ...(late && { 'x-giro-atrasado': '1' }),
      },
    });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** What the URL itself rules out; a name is judged by its addresses at each connection. */
function forbidden(target: WebhookTarget, allow: { readonly loopback: boolean }): Fault | undefined {
  const fault = { kind: 'fault', sent: false, answered: false, ms: 0 } as const;
  if (target.url.protocol === 'http:' && !target.allow.includes('http')) {
    return { ...fault, code: OWN_FAULTS.httpNotAllowed };
  }
  const host = target.url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && blockedAddress(host, allow)) {
    return { ...fault, code: OWN_FAULTS.addressBlocked };
  }
  return undefined;
}
