import type { Auth } from '../../config/sections/webhook-auth.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import { type Answer, type Outcome, OWN_FAULTS } from '../http/outcome.ts';
import type { Transport } from '../http/transport.ts';

type Credentials = Pick<
  Extract<Auth, { kind: 'oauth2' }>,
  'tokenUrl' | 'clientId' | 'clientSecret' | 'scope'
>;

/** How long before its end a token is renewed; a short-lived one after half its life. */
const MARGIN_S = 60;
const TOKEN = /^[\x21-\x7e]+$/;

interface Token {
  readonly text: string;
  /** Unix ms. */
  readonly untilMs: number;
}

/** The access tokens of one webhook (OAuth 2.0 client credentials, RFC 6749 4.4): one request at a time for all lanes. */
export class TokenSource {
  readonly #credentials: Credentials;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #userAgent: string;
  #token: Token | undefined;
  #fetching: Promise<string | Outcome> | undefined;

  constructor(credentials: Credentials, parts: { transport: Transport; clock: Clock; userAgent: string }) {
    this.#credentials = credentials;
    this.#transport = parts.transport;
    this.#clock = parts.clock;
    this.#userAgent = parts.userAgent;
  }

  /** A token, or what came of asking for one. */
  get(signal: AbortSignal): Promise<string | Outcome> {
    if (this.#token !== undefined && this.#clock.now() < this.#token.untilMs) {
      return Promise.resolve(this.#token.text);
    }
    this.#fetching ??= this.#fetch(signal).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  /** Another token than one that the receiver refused; what another lane fetched since will do. */
  renew(refused: string, signal: AbortSignal): Promise<string | Outcome> {
    if (this.#token?.text === refused) this.#token = undefined;
    return this.get(signal);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #fetch(signal: AbortSignal): Promise<string | Outcome> {
    const { tokenUrl, clientId, clientSecret, scope } = this.#credentials;
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) });
    const outcome = await this.#transport.send(
      {
        method: 'POST',
        path: tokenUrl.pathname + tokenUrl.search,
        body: form.toString(),
        headers: {
          accept: 'application/json',
          authorization: basic(formEncoded(clientId), formEncoded(clientSecret)),
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': this.#userAgent,
        },
      },
      signal,
    );
    if (outcome.kind === 'fault' || outcome.status < 200 || outcome.status >= 300) {
      return { ...outcome, from: 'tokenEndpoint' };
    }
    const token = readToken(outcome, this.#clock.now());
    if (token === undefined) return noToken(outcome);
    this.#token = token;
    return token.text;
  }
}

/** The value of an authorization header. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** RFC 6749 2.3.1: both are form-encoded before they become a user and a password. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function readToken({ body }: Answer, nowMs: number): Token | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined; // a login page, or a body that broke off
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const text: unknown = Reflect.get(answer, 'access_token');
  if (typeof text !== 'string' || !TOKEN.test(text)) return undefined;
  const lifeS = Number(Reflect.get(answer, 'expires_in')); // some send it as a text
  const usableS = lifeS > 0 ? Math.max(lifeS - MARGIN_S, lifeS / 2) : Number.POSITIVE_INFINITY;
  return { text, untilMs: nowMs + usableS * 1000 };
}

function noToken({ ms, timings, remoteAddress, tls }: Answer): Outcome {
  return {
    kind: 'fault',
    code: OWN_FAULTS.noToken,
    sent: true,
    answered: true,
    ms,
    ...(timings === undefined ? {} : { timings }),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    ...(tls === undefined ? {} : { tls }),
    from: 'tokenEndpoint',
  };
}
