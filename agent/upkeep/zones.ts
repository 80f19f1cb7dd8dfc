import type { Condition } from './alarms/registry.ts';
import * as texts from './texts.ts';

/** Zone data of a year serves the next; summer time may have been changed since then. */
const OLD_YEARS = 2;

/** `version` is that of the zone data, such as `2026b`; times of day may be wrong when it is too old. */
export function zoneDataConditions(version: string | undefined, nowMs: number): Condition[] {
  if (version === undefined) return [];
  const year = Number(version.slice(0, 4));
  if (!(new Date(nowMs).getUTCFullYear() - year >= OLD_YEARS)) return [];
  return [{ code: 'fusos_antigos', sinceMs: nowMs, ...texts.oldZoneData(version) }];
}
