import { readNumber, significantDigits } from '../contract/number.ts';
import type { AccessReading, Passed, Reading } from '../contract/reading.ts';
import * as codes from './events.ts';
import { parseEventTime } from './messages.ts';
import type { HenryOptions } from './options.ts';
import type { StoredRecord } from './records.ts';
import { alarmOf, cardOf, circumstancesOf, momentOf, reasonOf, releaseOf } from './reports.ts';

/** What some records say, and the numbers of the records that with it are finished with. */
export interface Recollected {
  readonly readings: readonly Reading[];
  readonly numbers: readonly string[];
}

/** A grant whose turn may be in a later record. */
interface Grant {
  readonly record: StoredRecord;
  readonly key: string;
  readonly card: string;
  readonly who: Pick<AccessReading, 'credential' | 'person'>;
  readonly atMs: number;
  /** Its reading was given already, as one that is still open. */
  readonly isGiven: boolean;
}

/**
 * Joins the records of a memory into passages by their own times: a grant (1) and the turn or give-up (81, 82) behind
 * it are two records. Pure; one for each collection.
 */
export class Recollection {
  readonly #options: HenryOptions;
  /** Longest that a turn comes after its grant, ms. */
  readonly #turnWithinMs: number;
  /** Alarms up to here (`yyyy-MM-ddTHH:mm:ss`) were told by an earlier collection. */
  readonly #since: string;
  #open: readonly Grant[] = [];
  /** The records of the last page, which the next may repeat. */
  #seen: ReadonlySet<string> = new Set();

  constructor(options: HenryOptions, turnWithinMs: number, since = '') {
    this.#options = options;
    this.#turnWithinMs = turnWithinMs;
    this.#since = since;
  }

  /** One page. Grants that may still be followed by a turn are held back, their numbers too. */
  push(records: readonly StoredRecord[]): Recollected & { readonly hasNews: boolean } {
    const news = records
      .filter((record) => !this.#seen.has(idOf(record)))
      .sort((a, b) => timeOf(a) - timeOf(b));
    const readings: Reading[] = [];
    const numbers: string[] = [];
    const give = (given: Recollected): void => {
      readings.push(...given.readings);
      numbers.push(...given.numbers);
    };
    for (const record of news) {
      give(this.#closeBefore(timeOf(record) - this.#turnWithinMs));
      give(this.#one(record));
    }
    this.#seen = new Set([...records, ...this.#open.map(({ record }) => record)].map(idOf));
    return { readings, numbers, hasNews: news.length > 0 };
  }

  /** No record comes behind these: who was granted long before `now` (device's clock) did not pass. */
  end(now: string | undefined): Recollected {
    const nowMs = now === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${now}Z`);
    const past = this.#closeBefore(nowMs - this.#turnWithinMs);
    const rest = this.#give(this.#open, (grant) =>
      Math.min(this.#turnWithinMs, grant.atMs + this.#turnWithinMs - nowMs),
    );
    this.#open = [];
    return { readings: [...past.readings, ...rest.readings], numbers: [...past.numbers, ...rest.numbers] };
  }

  /** Gives what is held back as still open, where the device tells no more before that is confirmed. */
  giveOpen(): Recollected {
    const given = this.#give(this.#open, () => this.#turnWithinMs);
    this.#open = this.#open.map((grant) => ({ ...grant, isGiven: true }));
    return given;
  }

  #one(record: StoredRecord): Recollected {
    const numbers = [record.number];
    switch (codes.eventKind(record.code)) {
      case 'granted':
      case 'remote':
      case 'button':
        return this.#granted(record);
      case 'emergency': {
        const granted = this.#granted(record);
        return { ...granted, readings: [...this.#alarm(record), ...granted.readings] };
      }
      case 'denied': {
        const by = record.isOnline ? 'sistema' : 'dispositivo';
        const common = { kind: 'decided', ...this.#reading(record), result: 'negado', by } as const;
        return { readings: [{ ...common, ...reasonOf(record.code, cardOf(record)) }], numbers };
      }
      case 'turned':
        return this.#ended(record, 'passed');
      case 'gaveUp':
        return this.#ended(record, 'gaveUp');
      case 'asked':
      case 'waiting':
        return { readings: [], numbers }; // no results; a memory should not hold them
      case 'timedOut':
      case 'alarm':
      case 'unknown':
        return { readings: this.#alarm(record), numbers };
    }
  }

  #granted(record: StoredRecord): Recollected {
    const { credential, person } = this.#reading(record);
    const who = { ...(credential && { credential }), ...(person && { person }) };
    const atMs = timeOf(record);
    const grant = { record, key: idOf(record), card: cardOf(record), who, atMs, isGiven: false };
    if (atMs === 0) return this.#give([grant], () => 0); // no time tells whether a turn is its own
    this.#open = [...this.#open, grant];
    return { readings: [], numbers: [] };
  }

  #ended(record: StoredRecord, kind: Passed['kind'] | 'gaveUp'): Recollected {
    const card = cardOf(record);
    const grant = this.#open.findLast((open) => (card === '' ? true : open.card === card));
    if (grant === undefined || timeOf(record) === 0) {
      return { readings: [{ kind, ...this.#reading(record) }], numbers: [record.number] };
    }
    this.#open = this.#open.filter((open) => open !== grant);
    const granted = this.#give([grant], () => this.#turnWithinMs);
    const ended = { kind, ...this.#reading(record), ...grant.who, key: grant.key };
    return { readings: [...granted.readings, ended], numbers: [...granted.numbers, record.number] };
  }

  #closeBefore(atMs: number): Recollected {
    const past = this.#open.filter((grant) => grant.atMs < atMs);
    this.#open = this.#open.filter((grant) => grant.atMs >= atMs);
    return this.#give(past, () => 0);
  }

  #give(grants: readonly Grant[], turnWithinMs: (grant: Grant) => number): Recollected {
    const news = grants.filter(({ isGiven }) => !isGiven);
    const readings = news.map((grant): AccessReading => {
      const { by, means } = releaseOf(grant.record);
      return {
        kind: 'decided',
        ...this.#reading(grant.record),
        key: grant.key,
        ...(means && { means }),
        result: 'liberado',
        by: grant.record.isOnline && by === 'dispositivo' ? 'sistema' : by,
        turnWithinMs: turnWithinMs(grant),
      };
    });
    return { readings, numbers: news.map(({ record }) => record.number) };
  }

  #alarm(record: StoredRecord): Reading[] {
    return (parseEventTime(record.time) ?? '') > this.#since ? [alarmOf(record)] : [];
  }

  #reading(record: StoredRecord) {
    const circumstances = circumstancesOf(record, this.#options.readers);
    return {
      identity: idOf(record), // without a time, its number must tell it apart
      ...momentOf(record),
      record: significantDigits(record.number) || '0',
      freshness: 'recovered',
      ...readNumber(cardOf(record), codes.credentialKind(circumstances.means), this.#options),
      ...circumstances,
    } as const;
  }
}

/** Numbers may start again from 1: the time belongs to it (henry.md 8.4). */
function idOf({ number, code, time, card }: StoredRecord): string {
  return `${number}|${code}|${time}|${card}`;
}

/** The device's wall clock as a number, ms; 0 for a time that does not exist. */
function timeOf({ time }: StoredRecord): number {
  const local = parseEventTime(time);
  return local === undefined ? 0 : Date.parse(`${local}Z`);
}
