import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { NewEvent } from './event.ts';

/** The names of the cloud's events that are relayed under a name of their own. */
export const RELAYED = [
  'notificarCadastro',
  'notificarContrato',
  'notificarVendaAvulsa',
  'notificarPagamento',
] as const;

export function isRelayed(name: NewEvent['name']): boolean {
  return name === 'eventoNuvem' || RELAYED.some((relayed) => relayed === name);
}

/** What the cloud sent, to the byte. */
export interface Original {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Members of a relayed event that this file reads (webhook.schema.json). */
interface RelayedMembers {
  readonly nuvem: { readonly tipoConteudo: string };
  readonly conteudoBase64?: string;
}

/**
 * The content of a relayed event: our members, then the cloud's body as `conteudo`, spliced in as it came, or as
 * `conteudoBase64` where it is no UTF-8 JSON. What is spliced stands last, so that its bytes can be cut out again.
 */
export function relayedContent(members: object, bytes: Uint8Array): string {
  const head = JSON.stringify({ ...members, conteudoSha256: sha256(bytes) }).slice(0, -1);
  const json = jsonText(bytes);
  return json === undefined
    ? `${head},"conteudoBase64":"${Buffer.from(bytes).toString('base64')}"}`
    : `${head}${SPLICE}${json}}`;
}

/** What the cloud sent, from a content or a body of the contract; undefined when that is of no relayed event. */
export function originalOf(content: string): Original | undefined {
  const members = JSON.parse(content) as Partial<RelayedMembers>;
  if (members.nuvem === undefined) return undefined;
  const contentType = members.nuvem.tipoConteudo;
  if (members.conteudoBase64 !== undefined) {
    return { bytes: Buffer.from(members.conteudoBase64, 'base64'), contentType };
  }
  const cut = cutOf(content);
  return cut && { bytes: cut.bytes, contentType };
}

/** The same content with the cloud's body as base64. Content of another kind stays as it is. */
export function withBase64(content: string): string {
  const cut = cutOf(content);
  if (cut === undefined) return content;
  return `${cut.head},"conteudoBase64":"${Buffer.from(cut.bytes).toString('base64')}"}`;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const SPLICE = ',"conteudo":';
/** The end of our members. Nothing before it can look like it: quotes in texts are escaped, header names lower case. */
const HEAD_END = /"conteudoSha256":"[0-9a-f]{64}"(?=,"conteudo":)/;

function cutOf(content: string): { readonly head: string; readonly bytes: Uint8Array } | undefined {
  const found = HEAD_END.exec(content);
  if (found === null) return undefined;
  const end = found.index + found[0].length;
  return {
    head: content.slice(0, end),
    bytes: Buffer.from(content.slice(end + SPLICE.length, -1), 'utf8'),
  };
}

/** The bytes as text when they are UTF-8 JSON; then the text has the same bytes. */
function jsonText(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
