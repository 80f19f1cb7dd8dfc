import { z } from 'zod';
import type { DeviceFact } from '../contract/reading.ts';

/** The board counts its turns by their way. */
export type Way = 'entries' | 'exits';
export const WAYS = ['entries', 'exits'] as const;
export type Totals = { readonly [way in Way]?: number | undefined };
export type Gap = Extract<DeviceFact, { kind: 'gap' }>;

const schema = z.object({
  /** The board whose counters these are. */
  serial: z.int().optional(),
  entries: z.int().optional(),
  exits: z.int().optional(),
  /** When they were last known to be complete, agent's clock, Unix ms. */
  atMs: z.int(),
});

/** The driver's position in the journal: where the board's passage counters stood. */
export interface Position {
  readonly serial: number | undefined;
  readonly totals: Totals;
  readonly atMs: number;
}

/** Undefined for a text that is none, and without one. */
export function parsePosition(stored: string | undefined): Position | undefined {
  const known = schema.safeParse(parseJson(stored)).data;
  if (known === undefined) return undefined;
  const { serial, atMs, ...totals } = known;
  return { serial, totals, atMs };
}

export function formatPosition({ serial, totals, atMs }: Position): string {
  return JSON.stringify({ serial, ...totals, atMs });
}

/** Passages of which only the number is known; the times are the agent's, Unix ms. */
export function gapOf(missed: Readonly<Record<Way, number>>, fromMs: number, toMs: number): Gap {
  const window = { from: { epochMs: fromMs }, to: { epochMs: toMs } };
  return { kind: 'gap', ...window, ...missed, cause: 'contadores' };
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
