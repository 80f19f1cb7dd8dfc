import { Temporal } from 'temporal-polyfill';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A day of a time zone. */
export interface Day {
  /** Unix ms at which it begins. */
  readonly startMs: number;
  /** Unix ms at which the next one does. */
  readonly endMs: number;
  /** 0 is Monday. */
  readonly weekday: number;
}

/** The day of a moment, and the `before` days before it, in order. */
export function daysUpTo(nowMs: number, timezone: string, before: number): Day[] {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timezone).toPlainDate();
  const startOf = (date: Temporal.PlainDate): number => date.toZonedDateTime(timezone).epochMilliseconds;
  return Array.from({ length: before + 1 }, (_, index) => {
    const date = today.subtract({ days: before - index });
    return { startMs: startOf(date), endMs: startOf(date.add({ days: 1 })), weekday: date.dayOfWeek - 1 };
  });
}

/** The hour of a day that a moment of it is in, 0 to 23, by the clock on the wall. */
export function hourOf(atMs: number, { startMs, endMs }: Day, timezone: string): number {
  if (endMs - startMs === DAY_MS) return Math.floor((atMs - startMs) / HOUR_MS);
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timezone).hour;
}

/** What a person typed, as the span that it means; undefined for a date or time that there is not. */
export function spanOf(
  { date, time }: { readonly date: string; readonly time?: string | undefined },
  timezone: string,
  aroundMs: number,
): { readonly sinceMs: number; readonly untilMs: number } | undefined {
  try {
    const day = Temporal.PlainDate.from(date);
    if (time !== undefined) {
      const plainTime = Temporal.PlainTime.from(time);
      const atMs = day.toZonedDateTime({ timeZone: timezone, plainTime }).epochMilliseconds;
      return { sinceMs: atMs - aroundMs, untilMs: atMs + aroundMs };
    }
    const start = day.toZonedDateTime(timezone);
    return {
      sinceMs: start.epochMilliseconds,
      untilMs: day.add({ days: 1 }).toZonedDateTime(timezone).epochMilliseconds,
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
