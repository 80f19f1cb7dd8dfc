import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Text } from '../../drivers/base/language.ts';
import { text } from '../check/mistakes.ts';

const HMAC_PREFIX = 'whsec_';
const ED25519_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const SEED_BYTES = 32;

/** One key that a webhook's requests are signed with (Standard Webhooks). */
export interface SigningKey {
  readonly kind: 'hmac' | 'ed25519';
  /** As it is written: `whsec_...` or `whsk_...`. */
  readonly text: string;
  /** The key of `hmac`, 24 to 64 bytes; of `ed25519` 32 bytes of seed and 32 of public key. */
  readonly bytes: Uint8Array;
  /** Unix ms from which it no longer signs; the newest key of a webhook has none. */
  readonly untilMs?: number;
}

/**
 * Reads a Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an ed25519 seed
 * with its public key; padded or not. What is wrong comes back as a sentence, which never quotes the secret.
 */
export function parseSecret(secret: string): { readonly key: SigningKey } | { readonly problem: Text } {
  if (secret.startsWith(HMAC_PREFIX)) return parseHmac(secret);
  if (secret.startsWith(ED25519_PREFIX)) return parseEd25519(secret);
  if (secret.startsWith(PUBLIC_PREFIX)) {
    return {
      problem: text(
        `${PUBLIC_PREFIX} is the public key, which receivers verify with; signing needs the ${ED25519_PREFIX} that it belongs to`,
        `${PUBLIC_PREFIX} é a chave pública, com que o destino verifica; para assinar é preciso a ${ED25519_PREFIX} correspondente`,
      ),
    };
  }
  return {
    problem: text(
      `the secret must begin with ${HMAC_PREFIX} or ${ED25519_PREFIX}`,
      `o segredo deve começar com ${HMAC_PREFIX} ou ${ED25519_PREFIX}`,
    ),
  };
}

function parseHmac(secret: string): ReturnType<typeof parseSecret> {
  const bytes = decode(secret, HMAC_PREFIX);
  if (bytes === undefined) return { problem: noBase64(HMAC_PREFIX) };
  if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) {
    return { problem: wrongLength(bytes.length, `${LEAST_BYTES} to ${MOST_BYTES}`, 'de 24 a 64') };
  }
  return { key: { kind: 'hmac', text: secret, bytes } };
}

function parseEd25519(secret: string): ReturnType<typeof parseSecret> {
  const bytes = decode(secret, ED25519_PREFIX);
  if (bytes === undefined) return { problem: noBase64(ED25519_PREFIX) };
  if (bytes.length !== 2 * SEED_BYTES) {
    return { problem: wrongLength(bytes.length, String(2 * SEED_BYTES), String(2 * SEED_BYTES)) };
  }
  const key: SigningKey = { kind: 'ed25519', text: secret, bytes };
  const { x } = createPublicKey(ed25519PrivateKey(key)).export({ format: 'jwk' });
  if (x !== Buffer.from(bytes.subarray(SEED_BYTES)).toString('base64url')) {
    return {
      problem: text(
        'the two halves of the secret (seed and public key) do not belong together',
        'as duas metades do segredo (semente e chave pública) não correspondem',
      ),
    };
  }
  return { key };
}

/** The key that `v1a` signatures are made with. */
export function ed25519PrivateKey({ bytes }: SigningKey): KeyObject {
  const part = (from: number): string =>
    Buffer.from(bytes.subarray(from, from + SEED_BYTES)).toString('base64url');
  return createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', d: part(0), x: part(SEED_BYTES) },
  });
}

/** What the receiver verifies `v1a` signatures with: `whpk_...`. */
export function publicKeyText({ bytes }: SigningKey): string {
  return PUBLIC_PREFIX + Buffer.from(bytes.subarray(SEED_BYTES)).toString('base64');
}

function decode(secret: string, prefix: string): Uint8Array | undefined {
  const encoded = secret.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips what is no base64; only a text that encodes back to itself was.
  return withoutPadding(bytes.toString('base64')) === withoutPadding(encoded) ? bytes : undefined;
}

function withoutPadding(base64: string): string {
  return base64.replace(/={1,2}$/, '');
}

function noBase64(prefix: string): Text {
  return text(
    `what follows ${prefix} in the secret is not base64`,
    `o que vem depois de ${prefix} no segredo não é base64`,
  );
}

function wrongLength(found: number, wanted: string, wantedPt: string): Text {
  return text(
    `the secret has ${found} bytes; expected ${wanted}`,
    `o segredo tem ${found} bytes; o esperado é ${wantedPt}`,
  );
}
