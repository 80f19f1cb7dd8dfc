import type { Alarm, AlarmChange } from '../../events/alarm.ts';

/** What is wrong just now. */
export type Condition = Omit<Alarm, 'closesAtMs'>;

/**
 * An alarm stays open until what it says has been over for so long: what comes and goes is one alarm, and an alarm
 * opens at most once in this time.
 */
export const QUIET_MS = 15 * 60_000;

/** A repetition is stored when it moves the end of its alarm by this much: a device may repeat itself every second. */
const MOVED_MS = 60_000;

/** The open alarms. Opening one that is open and closing one that is closed changes nothing. Knows no clock. */
export class Registry {
  readonly #open: Map<string, Alarm>;

  /** `stored`: open in the journal; they are not opened again. */
  constructor(stored: readonly Alarm[]) {
    this.#open = new Map(stored.map((alarm) => [keyOf(alarm), alarm]));
  }

  /** Takes everything that is wrong now; what is missing is over. */
  examine(conditions: readonly Condition[], nowMs: number): AlarmChange[] {
    const wrong = new Set(conditions.map(keyOf));
    const over = [...this.#open.values()].filter((alarm) => !wrong.has(keyOf(alarm)));
    return [
      ...conditions.flatMap((condition) => this.#isWrong(condition)),
      ...over.flatMap((alarm) => this.#isOver(alarm, nowMs)),
    ];
  }

  /** Takes something that has no end of its own: it is over after `lastsMs` without repetition. */
  happened(condition: Condition, lastsMs: number, nowMs: number): AlarmChange[] {
    const known = this.#open.get(keyOf(condition));
    const sinceMs = known?.sinceMs ?? condition.sinceMs;
    const alarm = { ...condition, sinceMs, closesAtMs: Math.max(nowMs + lastsMs, sinceMs + QUIET_MS) };
    if (known === undefined) return [this.#keep('opened', alarm)];
    const moved = alarm.closesAtMs - (known.closesAtMs ?? 0) >= MOVED_MS;
    return moved || !isSaidAlike(known, alarm) ? [this.#keep('changed', alarm)] : [];
  }

  #isWrong(condition: Condition): AlarmChange[] {
    const known = this.#open.get(keyOf(condition));
    if (known === undefined) return [this.#keep('opened', condition)];
    if (known.closesAtMs === undefined && isSaidAlike(known, condition)) return [];
    return [this.#keep('changed', { ...condition, sinceMs: known.sinceMs })];
  }

  #isOver(alarm: Alarm, nowMs: number): AlarmChange[] {
    if (alarm.closesAtMs === undefined) {
      return [this.#keep('changed', { ...alarm, closesAtMs: nowMs + QUIET_MS })];
    }
    if (nowMs < alarm.closesAtMs) return [];
    this.#open.delete(keyOf(alarm));
    return [{ kind: 'closed', alarm }];
  }

  #keep(kind: 'opened' | 'changed', alarm: Alarm): AlarmChange {
    this.#open.set(keyOf(alarm), alarm);
    return { kind, alarm };
  }
}

function keyOf({ code, turnstile = '', webhook = '' }: Condition): string {
  return `${code}\n${turnstile}\n${webhook}`;
}

function isSaidAlike(a: Condition, b: Condition): boolean {
  return a.what.en === b.what.en && a.remedy.en === b.remedy.en;
}
