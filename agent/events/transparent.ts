import { isUtf8 } from 'node:buffer';
import { encodeHeaderValue } from './cloudevents.ts';
import type { NewEvent } from './event.ts';
import { originalOf } from './relayed.ts';
import type { Rendered } from './rendered.ts';

/** Members of a relayed event that go into headers (webhook.schema.json). */
interface Said {
  readonly ocorridoEm: string;
  readonly conteudoSha256: string;
  readonly nuvem: {
    readonly provedor: string;
    readonly recebidoEm: string;
    readonly evento?: string;
    readonly idOriginal?: string;
  };
}

/**
 * A relayed event as its bytes and content type came; what Giro knows of it is in headers alone. Undefined for an event
 * that Giro made itself, which has no other form than the contract's.
 */
export function transparent(
  { id, name, unit, content }: Pick<NewEvent, 'id' | 'name' | 'unit' | 'content'>,
  sequence: number,
): Rendered | undefined {
  const original = originalOf(content);
  if (original === undefined) return undefined;
  const { ocorridoEm, conteudoSha256, nuvem } = JSON.parse(content) as Said;
  const { bytes, contentType } = original;
  const headers = {
    'content-type': contentType,
    // Without these a damaged journal could not be put together again.
    'webhook-id': id,
    'x-giro-evento': name,
    'x-giro-unidade': unit,
    'x-giro-sequencia': String(sequence),
    'x-giro-ocorrido-em': ocorridoEm,
    'x-giro-recebido-em': nuvem.recebidoEm,
    'x-giro-provedor': encodeHeaderValue(nuvem.provedor),
    'x-giro-conteudo-sha256': conteudoSha256,
    ...(nuvem.evento !== undefined && { 'x-giro-evento-nuvem': encodeHeaderValue(nuvem.evento) }),
    ...(nuvem.idOriginal !== undefined && { 'x-giro-id-original': encodeHeaderValue(nuvem.idOriginal) }),
  };
  return isUtf8(bytes)
    ? { body: Buffer.from(bytes).toString('utf8'), headers }
    : { body: '', bytes, headers };
}
