import { resolve } from 'node:path';
import { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import type { Path } from '../check/source.ts';
import { isPair, NO_PAIR, readPem } from './webhook-tls.ts';

export const serverTlsSchema = z
  .strictObject({
    certificate: z.string().describe('PEM file of the certificate, with its chain.'),
    key: z.string().describe('PEM file of its private key, without a passphrase.'),
  })
  .describe('The certificate that is shown; without it plain HTTP, for a reverse proxy in front.');

/** What a server of Giro shows; PEM texts. */
export interface ServerTls {
  readonly certificate: string;
  readonly key: string;
}

/** Judges a server's `tls` and reads its files; undefined when there is none, or it is wrong. */
export function checkServerTls(checker: Checker, path: Path, folder: string): ServerTls | undefined {
  const { data } = serverTlsSchema.safeParse(checker.source.at(path));
  if (data === undefined) return undefined;
  const read = (name: 'certificate' | 'key'): string | undefined => {
    if (checker.source.isSpoiled([...path, name])) return undefined;
    const found = readPem(resolve(folder, data[name]), name === 'key' ? 'key' : 'certificate');
    if (typeof found === 'string') return found;
    checker.report([...path, name], found);
    return undefined;
  };
  const [certificate, key] = [read('certificate'), read('key')];
  if (certificate === undefined || key === undefined) return undefined;
  if (!isPair(certificate, key)) checker.report([...path, 'key'], NO_PAIR);
  return { certificate, key };
}
