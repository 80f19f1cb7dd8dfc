import { isUtf8 } from 'node:buffer';
import { RE2JS } from 're2js';
import { significantDigits } from '../contract/number.ts';
import {
  type AccessReading,
  type Credential,
  type CredentialKind,
  DENIAL_REASONS,
  DIRECTIONS,
  MEANS,
  type Means,
  type PassageReading,
  type Person,
  RESULTS,
  type Reading,
} from '../contract/reading.ts';
import type { Group, LinesOptions } from './options.ts';
import { type TimeReader, timeReader } from './time.ts';

/** Lengths of the contract (webhook.schema.json), in characters. */
const MAX_ID = 64;
const MAX_REASON = 160;

/** What was presented, by how it was read; the other means present nothing that has a kind of its own. */
const CREDENTIAL_KIND: Partial<Record<Means, CredentialKind>> = {
  cartao: 'cartao',
  digital: 'template_biometrico',
  facial: 'template_biometrico',
  qrcode: 'qrcode',
  codigo_barras: 'codigo',
  teclado: 'codigo',
  senha: 'codigo',
};

/** What the groups of one line captured; an empty capture counts as none. */
type Captured = Readonly<Partial<Record<Group, string>>>;

/** Reads whole lines into what they report. Pure, and never throws, whatever the line. */
export class LineReader {
  readonly #options: LinesOptions;
  readonly #pattern: RE2JS;
  readonly #readTime: TimeReader;
  readonly #directions: Map<string, (typeof DIRECTIONS)[number]>;
  readonly #results: Map<string, (typeof RESULTS)[number]>;
  readonly #reasons: Map<string, (typeof DENIAL_REASONS)[number]>;
  readonly #means: Map<string, Means>;

  /** @param options as validated by `linesOptions`. */
  constructor(options: LinesOptions) {
    this.#options = options;
    this.#pattern = RE2JS.compile(options.pattern);
    this.#readTime = timeReader(options.time) ?? (() => undefined);
    this.#directions = words(options.direction, DIRECTIONS);
    this.#results = words(options.result, RESULTS);
    this.#reasons = words(options.reason, DENIAL_REASONS);
    this.#means = words(options.kind, MEANS);
  }

  /**
   * One finished access for a line that matches, else `unrecognised`.
   * @param line without its ending.
   * @param key differs among the lines of a turnstile, so that the join never mixes two of them.
   */
  read(line: Uint8Array, key: string): Reading[] {
    const captured = this.#match(line);
    return captured === undefined ? [{ kind: 'unrecognised', bytes: line }] : this.#meaning(captured, key);
  }

  #match(line: Uint8Array): Captured | undefined {
    const { encoding } = this.#options;
    // A replacement character in a card's number would make two cards equal.
    if (encoding === 'utf-8' && !isUtf8(line)) return undefined;
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString(encoding);
    const matcher = this.#pattern.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = Object.entries(matcher.getNamedGroups());
    return Object.fromEntries(groups.filter(([, value]) => value !== null && value !== ''));
  }

  #meaning(captured: Captured, key: string): AccessReading[] {
    const passage = this.#passage(captured, key);
    const { result: rawResult = '', reason: rawReason } = captured;
    const result = this.#results.get(rawResult) ?? 'indefinido';
    if (result === 'indefinido') return [{ ...passage, kind: 'identified', decisionWithinMs: 0 }];

    const reason = result === 'negado' && rawReason !== undefined ? this.#reasons.get(rawReason) : undefined;
    const hasPassed = result === 'liberado' && this.#options.passage;
    const decided: AccessReading = {
      ...passage,
      kind: 'decided',
      result,
      // Whoever prints the line need not be who decided.
      by: 'indefinido',
      ...(reason === undefined ? {} : { reason }),
      ...(rawReason === undefined ? {} : { originalReason: cut(rawReason, MAX_REASON) }),
      ...(hasPassed ? {} : { turnWithinMs: 0 }),
    };
    return hasPassed ? [decided, { ...passage, kind: 'passed' }] : [decided];
  }

  #passage(captured: Captured, key: string): PassageReading {
    const { time, turnstile, kind, record } = captured;
    const at = time === undefined ? undefined : this.#readTime(time);
    const identity = at === undefined ? undefined : identityOf(captured);
    const direction = meant(captured.direction, this.#directions);
    const means = meant(kind, this.#means);
    const credential = credentialOf(captured, means);
    const person = this.#person(captured);
    return {
      key,
      freshness: 'unknown',
      ...(identity && { identity }),
      ...(at && { at }),
      ...(turnstile && { serial: cut(turnstile, MAX_ID) }),
      ...(record && { record: cut(record, MAX_ID) }),
      ...(credential && { credential }),
      ...(person && { person }),
      ...(direction && { direction }),
      ...(means && { means }),
      ...(kind && kind !== means && { originalMeans: cut(kind, MAX_ID) }),
    };
  }
  #person({ person = '' }: Captured): Person | undefined {
    const externalId = significantDigits(person);
    // A number that was cut would name another person.
    if (externalId === '' || externalId.length > MAX_ID) return undefined;
    const { system, type } = this.#options.person;
    return { kind: type, system, externalId };
  }
}

function credentialOf({ credential = '' }: Captured, means: Means | undefined): Credential | undefined {
  const value = significantDigits(credential);
  if (value === '') return undefined;
  return { kind: (means && CREDENTIAL_KIND[means]) ?? 'indefinido', value };
}

/**
 * What makes a line that has a credible time the same line when it is sent again: undefined when nothing but the time
 * tells it apart. Direction and result are in it so that a denial and the grant of the same second stay two events.
 */
function identityOf(captured: Captured): string | undefined {
  const { turnstile, record, time, credential, person, direction, result } = captured;
  if (record === undefined && credential === undefined && person === undefined) return undefined;
  return JSON.stringify([turnstile, record, time, credential, person, direction, result]);
}

/** Raw text to the contract's word: the configured map, else each word for itself. A Map, for texts like `constructor`. */
function words<Word extends string>(
  configured: Readonly<Record<string, Word>> | undefined,
  known: readonly Word[],
): Map<string, Word> {
  return new Map(configured === undefined ? known.map((word) => [word, word]) : Object.entries(configured));
}

/** What no map names is `indefinido`; what the line does not say stays unsaid. */
function meant<Word extends string>(
  raw: string | undefined,
  map: Map<string, Word>,
): Word | 'indefinido' | undefined {
  return raw === undefined ? undefined : (map.get(raw) ?? 'indefinido');
}

/** At most `max` characters, never half of one. */
function cut(text: string, max: number): string {
  return text.length <= max ? text : [...text].slice(0, max).join('');
}
