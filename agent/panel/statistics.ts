import { z } from 'zod';
import {
  type AccessCount,
  type DepthSample,
  LATENCY_BOUNDS_MS,
  type LatencyQuarter,
  QUARTER_MS,
} from '../journal/statistics.ts';
import { type Day, daysUpTo, hourOf } from './calendar.ts';

/** Weeks that "usual" is made of; fewer while the journal is younger. */
const WEEKS = 4;
export const DAYS_BEFORE = 7 * WEEKS;
const HOURS = 24;
/** Samples of the queue are shown by the largest of so long. */
const DEPTH_STEP_MS = 300_000;

const hours = z.array(z.number()).length(HOURS);

export const statisticsSchema = z
  .object({
    timezone: z.string().describe('IANA zone that hours are of'),
    today: hours.describe('Entries of each hour of today'),
    usual: hours.describe('What that is on average on this weekday, over the last 4 weeks'),
    weeks: z.int().describe('Weeks of which something is known, 0 to 4'),
    week: z.array(hours).length(7).describe('Average entries of each hour, from Monday on'),
    depth: z
      .array(z.object({ atMs: z.int(), pending: z.int() }))
      .describe('The most that waited in each 5 minutes of the last day, over all webhooks'),
    latency: z
      .array(z.object({ atMs: z.int(), usualMs: z.number(), slowMs: z.number() }))
      .describe(
        'From record to 2xx in each quarter of an hour of the last day: half took less than usualMs, 19 of 20 less than slowMs',
      ),
  })
  .describe('Pictures.');
export type Statistics = z.output<typeof statisticsSchema>;

interface Counted {
  readonly nowMs: number;
  /** IANA zone. */
  readonly timezone: string;
  /** Of the days of `daysUpTo(nowMs, timezone, DAYS_BEFORE)`, by time. */
  readonly accesses: readonly AccessCount[];
  readonly depths: readonly DepthSample[];
  readonly latencies: readonly LatencyQuarter[];
}

export function statistics({ nowMs, timezone, accesses, depths, latencies }: Counted): Statistics {
  const days = daysUpTo(nowMs, timezone, DAYS_BEFORE);
  const entries = entriesByDay(accesses, days, timezone);
  const first = accesses[0]?.atMs ?? nowMs;
  const known = days
    .map((day, index) => ({ day, entries: entries[index] ?? [] }))
    .slice(0, -1)
    .filter(({ day }) => day.endMs > first);
  const today = days.at(-1)?.weekday ?? 0;
  const week = Array.from({ length: 7 }, (_, weekday) =>
    mean(known.filter(({ day }) => day.weekday === weekday).map((each) => each.entries)),
  );
  return {
    timezone,
    today: entries.at(-1) ?? [],
    usual: week[today] ?? [],
    weeks: Math.ceil(known.length / 7),
    week,
    depth: depthOf(depths),
    latency: latencyOf(latencies),
  };
}

/** Entries of each hour, for each day. */
function entriesByDay(accesses: readonly AccessCount[], days: readonly Day[], timezone: string): number[][] {
  const found = days.map(() => Array.from({ length: HOURS }, () => 0));
  let index = 0;
  for (const { atMs, entries } of accesses) {
    while (index < days.length && atMs >= (days[index]?.endMs ?? 0)) index += 1;
    const day = days[index];
    if (day === undefined || atMs < day.startMs) continue;
    const hour = hourOf(atMs, day, timezone);
    const row = found[index];
    if (row !== undefined) row[hour] = (row[hour] ?? 0) + entries;
  }
  return found;
}

function mean(days: readonly (readonly number[])[]): number[] {
  return Array.from({ length: HOURS }, (_, hour) => {
    const total = days.reduce((sum, day) => sum + (day[hour] ?? 0), 0);
    return days.length === 0 ? 0 : Math.round((total / days.length) * 10) / 10;
  });
}

/** Webhooks are added up minute by minute, then each step keeps its largest. */
function depthOf(depths: readonly DepthSample[]): Statistics['depth'] {
  const minutes = new Map<number, number>();
  for (const { atMs, pending } of depths) minutes.set(atMs, (minutes.get(atMs) ?? 0) + pending);
  const steps = new Map<number, number>();
  for (const [atMs, pending] of minutes) {
    const step = atMs - (atMs % DEPTH_STEP_MS);
    steps.set(step, Math.max(steps.get(step) ?? 0, pending));
  }
  return [...steps].map(([atMs, pending]) => ({ atMs, pending })).sort((a, b) => a.atMs - b.atMs);
}

function latencyOf(latencies: readonly LatencyQuarter[]): Statistics['latency'] {
  const quarters = new Map<number, number[]>();
  for (const { atMs, bucket, deliveries } of latencies) {
    const counted = quarters.get(atMs) ?? Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0);
    counted[bucket] = (counted[bucket] ?? 0) + deliveries;
    quarters.set(atMs, counted);
  }
  return [...quarters]
    .sort(([a], [b]) => a - b)
    .map(([atMs, counted]) => ({
      atMs: atMs + QUARTER_MS / 2,
      usualMs: quantile(counted, 0.5),
      slowMs: quantile(counted, 0.95),
    }));
}

/** The time that a share of deliveries took less than: within its class, as if they were spread evenly. */
function quantile(counted: readonly number[], share: number): number {
  const wanted = counted.reduce((sum, count) => sum + count, 0) * share;
  let before = 0;
  for (const [bucket, count] of counted.entries()) {
    if (count > 0 && before + count >= wanted) {
      const low = LATENCY_BOUNDS_MS[bucket - 1] ?? 0;
      const high = LATENCY_BOUNDS_MS[bucket] ?? low;
      return Math.round(low + ((wanted - before) / count) * (high - low));
    }
    before += count;
  }
  return 0;
}
