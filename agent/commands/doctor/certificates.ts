import { text } from '../../../config/check/mistakes.ts';
import { CERTIFICATE_SOON_MS, certificateEnds } from '../../upkeep/certificates.ts';
import { certificateEnds as wordsOf } from '../../upkeep/texts.ts';
import { SILENT } from './devices.ts';
import type { Finding, Patient } from './finding.ts';

const DAY_MS = 86_400_000;

/** How long the certificates of webhooks are valid, also of those that are not trusted. */
export async function checkCertificates({ configuration, signal }: Patient): Promise<readonly Finding[]> {
  const active = configuration.webhooks.filter((webhook) => webhook.active);
  const ends = await Promise.all(active.map((webhook) => certificateEnds([webhook], SILENT, signal)));
  return ends.flat().map(({ webhook, whose, endsAtMs }) => {
    const days = Math.floor((endsAtMs - Date.now()) / DAY_MS);
    const on = new Date(endsAtMs).toISOString().slice(0, 10);
    const [en, pt] = whose === 'client' ? ['client: ', 'do cliente: '] : ['', ''];
    const finding = { check: 'certificates', subject: webhook } as const;
    const action = wordsOf(webhook, whose, days).remedy;
    if (days < 0) {
      const cause = text(`${en}expired ${-days} days ago, ${on}`, `${pt}venceu há ${-days} dias, ${on}`);
      return { ...finding, state: 'fail', cause, action };
    }
    const cause = text(`${en}${days} days left, until ${on}`, `${pt}faltam ${days} dias, até ${on}`);
    return endsAtMs - Date.now() < CERTIFICATE_SOON_MS
      ? { ...finding, state: 'warn', cause, action }
      : { ...finding, state: 'ok', cause };
  });
}
