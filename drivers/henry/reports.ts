/** What one event says by itself, live or from the device's memory. */
import { significantDigits } from '../contract/number.ts';
import type { Decided, Decider, DeviceFact, Means, PassageReading } from '../contract/reading.ts';
import * as codes from './events.ts';
import { parseEventTime, type Report } from './messages.ts';

type Event = Omit<Report, 'index'>;

/** Who released the arm, for a release that no software ordered. */
export interface Release {
  readonly by: Decider;
  readonly means?: Means;
}

/** The card of an event without leading zeros; empty for none. -1 stands for a fingerprint that waits for a match. */
export function cardOf({ card }: Pick<Event, 'card'>): string {
  return card.trim() === '-1' ? '' : significantDigits(card);
}

export function circumstancesOf(
  { direction: side, code, reader }: Event,
  readers: Partial<Record<string, Means>>,
): Pick<PassageReading, 'direction' | 'means' | 'originalMeans'> {
  const direction = codes.directionOf(side, code);
  const means = codes.meansOf(reader, readers);
  return { ...(direction && { direction }), ...(means && { means, originalMeans: reader }) };
}

/** When it happened and what makes it unique; nothing when the device's clock said nonsense. */
export function momentOf(event: Event): Pick<PassageReading, 'identity' | 'at' | 'trace'> {
  const local = parseEventTime(event.time);
  if (local === undefined) return {};
  const identity = `${event.code}|${event.time.trim()}|${cardOf(event)}`;
  return { identity, at: { local }, trace: traceOf(event.code, local) };
}

/** How the memory keeps a result: the obsolete code of a turn is the same fact. */
export function traceOf(code: number, local: string): NonNullable<PassageReading['trace']> {
  return { code: String(codes.eventKind(code) === 'turned' ? codes.TURNED : code), at: { local } };
}

export function releaseOf(event: Event): Release {
  switch (codes.eventKind(event.code)) {
    case 'remote':
      return { by: 'operador', means: 'remoto' };
    case 'button':
      return { by: 'operador', means: 'botoeira' };
    case 'emergency':
      return { by: 'dispositivo', means: 'senha' };
    default:
      return codes.isPushButton(event) ? { by: 'operador', means: 'botoeira' } : { by: 'dispositivo' };
  }
}

export function reasonOf(code: number, card: string): Pick<Decided, 'reason' | 'originalReason'> {
  return { reason: codes.denialReason(code, card !== '') ?? 'outro', originalReason: String(code) };
}

export function alarmOf(event: Event): DeviceFact {
  const local = parseEventTime(event.time);
  return { kind: 'alarm', ...codes.alarmOf(event.code), ...(local && { at: { local } }) };
}
