import type { Configuration, Format, Unit, Webhook } from '../../config/configuration.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import { attributesOf, headersOf, structured } from './cloudevents.ts';
import { type ContractBody, flatten } from './contract-body.ts';
import type { NewEvent } from './event.ts';
import { isRelayed } from './relayed.ts';
import type { Rendered } from './rendered.ts';
import { transparent } from './transparent.ts';

/** The longest body of ours that is sent, and of the cloud's that is taken (webhooks.md 1, "Payload"). */
export const LONGEST_BODY_BYTES = 256 * 1024;
/** The longest around a body of the cloud's: a third more for base64, and our members. */
export const LONGEST_RELAYED_BYTES = 352 * 1024;

/** The longest body that is sent: what was taken from the cloud has to get through. */
export function longestBodyBytes(name: NewEvent['name']): number {
  return isRelayed(name) ? LONGEST_RELAYED_BYTES : LONGEST_BODY_BYTES;
}

/** How bodies for one webhook are made. Plain data: it goes to the journal's thread. */
export interface Rendering {
  readonly format: Format;
  /** Pacto database keys by unit, for a webhook that asks for them. */
  readonly keys: ReadonlyMap<string, string>;
}

/** How bodies for each webhook of a configuration are made. */
export function renderingsOf({
  webhooks,
  units,
}: Pick<Configuration, 'webhooks' | 'units'>): ReadonlyMap<string, Rendering> {
  return new Map(webhooks.map((webhook) => [webhook.id, renderingOf(webhook, units)]));
}

export function renderingOf(
  { format, includeKey }: Pick<Webhook, 'format' | 'includeKey'>,
  units: readonly Unit[],
): Rendering {
  const keys = units.flatMap(({ id, key }) => (includeKey && key !== undefined ? [[id, key] as const] : []));
  return { format, keys: new Map(keys) };
}

/** Pure. Without a rendering it is the contract's body. Throws JOURNAL_FAILED for content that is no JSON object. */
export function render(
  rendering: Rendering | undefined,
  event: Pick<NewEvent, 'id' | 'name' | 'unit' | 'lane' | 'content'>,
  sequence: number,
): Rendered {
  const body = contractText(event, sequence, rendering?.keys.get(event.unit));
  const format = rendering?.format ?? { name: 'giro' };
  if (format.name === 'giro') return { body };
  if (format.name === 'transparente') return transparent(event, sequence) ?? { body };
  const members = JSON.parse(body) as ContractBody;
  switch (format.name) {
    case 'cloudevents':
      return {
        body: structured(attributesOf(event, members), body),
        headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
      };
    case 'cloudevents-binary':
      return {
        body,
        headers: { 'content-type': 'application/json', ...headersOf(attributesOf(event, members)) },
      };
    case 'pacto-plano':
      // A flat body need not name its event: without these a damaged journal could not be put together again.
      return {
        body: flatten(members, format.fields),
        headers: { 'webhook-id': event.id, 'x-giro-evento': event.name, 'x-giro-unidade': event.unit },
      };
  }
}

/** The contract's body. What is put in front is known to the journal's salvage, which takes it off again. */
export function contractText(
  { id, content }: Pick<NewEvent, 'id' | 'content'>,
  sequence: number,
  key?: string,
): string {
  if (!content.startsWith('{"')) {
    throw new GiroError('JOURNAL_FAILED', `the content of event ${id} is no JSON object with members`);
  }
  const chave = key === undefined ? '' : `"chave":"${key}",`;
  return `{"id":"${id}","sequencia":${sequence},${chave}${content.slice(1)}`;
}
