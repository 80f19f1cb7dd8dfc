import { decodeHeaderValue } from './cloudevents.ts';

const OWN_HEADERS = 'x-giro-';

/** What a receiver makes of a request. */
export interface Recognised {
  /** `json`: none that is known, such as `pacto-plano`. */
  readonly format: 'giro' | 'cloudevents' | 'cloudevents-binary' | 'transparente' | 'json';
  /** Of a CloudEvent; of a transparent body what Giro says of it. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The body of the contract where there is one, else the whole body. */
  readonly data: unknown;
}

/** Tells the formats apart, as a receiver would: header names in lower case. Throws SyntaxError or URIError. */
export function recognise(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): Recognised {
  if (headers['x-giro-conteudo-sha256'] !== undefined) return transparentBody(headers, body);
  const parsed: unknown = JSON.parse(body);
  const contentType = String(headers['content-type']);
  if (contentType.startsWith('application/cloudevents+json') && isGroup(parsed)) {
    const { data, ...attributes } = parsed;
    return { format: 'cloudevents', attributes, data };
  }
  if (headers['ce-specversion'] !== undefined) {
    const own = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
    const decoded = own.map(([name, value]) => [name.slice('ce-'.length), decodeHeaderValue(String(value))]);
    const attributes = { ...Object.fromEntries(decoded), datacontenttype: contentType };
    return { format: 'cloudevents-binary', attributes, data: parsed };
  }
  return { format: isContract(parsed) ? 'giro' : 'json', data: parsed };
}

/** The cloud's bytes: JSON or not. */
function transparentBody(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): Recognised {
  const own = Object.entries(headers).filter(([name]) => name.startsWith(OWN_HEADERS));
  const attributes = Object.fromEntries(
    own.map(([name, value]) => [name.slice(OWN_HEADERS.length), decodeHeaderValue(String(value))]),
  );
  try {
    return { format: 'transparente', attributes, data: JSON.parse(body) };
  } catch (error) {
    if (error instanceof SyntaxError) return { format: 'transparente', attributes, data: body };
    throw error;
  }
}

/** Whether it looks like a body of the contract. */
export function isContract(data: unknown): boolean {
  return isGroup(data) && 'evento' in data && 'versao' in data && 'sequencia' in data;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
