import type { PassageReading } from '../contract/reading.ts';
import type { Report } from './messages.ts';

/** Longest that a turn is waited for after the release time has ended (henry.md 5.4). */
const LATEST_TURN_MS = 15_000;
/** Far more than one arm can have open; bounds what a device gone mad may fill. */
const MOST_OPEN = 100;
/** One request of the same card within this time of the first is the same person waiting (henry.md 12). */
const REPEAT_MS = 3000;

export interface Decision {
  readonly result: 'liberado' | 'negado';
  readonly code: number;
  /** By the software's answer, else by the device itself. */
  readonly bySoftware: boolean;
}

/** One person at the turnstile, as far as both directions told. */
export interface Passage {
  /** The key of its readings: the index of its first message. */
  readonly key: string;
  /** The card without leading zeros; empty for none. */
  card: string;
  who: Pick<PassageReading, 'credential' | 'person'>;
  circumstances: Pick<PassageReading, 'direction' | 'means' | 'originalMeans'>;
  /** Every index under which the device reported it. */
  readonly indexes: string[];
  /** The device asked for a decision (code 0). */
  readonly asked: boolean;
  /** When it began, by the device's clock (`yyyy-MM-ddTHH:mm:ss`). */
  readonly askedAt?: string | undefined;
  /** Agent's clock, ms; `touchedMs` is the latest message of this passage. */
  readonly sinceMs: number;
  touchedMs: number;
  /** Requests that the software has not answered yet. */
  answersDue: number;
  /** The device gave up waiting for the software's answer. */
  hasTimedOut: boolean;
  decision?: Decision;
  /** Answers of the software that the device has not confirmed yet. */
  confirmationsDue: number;
}

/**
 * The passages of one turnstile that may still go on. Which message belongs to which is not on the wire: an index may
 * roll from message to message or stay the same for ever, and reports need not repeat the card (henry.md 3.1, 5.4).
 */
export class Passages {
  #open: Passage[] = [];

  /** Forgets what can not go on any more. Either way, because the wall clock may have been set. */
  prune(nowMs: number, releaseMs: number): void {
    this.#open = this.#open.filter(
      ({ touchedMs }) => Math.abs(nowMs - touchedMs) <= releaseMs + LATEST_TURN_MS,
    );
  }

  add(
    index: string,
    nowMs: number,
    details: Pick<Passage, 'asked' | 'askedAt' | 'card' | 'who' | 'circumstances'>,
  ): Passage {
    const passage: Passage = {
      key: this.#freeKey(index),
      indexes: [index],
      sinceMs: nowMs,
      touchedMs: nowMs,
      answersDue: 0,
      hasTimedOut: false,
      confirmationsDue: 0,
      ...details,
    };
    this.#open = [...this.#open.slice(1 - MOST_OPEN), passage];
    return passage;
  }

  remove(passage: Passage): void {
    this.#open = this.#open.filter((other) => other !== passage);
  }

  /** The passage for which the device asks once more. */
  repeated(card: string, nowMs: number): Passage | undefined {
    if (card === '') return undefined;
    return this.#open.findLast(
      (p) => p.asked && !p.hasTimedOut && p.card === card && isNear(p.sinceMs, nowMs),
    );
  }

  /** The device says that no answer came in time. */
  timeOut(index: string, card: string): void {
    const waiting = this.#open.filter((p) => p.asked && p.decision === undefined && fits(p, card));
    const passage = waiting.findLast((p) => p.indexes.includes(index)) ?? waiting.at(-1);
    if (passage === undefined) return;
    passage.hasTimedOut = true;
    passage.answersDue = 0;
  }

  /** The passage that an order of the software is about; many programs answer with an index of their own. */
  answered(index: string): Passage | undefined {
    return (
      this.#open.findLast((p) => p.asked && p.indexes.includes(index)) ??
      this.#open.findLast((p) => p.answersDue > 0)
    );
  }

  /** The passage whose decision by the software this report only confirms. */
  confirmed(report: Report, card: string, result: Decision['result']): Passage | undefined {
    const due = this.#open.filter((p) => p.confirmationsDue > 0 && p.decision?.result === result);
    return (
      due.findLast((p) => p.indexes.includes(report.index) && fits(p, card)) ??
      due.findLast((p) => p.decision?.code === report.code && (report.card === '' || p.card === card))
    );
  }

  /** The passage that the device decides by itself: one that nobody decided, or against the software. */
  decided(report: Report, card: string, result: Decision['result']): Passage | undefined {
    const undecided = this.#open.filter((p) => p.decision === undefined);
    const overruled = this.#open.filter((p) => p.decision?.bySoftware && p.decision.result !== result);
    return (
      [...undecided, ...overruled].findLast((p) => p.indexes.includes(report.index) && fits(p, card)) ??
      undecided.findLast((p) => card !== '' && p.card === card)
    );
  }

  /** The passage that a turn or a give-up ends: by index, else by card, else the latest grant (henry.md 5.4). */
  ended(index: string, card: string): Passage | undefined {
    const candidates = this.#open.filter((p) => p.decision?.result !== 'negado');
    return (
      candidates.findLast((p) => p.indexes.includes(index) && fits(p, card)) ??
      candidates.findLast((p) => (card === '' ? p.decision !== undefined : p.card === card))
    );
  }

  /** An index that stays the same for ever must not tie two people together. */
  #freeKey(index: string): string {
    let key = index;
    for (let n = 2; this.#open.some((passage) => passage.key === key); n++) key = `${index}.${n}`;
    return key;
  }
}

function fits(passage: Passage, card: string): boolean {
  return card === '' || passage.card === card;
}

function isNear(sinceMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - sinceMs) <= REPEAT_MS;
}
