import type {
  AccessReading,
  CredentialKind,
  Decider,
  DenialReason,
  Direction,
  Means,
  PassageReading,
  Person,
  Result,
} from '../../drivers/contract/reading.ts';
import type { Moment } from '../events/moment.ts';

/** How long an identification waits for a decision when the driver does not say (DESIGN section 3). */
const DECISION_WITHIN_MS = 10_000;
/** What a memory tells belongs to no passage further away in time than any device waits for the arm. */
const ONE_PASSAGE_MS = 60_000;

export type PassageOutcome = 'confirmada' | 'desistencia' | 'nao_informada';

/** What the readings of one passage say so far. Kept as JSON while the access is open. */
export interface OpenPassage {
  /** The event's id, settled by the first reading. */
  readonly id: string;
  /** Differs among the open passages of the turnstile. */
  readonly key: string;
  /** When the first reading was recorded, Unix ms. */
  readonly recordedAtMs: number;
  /** Agent's clock, Unix ms. */
  readonly deadlineMs: number;
  /** The passage if the arm turned, else the decision, else the identification. */
  readonly moment: Moment;
  readonly freshness: PassageReading['freshness'];
  readonly result?: Exclude<Result, 'indefinido'>;
  readonly by?: Decider;
  readonly reason?: DenialReason;
  readonly originalReason?: string;
  readonly credential?: { readonly kind: CredentialKind; readonly reference: string };
  readonly person?: Person;
  readonly direction?: Direction;
  readonly means?: Means;
  readonly originalMeans?: string;
  readonly serial?: string;
  readonly record?: string;
}

/** A finished passage attempt. */
export interface Access extends OpenPassage {
  readonly passage: PassageOutcome;
}

/** A reading on its way into the join: its credential hashed, its id and its time settled. */
export interface JoinReading {
  readonly reading: AccessReading;
  /** The id that the event gets if this reading is its first. */
  readonly id: string;
  readonly moment: Moment;
  readonly credential?: { readonly kind: CredentialKind; readonly reference: string };
}

/** What a reading changed, in order. */
export type JoinStep =
  | { readonly kind: 'opened'; readonly passage: OpenPassage }
  | { readonly kind: 'closed'; readonly access: Access; readonly wasOpen: boolean };

/**
 * Joins the readings of one turnstile into accesses, one per passage attempt (DESIGN section 3, "Join"). Pure: time
 * enters as an argument, and its whole state is the open passages, so it continues after a restart.
 */
export class Join {
  /** By key, in the order in which they opened. */
  readonly #open: Map<string, OpenPassage>;

  constructor(open: readonly OpenPassage[] = []) {
    this.#open = new Map(open.map((passage) => [passage.key, passage]));
  }

