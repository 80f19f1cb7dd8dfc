import { Temporal } from 'temporal-polyfill';
import type { DeviceTime, PassageReading } from '../../drivers/contract/reading.ts';

/** Device clocks further away from ours than this are not trusted (webhooks.md, "Clock"). */
export const TRUSTED_SKEW_MS = 120_000;

/** One reading's time by both clocks. */
export interface Moment {
  /** When the agent heard of it, Unix ms. */
  readonly heardAtMs: number;
  /** When the device says it happened, Unix ms; absent if it does not say. */
  readonly deviceAtMs?: number;
}

/** `acesso.relogio` of the contract, and the time that it speaks of. */
export interface JudgedTime {
  readonly atMs: number;
  readonly clock: {
    readonly fonte: 'dispositivo' | 'agente';
    readonly confiavel: boolean;
    readonly desvioMs?: number;
  };
}

/** The instant of a device's time. A local time that the zone has twice (end of summer time) is the earlier one. */
export function instantOf(time: DeviceTime, timezone: string): number | undefined {
  if ('epochMs' in time) return time.epochMs;
  try {
    return Temporal.PlainDateTime.from(time.local).toZonedDateTime(timezone, { disambiguation: 'earlier' })
      .epochMilliseconds;
  } catch (error) {
    // A device with an empty battery says 31/02: the reading stands, without the device's time.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The zone's wall clock at an instant: `yyyy-MM-ddTHH:mm:ss`. */
export function wallClock(atMs: number, timezone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone);
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' });
}

/** RFC 3339 in the zone, milliseconds and offset always present. */
export function zonedText(atMs: number, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toString({
    timeZone: timezone,
    fractionalSecondDigits: 3,
  });
}

/**
 * Which clock to believe. A live reading shows how far the device's clock is off: beyond the limit ours counts. What
 * was read from a memory, or may have waited at its sender, has only the device's time; `confiavel` then says whether
 * the skew is known to be small. A time in the future is a wrong clock in every case.
 * @param skewMs the device's clock minus ours as last measured, if it was.
 */
export function judge(
  { heardAtMs, deviceAtMs }: Moment,
  freshness: PassageReading['freshness'],
  skewMs: number | undefined,
): JudgedTime {
  if (deviceAtMs === undefined) {
    // Of what was read from a memory nobody knows when it happened.
    return { atMs: heardAtMs, clock: { fonte: 'agente', confiavel: freshness !== 'recovered' } };
  }

  const ageMs = deviceAtMs - heardAtMs;
  const near = Math.abs(ageMs) <= TRUSTED_SKEW_MS;
  if (freshness === 'live' || (freshness === 'unknown' && ageMs > TRUSTED_SKEW_MS)) {
    return near
      ? { atMs: deviceAtMs, clock: { fonte: 'dispositivo', confiavel: true, desvioMs: ageMs } }
      : { atMs: heardAtMs, clock: { fonte: 'agente', confiavel: true, desvioMs: ageMs } };
  }
  if (freshness === 'unknown' && near) {
    return { atMs: deviceAtMs, clock: { fonte: 'dispositivo', confiavel: true, desvioMs: ageMs } };
  }
  const measured = skewMs === undefined ? {} : { desvioMs: skewMs };
  const trusted = skewMs !== undefined && Math.abs(skewMs) <= TRUSTED_SKEW_MS;
  return { atMs: deviceAtMs, clock: { fonte: 'dispositivo', confiavel: trusted, ...measured } };
}
