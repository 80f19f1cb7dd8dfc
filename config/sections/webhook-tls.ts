import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { whyUnreadable } from '../check/files.ts';
import { type Problem, text } from '../check/mistakes.ts';

export const tlsSchema = z
  .strictObject({
    ca: z
      .string()
      .optional()
      .describe(
        'PEM file of the authorities that may have signed the receiver’s certificate, instead of those that this machine trusts.',
      ),
    certificate: z
      .string()
      .optional()
      .describe('PEM file of the client certificate that the receiver wants, with its chain.'),
    key: z.string().optional().describe('PEM file of the private key of certificate, without a passphrase.'),
    pin: z
      .union([z.string(), z.array(z.string()).meta({ minItems: 1 })])
      .optional()
      .describe(
        'The public key that the receiver’s certificate must have, besides being valid: sha256/ and base64 of the SHA-256 of its SPKI; one, or a list while it is being changed.',
      ),
  })
  .describe('How the receiver’s certificate is judged, and the client certificate that Giro shows.');

/** Read and checked; PEM texts. */
export interface TlsSettings {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** SHA-256 of the SPKI, base64; any of them will do. Undefined: none is pinned. */
  readonly pins?: readonly string[];
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const PIN = /^sha256\/([A-Za-z0-9+/]{43}=)$/;

/** Judges `webhooks[].tls` and reads its files. */
export function checkTls(
  checker: Checker,
  index: number,
  url: URL | undefined,
  folder: string,
): TlsSettings | undefined {
  const path = ['webhooks', index, 'tls'];
  const { data } = tlsSchema.safeParse(checker.source.at(path));
  if (data === undefined) return undefined;
  if (url?.protocol === 'http:') checker.report(path, NO_TLS);
  const read = (name: 'ca' | 'certificate' | 'key'): string | undefined => {
    const file = data[name];
    if (file === undefined || checker.source.isSpoiled([...path, name])) return undefined;
    const found = readPem(resolve(folder, file), name);
    if (typeof found === 'string') return found;
    checker.report([...path, name], found);
    return undefined;
  };
  const [ca, certificate, key] = [read('ca'), read('certificate'), read('key')];
  if ((data.certificate === undefined) !== (data.key === undefined)) {
    checker.report(path, HALF);
  } else if (certificate !== undefined && key !== undefined && !isPair(certificate, key)) {
    checker.report([...path, 'key'], NO_PAIR);
  }
  const pins = checkPins(checker, path, data.pin);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(pins === undefined ? {} : { pins }),
  };
}

const NO_TLS: Problem = {
  message: text('tls is set and the URL is http, without TLS', 'tls está definido e a URL é http, sem TLS'),
};
const HALF: Problem = {
  message: text(
    'tls: certificate and key go together, and one is missing',
    'tls: certificate e key andam juntos, e falta um deles',
  ),
};
export const NO_PAIR: Problem = {
  message: text('the key does not belong to the certificate', 'a chave não corresponde ao certificado'),
};

/** A PEM file of certificates or of a key; what is wrong with it when it is none. */
export function readPem(file: string, name: 'ca' | 'certificate' | 'key'): string | Problem {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    const why = whyUnreadable(error);
    return {
      message: text(
        `file ${file} cannot be read: ${why.en}`,
        `não foi possível ler o arquivo ${file}: ${why['pt-BR']}`,
      ),
    };
  }
  try {
    if (name === 'key') {
      createPrivateKey(pem);
      return pem;
    }
    const certificates = pem.match(CERTIFICATES) ?? [];
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0) return pem;
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  return name === 'key'
    ? {
        message: text(
          `file ${file} holds no private key in PEM without a passphrase`,
          `o arquivo ${file} não contém uma chave privada PEM sem senha`,
        ),
      }
    : {
        message: text(
          `file ${file} holds no certificate in PEM`,
          `o arquivo ${file} não contém um certificado PEM`,
        ),
      };
}

/** Whether a key is that of a certificate. */
export function isPair(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

function checkPins(
  checker: Checker,
  path: readonly PropertyKey[],
  pin: string | readonly string[] | undefined,
): readonly string[] | undefined {
  if (pin === undefined) return undefined;
  const list = typeof pin === 'string' ? [pin] : pin;
  return list.map((item, place) => {
    const base64 = PIN.exec(item)?.[1];
    if (base64 !== undefined) return base64;
    checker.report(typeof pin === 'string' ? [...path, 'pin'] : [...path, 'pin', place], {
      message: text(
        'pin: expected sha256/ and the base64 of 32 bytes',
        'pin: o esperado é sha256/ e o base64 de 32 bytes',
      ),
      help: text(
        'openssl x509 -in CERTIFICATE -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64',
        'calcule com: openssl x509 -in CERTIFICADO -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64',
      ),
    });
    return item;
  });
}
