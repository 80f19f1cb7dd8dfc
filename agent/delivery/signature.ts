import { createHmac } from 'node:crypto';

/**
 * The `webhook-signature` header of one attempt (Standard Webhooks, `v1`): HMAC-SHA-256 over `id.timestamp.body`,
 * one signature a key. Give the newest key first; older ones follow while a secret is being rotated.
 * `timestampS` is in Unix seconds; `body` are the very bytes that are sent.
 */
export function sign(keys: readonly Uint8Array[], id: string, timestampS: number, body: Uint8Array): string {
  return keys
    .map((key) => createHmac('sha256', key).update(`${id}.${timestampS}.`).update(body).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ');
}
