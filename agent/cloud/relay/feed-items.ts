import { z } from 'zod';
import { originalOf, sha256 } from '../../events/relayed.ts';
import type { CloudEvent } from './event.ts';

/** An event as an inbox gave it; `event` is undefined for one that is not the cloud's. */
export interface Item {
  readonly cursor: string;
  readonly event?: Omit<CloudEvent, 'channel' | 'receivedAtMs'> | undefined;
}

/** A relayed notification of an inbox, as far as it is read (webhook.schema.json). */
const relayed = z.object({
  id: z.uuid().toLowerCase(),
  evento: z.string(),
  ocorridoEm: z.iso.datetime({ offset: true }),
  conteudoSha256: z.string().regex(/^[0-9a-f]{64}$/),
  nuvem: z.object({
    tipoConteudo: z.string(),
    evento: z.string().optional(),
    idOriginal: z.string().optional(),
    cabecalhos: z.record(z.string(), z.string()).optional(),
  }),
});

const other = z.object({ id: z.uuid(), evento: z.string(), versao: z.string() });

/** Whether a text is a notification of a Giro: of the cloud's or of its own. */
export function isNotification(value: unknown): boolean {
  return other.safeParse(value).success;
}

/**
 * Reads a notification of an inbox's feed, which keeps its id: whichever way it comes, and however often, it is one event.
 * What is no event of the cloud's (an access, an alarm) is left out: it would go in a circle. Undefined when the content is
 * not what its hash says.
 */
export function itemOf(cursor: string, notification: unknown): Item | undefined {
  const { data, success } = relayed.safeParse(notification);
  if (!success) return { cursor };
  const original = originalOf(JSON.stringify(notification));
  if (original === undefined || sha256(original.bytes) !== data.conteudoSha256) return undefined;
  const { id, evento, ocorridoEm, nuvem } = data;
  return {
    cursor,
    event: {
      id,
      ...original,
      name: nuvem.evento ?? evento,
      originalId: nuvem.idOriginal,
      cursor,
      headers: nuvem.cabecalhos,
      occurredAtMs: Date.parse(ocorridoEm),
    },
  };
}
