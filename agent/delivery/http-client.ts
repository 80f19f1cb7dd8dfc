import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Clock } from '../../drivers/clock.ts';
import type { Delivery } from '../journal/records.ts';
import { blockedAddress, guardedLookup, type Lookup } from './address-guard.ts';
import { Attempt, type Timeouts } from './attempt.ts';
import { type Fault, type Outcome, OWN_FAULTS } from './outcome.ts';
import { sign } from './signature.ts';

/** A configured destination, as delivery needs it. */
export interface WebhookTarget {
  readonly id: string;
  readonly url: URL;
  /** Signing keys, newest first. */
  readonly keys: readonly Uint8Array[];
  readonly allow: readonly ('http' | 'loopback')[];
  /** Lanes in parallel. */
  readonly maxInFlight: number;
}

/** One event on its way, with what changes from attempt to attempt. */
export interface Post {
  readonly delivery: Pick<Delivery, 'id' | 'name' | 'unit' | 'body'>;
  /**
   * `x-giro-tentativa`: counts the requests for this event that reached the wire since the gateway started, this one
   * included, on top of the tries that the event had used up before.
   */
  readonly attempt: number;
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

  async post({ delivery, attempt, replay = false, signal }: Post): Promise<Outcome> {
    if (this.#forbidden !== undefined) {
      return this.#forbidden;
    }
    const { url, keys } = this.#target;
    const body = Buffer.from(delivery.body, 'utf8');
    const timestampS = Math.floor(this.#clock.now() / 1000);
    return new Attempt(this.#timeouts, signal, performance.now()).run(this.#pool, {
      method: 'POST',
      path: url.pathname + url.search,
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': this.#userAgent,
        'webhook-id': delivery.id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': sign(keys, delivery.id, timestampS, body),
        'x-giro-evento': delivery.name,
        'x-giro-tentativa': String(attempt),
        'x-giro-unidade': delivery.unit,
        ...(replay && { 'x-giro-replay': '1' }),
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
