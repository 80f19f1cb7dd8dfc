import { readFileSync } from 'node:fs';
import type { NewEvent } from '../../../agent/events/event.ts';
import type { Rendering } from '../../../agent/events/render.ts';
import type { Format } from '../../../config/configuration.ts';

export const KEY = '0123456789abcdef0123456789ABCDEF';

/** The content of an access, as the journal is given it. */
export const CONTENT = JSON.stringify(
  JSON.parse(readFileSync(new URL('../../fixtures/access.json', import.meta.url), 'utf8')),
);

export const ACCESS: Pick<NewEvent, 'id' | 'name' | 'unit' | 'lane' | 'content'> = {
  id: '6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11',
  name: 'notificarAcesso',
  unit: 'centro',
  lane: 'catraca-1',
  content: CONTENT,
};

/** The body of the contract for `ACCESS`, byte for byte. */
export const BODY = `{"id":"${ACCESS.id}","sequencia":42,${CONTENT.slice(1)}`;

export function rendering(format: Format, keys: Record<string, string> = {}): Rendering {
  return { format, keys: new Map(Object.entries(keys)) };
}
