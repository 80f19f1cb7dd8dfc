import type { Text } from '../drivers/language.ts';
import { text } from './mistakes.ts';

const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * The key bytes of a Standard Webhooks secret: `whsec_` and base64, padded or not, of 24 to 64 bytes. What is wrong
 * comes back as a sentence, which never quotes the secret.
 */
export function parseSecret(secret: string): { readonly key: Uint8Array } | { readonly problem: Text } {
  if (!secret.startsWith(PREFIX)) {
    return { problem: text(`the secret must begin with ${PREFIX}`, `o segredo deve começar com ${PREFIX}`) };
  }
  const encoded = secret.slice(PREFIX.length);
  const key = Buffer.from(encoded, 'base64');
  // Buffer skips what is no base64; only a text that encodes back to itself was.
  if (withoutPadding(key.toString('base64')) !== withoutPadding(encoded)) {
    return {
      problem: text(
        `what follows ${PREFIX} in the secret is not base64`,
        `o que vem depois de ${PREFIX} no segredo não é base64`,
      ),
    };
  }
  if (key.length < LEAST_BYTES || key.length > MOST_BYTES) {
    return {
      problem: text(
        `the secret has ${key.length} bytes; expected ${LEAST_BYTES} to ${MOST_BYTES}`,
        `o segredo tem ${key.length} bytes; o esperado é de ${LEAST_BYTES} a ${MOST_BYTES}`,
      ),
    };
  }
  return { key };
}

function withoutPadding(base64: string): string {
  return base64.replace(/={1,2}$/, '');
}