  /** In the order in which they opened. */
  get open(): readonly OpenPassage[] {
    return [...this.#open.values()];
  }

  /** When the next open passage closes by itself, Unix ms; undefined with none. */
  get nextDeadlineMs(): number | undefined {
    let first: number | undefined;
    for (const { deadlineMs } of this.#open.values()) {
      if (first === undefined || deadlineMs < first) first = deadlineMs;
    }
    return first;
  }

  /** Whether the reading would go to a passage that is open. */
  awaits(input: JoinReading): boolean {
    return this.#find(input) !== undefined;
  }

  push(input: JoinReading): JoinStep[] {
    const { reading } = input;
    const found = this.#find(input);
    switch (reading.kind) {
      case 'identified':
        return this.#identified(found, input);
      case 'decided': {
        const decided = { result: reading.result, by: reading.by, ...reasonOf(reading) };
        if (reading.result === 'negado') return [this.#close(found, input, 'nao_informada', decided)];
        if (reading.turnWithinMs === 0) return [this.#close(found, input, 'nao_informada', decided)];
        const waitMs = reading.turnWithinMs ?? DECISION_WITHIN_MS;
        return [this.#keep({ ...this.#merged(found, input), ...decided }, waitMs, input)];
      }
      case 'passed':
        // An arm that turned was released, whoever released it.
        return [this.#close(found, input, 'confirmada', { result: 'liberado' })];
      case 'gaveUp':
        return [this.#close(found, input, 'desistencia', { result: 'liberado' })];
    }
  }

  /** Closes what waited long enough. */
  expire(nowMs: number): JoinStep[] {
    return [...this.#open.values()]
      .filter(({ deadlineMs }) => deadlineMs <= nowMs)
      .map((passage) => this.#closeAsItStands(passage));
  }

  #identified(found: OpenPassage | undefined, input: JoinReading): JoinStep[] {
    const waitMs = input.reading.kind === 'identified' ? input.reading.decisionWithinMs : undefined;
    if (found === undefined) {
      // A key that comes again with somebody else is a rolling index that came round.
      const stale = input.reading.key === undefined ? undefined : this.#open.get(input.reading.key);
      const closed = stale === undefined ? [] : [this.#closeAsItStands(stale)];
      if (waitMs === 0) return [...closed, this.#close(undefined, input, 'nao_informada', {})];
      return [...closed, this.#keep(this.#merged(undefined, input), waitMs ?? DECISION_WITHIN_MS, input)];
    }
    // The same credential again while its passage is open: the device repeated itself.
    return [];
  }

  /**
   * The open passage that a reading belongs to: the one with its key, else its credential or person, else, for a
   * reading that names nobody, the latest that fits. A turn prefers a granted passage to one that nobody decided.
   */
  #find(input: JoinReading): OpenPassage | undefined {
    const { reading } = input;
    if (reading.alone) return undefined;
    const open = [...this.#open.values()].filter((passage) => compatible(passage, input));
    const byKey = open.findLast(({ key }) => key === reading.key);
    if (byKey !== undefined) return byKey;

    if (input.credential !== undefined || reading.person !== undefined) {
      const byPerson = open.findLast((passage) => namesSame(passage, input));
      if (byPerson !== undefined || reading.kind === 'identified') return byPerson;
      return open.findLast((passage) => passage.credential === undefined && passage.person === undefined);
    }
    switch (reading.kind) {
      case 'identified':
        return undefined;
      case 'decided':
        return open.findLast(({ result }) => result === undefined);
      case 'passed':
      case 'gaveUp':
        return open.findLast(({ result }) => result === 'liberado') ?? open.at(-1);
    }
  }

  #keep(passage: OpenPassage, waitMs: number, { moment }: JoinReading): JoinStep {
    const kept = { ...passage, deadlineMs: moment.heardAtMs + waitMs };
    this.#open.set(kept.key, kept);
    return { kind: 'opened', passage: kept };
  }

  #close(
    found: OpenPassage | undefined,
    input: JoinReading,
    passage: PassageOutcome,
    decided: Partial<OpenPassage>,
  ): JoinStep {
    const joined = { ...this.#merged(found, input), ...decided };
    // A give-up is no passage: the access happened when it was decided (DESIGN section 3).
    const moment = passage === 'desistencia' && found !== undefined ? found.moment : joined.moment;
    return this.#closed({ ...joined, moment, passage }, found !== undefined);
  }

  #closeAsItStands(passage: OpenPassage): JoinStep {
    return this.#closed({ ...passage, passage: 'nao_informada' }, true);
  }

  #closed(access: Access, wasOpen: boolean): JoinStep {
    this.#open.delete(access.key);
    return { kind: 'closed', access, wasOpen };
  }

  /** The passage with what the reading adds; what the reading does not say stays. */
  #merged(found: OpenPassage | undefined, input: JoinReading): OpenPassage {
    const { reading, moment, credential } = input;
    const { person, originalMeans, serial, record } = reading;
    const direction = reading.direction === 'indefinido' ? undefined : reading.direction;
    const means = reading.means === 'indefinido' ? undefined : reading.means;
    const said = { credential, person, direction, means, originalMeans, serial, record };
    const news = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return { ...(found ?? this.#begun(input)), moment, ...news };
  }

  /** A new passage, under the reading's key unless somebody else's open passage has it. */
  #begun({ reading, moment, id }: JoinReading): OpenPassage {
    let key = reading.key ?? id;
    for (let number = 2; this.#open.has(key); number += 1) key = `${id}.${number}`;
    const { heardAtMs } = moment;
    return { id, key, recordedAtMs: heardAtMs, deadlineMs: heardAtMs, moment, freshness: reading.freshness };
  }
}

/** Whether nothing in the reading contradicts that it belongs to the passage. */
function compatible(passage: OpenPassage, { reading, credential, moment }: JoinReading): boolean {
  const otherCard =
    credential !== undefined &&
    passage.credential !== undefined &&
    credential.reference !== passage.credential.reference;
  const otherPerson =
    reading.person !== undefined &&
    passage.person !== undefined &&
    reading.person.externalId !== passage.person.externalId;
  const isFromMemory = reading.freshness === 'recovered' || passage.freshness === 'recovered';
  const otherTime = isFromMemory && Math.abs(timeOf(moment) - timeOf(passage.moment)) > ONE_PASSAGE_MS;
  const isDecidedAlready =
    reading.freshness === 'recovered' && reading.kind === 'decided' && passage.result !== undefined;
  return !otherCard && !otherPerson && !otherTime && !isDecidedAlready;
}

/** A memory tells of long ago: its own times tell passages apart, not when they were heard. */
function timeOf({ deviceAtMs, heardAtMs }: Moment): number {
  return deviceAtMs ?? heardAtMs;
}

function namesSame(passage: OpenPassage, { reading, credential }: JoinReading): boolean {
  if (credential !== undefined) return passage.credential?.reference === credential.reference;
  return reading.person !== undefined && passage.person?.externalId === reading.person.externalId;
}

function reasonOf(reading: {
  readonly result: string;
  readonly reason?: DenialReason;
  readonly originalReason?: string;
}): Pick<OpenPassage, 'reason' | 'originalReason'> {
  if (reading.result !== 'negado') return {};
  return {
    reason: reading.reason ?? 'outro',
    ...(reading.originalReason === undefined ? {} : { originalReason: reading.originalReason }),
  };
}
