import { isUtf8 } from 'node:buffer';
import type { Unit } from '../../../config/configuration.ts';
import type { Members } from '../../../config/sections/relay-receive.ts';

/** What a body of the cloud says of itself, as far as Giro asks. */
export interface Said {
  readonly event?: string | undefined;
  readonly key?: string | undefined;
  readonly company?: string | undefined;
  readonly id?: string | undefined;
  /** Unix ms. */
  readonly timeMs?: number | undefined;
}

/** RFC 3339 with an offset, so that `Date.parse` never guesses. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads what Giro asks of a body: a JSON object or a form; of any other shape nothing is known. */
export function readBody(bytes: Uint8Array, contentType: string, members: Members): Said {
  const group = groupOf(bytes, contentType);
  if (group === undefined) return {};
  const first = (paths: readonly string[]): string | undefined => {
    for (const path of paths) {
      const value = path.split('.').reduce<unknown>(memberOf, group);
      if (typeof value === 'string' ? value !== '' : typeof value === 'number') return String(value);
    }
    return undefined;
  };
  const time = first(members.time);
  return {
    event: first(members.event),
    key: first(members.key),
    company: first(members.company),
    id: first(members.id),
    timeMs: time !== undefined && MOMENT.test(time) ? parseTime(time) : undefined,
  };
}

/**
 * The unit that a body names by key and company. A key counts as soon as any unit has one: then a company number of
 * another database is not taken for ours. Undefined when none or several fit.
 */
export function unitOf({ key, company }: Said, units: readonly Unit[]): Unit | undefined {
  if (key === undefined && company === undefined) return undefined;
  const hasKeys = units.some((unit) => unit.key !== undefined);
  if (hasKeys && key === undefined) return undefined;
  const [unit, ...others] = units.filter(
    (each) =>
      (!hasKeys || each.key?.toLowerCase() === key?.toLowerCase()) &&
      (company === undefined || String(each.company) === company),
  );
  return others.length === 0 ? unit : undefined;
}

function groupOf(bytes: Uint8Array, contentType: string): object | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function memberOf(group: unknown, key: string): unknown {
  return typeof group === 'object' && group !== null && Object.hasOwn(group, key)
    ? Reflect.get(group, key)
    : undefined;
}

function parseTime(time: string): number | undefined {
  const atMs = Date.parse(time);
  return Number.isNaN(atMs) ? undefined : atMs;
}
