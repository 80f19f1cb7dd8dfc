import { parseSecret, type SigningKey } from '../config/sections/secret.ts';

/** The signing key of a secret that is right. */
export function signingKey(secret: string): SigningKey {
  const parsed = parseSecret(secret);
  if ('problem' in parsed) throw new Error(parsed.problem.en);
  return parsed.key;
}
