import type { ContractBody } from './contract-body.ts';
import type { NewEvent } from './event.ts';

/** Context attributes of a CloudEvent 1.0 by name, in their canonical string form. */
export type Attributes = Readonly<Record<string, string>>;

/** Digits of the largest sequence: padded so, the order of texts is the order of numbers. */
const SEQUENCE_DIGITS = String(Number.MAX_SAFE_INTEGER).length;

/** `subject` names the device, not the person: attributes end in the logs of whatever stands between. */
export function attributesOf(event: Pick<NewEvent, 'id' | 'name' | 'lane'>, body: ContractBody): Attributes {
  const { unidade, ocorridoEm, registradoEm, origem, dispositivo, sequencia } = body;
  const source = ['giro', origem.agente, unidade.apelido, ...(dispositivo ? [dispositivo.id] : [])];
  return {
    specversion: '1.0',
    id: event.id,
    source: source.map((name) => `/${encodeURIComponent(name.toWellFormed())}`).join(''),
    type: event.name,
    ...(dispositivo && { subject: dispositivo.id }),
    time: ocorridoEm,
    recordedtime: registradoEm,
    sequence: String(sequencia).padStart(SEQUENCE_DIGITS, '0'),
    partitionkey: event.lane,
  };
}

/** Structured mode: the body of the contract goes into `data` as it is, never parsed and written again. */
export function structured(attributes: Attributes, data: string): string {
  const members = JSON.stringify({ ...attributes, datacontenttype: 'application/json' });
  return `${members.slice(0, -1)},"data":${data}}`;
}

/** Binary mode: an attribute a header; the content type is `datacontenttype`. */
export function headersOf(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeHeaderValue(value)]),
  );
}

/** Percent-encodes what the HTTP binding (3.1.3.2) says must be, and no more. */
export function encodeHeaderValue(value: string): string {
  return value.toWellFormed().replace(/["%]|[^!-~]/gu, encodeURIComponent);
}

/** Takes off quotes, then one round of percent-encoding. Throws URIError for bytes that are no UTF-8 (HTTP binding 3.1.3.2). */
export function decodeHeaderValue(value: string): string {
  const quoted = /^"(.*)"$/s.exec(value)?.[1];
  return decodeURIComponent(quoted?.replace(/\\(.)/gs, '$1') ?? value);
}
