import { createHmac, createSecretKey, type KeyObject, sign as signEd25519 } from 'node:crypto';
import type { Webhook } from '../../config/configuration.ts';
import { ed25519PrivateKey, type SigningKey } from '../../config/sections/secret.ts';

/** What one attempt is signed over. */
export interface Signed {
  /** The `webhook-id`. */
  readonly id: string;
  /** Unix seconds of this attempt. */
  readonly timestampS: number;
  /** The very bytes that are sent. */
  readonly body: Uint8Array;
}

interface PreparedKey {
  readonly kind: SigningKey['kind'];
  readonly key: KeyObject;
  /** The text of the secret as a key, for the schemes of others. */
  readonly textKey: KeyObject;
  readonly untilMs: number;
}

/** Signs the attempts of one webhook by its schemes, with every key that still signs. */
export class Signer {
  readonly #keys: readonly PreparedKey[];
  readonly #schemes: Webhook['signatures'];

  /** `keys`: newest first. */
  constructor(keys: readonly SigningKey[], schemes: Webhook['signatures']) {
    this.#keys = keys.map(prepare);
    this.#schemes = schemes;
  }

  /** The headers that hold the signatures; `nowMs` tells which old keys have ended. */
  headers(signed: Signed, nowMs: number): Record<string, string> {
    const keys = this.#keys.filter(({ untilMs }) => nowMs < untilMs);
    const hmacKeys = keys.filter(({ kind }) => kind === 'hmac').map(({ textKey }) => textKey);
    const headers: Record<string, string> = {};
    for (const scheme of this.#schemes) {
      switch (scheme) {
        case 'standard':
          headers['webhook-signature'] = standardSignature(keys, signed);
          break;
        case 'github':
          // The scheme knows one signature: the newest key's.
          if (hmacKeys[0] !== undefined)
            headers['x-hub-signature-256'] = githubSignature(hmacKeys[0], signed);
          break;
        case 'stripe':
          headers['stripe-signature'] = stripeSignature(hmacKeys, signed);
          break;
      }
    }
    return headers;
  }
}

function prepare(key: SigningKey): PreparedKey {
  return {
    kind: key.kind,
    key: key.kind === 'hmac' ? createSecretKey(key.bytes) : ed25519PrivateKey(key),
    textKey: createSecretKey(key.text, 'utf8'),
    untilMs: key.untilMs ?? Number.POSITIVE_INFINITY,
  };
}

/** Standard Webhooks over `id.timestamp.body`: `v1` HMAC-SHA-256, `v1a` ed25519, one signature a key. */
function standardSignature(
  keys: readonly Pick<PreparedKey, 'kind' | 'key'>[],
  { id, timestampS, body }: Signed,
): string {
  const start = `${id}.${timestampS}.`;
  return keys
    .map(({ kind, key }) =>
      kind === 'hmac'
        ? `v1,${createHmac('sha256', key).update(start).update(body).digest('base64')}`
        : `v1a,${signEd25519(null, Buffer.concat([Buffer.from(start), body]), key).toString('base64')}`,
    )
    .join(' ');
}

/** GitHub's `X-Hub-Signature-256`: over the body alone, keyed by the secret as a text. */
export function githubSignature(key: KeyObject, { body }: Pick<Signed, 'body'>): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** As Stripe's `Stripe-Signature`: over `timestamp.body`, keyed by the secret as a text, one `v1` a key. */
export function stripeSignature(
  keys: readonly KeyObject[],
  { timestampS, body }: Pick<Signed, 'timestampS' | 'body'>,
): string {
  const signatures = keys.map(
    (key) => `v1=${createHmac('sha256', key).update(`${timestampS}.`).update(body).digest('hex')}`,
  );
  return [`t=${timestampS}`, ...signatures].join(',');
}
