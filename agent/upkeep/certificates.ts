import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import type { Webhook } from '../../config/configuration.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { blockedAddress, guardedLookup } from '../http/address-guard.ts';
import { Tunnel } from '../http/tunnel.ts';
import type { Condition } from './alarms/registry.ts';
import * as texts from './texts.ts';

const DAY_MS = 86_400_000;
/** From here on whoever runs the receiver is to be told. */
export const CERTIFICATE_SOON_MS = 21 * DAY_MS;
const URGENT_MS = 7 * DAY_MS;
const CONNECT_MS = 10_000;

type Target = Pick<Webhook, 'id' | 'url' | 'allow' | 'tls' | 'proxy'>;

/** When a certificate of a webhook ends, Unix ms. */
interface CertificateEnd {
  readonly webhook: string;
  /** The receiver's, or the one that Giro shows. */
  readonly whose: 'receiver' | 'client';
  readonly endsAtMs: number;
}

/** Looks the certificates up of all that are reached over TLS. What cannot be reached is left to delivery's own alarms. */
export async function certificateEnds(
  webhooks: readonly Target[],
  log: Logger,
  signal: AbortSignal,
): Promise<CertificateEnd[]> {
  const found: CertificateEnd[] = [];
  for (const webhook of webhooks) {
    if (webhook.url.protocol !== 'https:' || signal.aborted) continue;
    const { id, tls } = webhook;
    if (tls?.certificate !== undefined) {
      const endsAtMs = new X509Certificate(tls.certificate).validToDate.getTime();
      found.push({ webhook: id, whose: 'client', endsAtMs });
    }
    try {
      const endsAtMs = await receiverEnd(webhook, AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]));
      if (endsAtMs !== undefined) found.push({ webhook: id, whose: 'receiver', endsAtMs });
    } catch (error) {
      log.debug({ err: error, webhook: id }, 'the certificate of a receiver could not be looked at');
    }
  }
  return found;
}

/** Opens a connection, asks for nothing, and closes it. Whether the certificate is trusted is delivery's to judge. */
async function receiverEnd(target: Target, signal: AbortSignal): Promise<number | undefined> {
  const { url, allow, tls, proxy } = target;
  const permission = { loopback: allow.includes('loopback') };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && blockedAddress(host, permission)) return undefined;
  const port = Number(url.port || 443);
  const tunnel = proxy && new Tunnel(proxy, CONNECT_MS);
  let socket: Socket | undefined;
  try {
    const through = await tunnel?.open(
      { hostname: host, host, port: String(port), protocol: 'https:' },
      signal,
    );
    const secured = connect({
      ...(through === undefined ? { host, port, lookup: guardedLookup(permission) } : { socket: through }),
      ...(isIP(host) === 0 && { servername: host }),
      ...(tls?.certificate !== undefined && { cert: tls.certificate, key: tls.key }),
      rejectUnauthorized: false,
    });
    socket = secured;
    await once(secured, 'secureConnect', { signal });
    return earliestEnd(secured.getPeerX509Certificate());
  } finally {
    socket?.destroy();
    await tunnel?.close();
  }
}

/** Of the certificate and of those that it was shown with: the first to end breaks the chain. */
function earliestEnd(certificate: X509Certificate | undefined): number | undefined {
  if (certificate === undefined) return undefined;
  const { issuerCertificate: issuer, validToDate, fingerprint256 } = certificate;
  const rest = issuer?.fingerprint256 === fingerprint256 ? undefined : earliestEnd(issuer);
  return Math.min(validToDate.getTime(), rest ?? Number.POSITIVE_INFINITY);
}

export function certificateConditions(ends: readonly CertificateEnd[], nowMs: number): Condition[] {
  return ends.flatMap(({ webhook, whose, endsAtMs }) => {
    const leftMs = endsAtMs - nowMs;
    const words = texts.certificateEnds(webhook, whose, Math.max(0, Math.floor(leftMs / DAY_MS)));
    const code = whose === 'receiver' ? 'webhook_certificado' : 'webhook_certificado_cliente';
    return [
      ...(leftMs < CERTIFICATE_SOON_MS ? [{ code, webhook, sinceMs: nowMs, ...words }] : []),
      // An alarm of its own: the first may have been forgotten in two weeks.
      ...(leftMs < URGENT_MS ? [{ code: `${code}_urgente`, webhook, sinceMs: nowMs, ...words }] : []),
    ];
  });
}
