import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../../config/configuration.ts';

/** One thing that a new configuration says otherwise. */
export interface Change {
  /** A key of the file, such as `webhooks`. */
  readonly section: string;
  /** Of a list's entry. */
  readonly id?: string;
  readonly how: 'added' | 'changed' | 'removed';
}

/** What differs, section by section. Names things and never quotes what they say. */
export function changesBetween(before: Configuration, after: Configuration): Change[] {
  const { path: _, ...sections } = after;
  return Object.entries({ ...before, ...sections }).flatMap(([section]) => {
    if (section === 'path') return [];
    const [old, now]: unknown[] = [Reflect.get(before, section), Reflect.get(after, section)];
    if (isDeepStrictEqual(old, now)) return [];
    return isList(old) && isList(now) ? changesOfList(section, old, now) : [{ section, how: 'changed' }];
  });
}

/** `webhooks.crm changed`. */
export function changeText({ section, id, how }: Change): string {
  return `${id === undefined ? section : `${section}.${id}`} ${how}`;
}

interface Entry {
  readonly id: string;
}

function changesOfList(section: string, before: readonly Entry[], after: readonly Entry[]): Change[] {
  const changes = after.flatMap((entry): Change[] => {
    const old = before.find(({ id }) => id === entry.id);
    if (old === undefined) return [{ section, id: entry.id, how: 'added' }];
    return isDeepStrictEqual(old, entry) ? [] : [{ section, id: entry.id, how: 'changed' }];
  });
  const removed = before.filter(({ id }) => !after.some((entry) => entry.id === id));
  const all = [...changes, ...removed.map(({ id }): Change => ({ section, id, how: 'removed' }))];
  return all.length === 0 ? [{ section, how: 'changed' }] : all; // only the order
}

function isList(value: unknown): value is readonly Entry[] {
  return (
    Array.isArray(value) &&
    value.every((entry) => typeof entry === 'object' && entry !== null && 'id' in entry)
  );
}
