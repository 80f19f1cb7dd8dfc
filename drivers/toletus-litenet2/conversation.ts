import { readNumber } from '../contract/number.ts';
import type {
  CredentialKind,
  Decided,
  DeviceFact,
  Means,
  PassageReading,
  Reading,
} from '../contract/reading.ts';
import { encodeFrame, type Frame } from './codec.ts';
import { extendedFlow, type Flow, legacyFlow } from './flow.ts';
import * as wire from './messages.ts';
import { ERROR_TONE, type Identification, type Order, type Passage, RED, type Report } from './messages.ts';
import type { Litenet2Options } from './options.ts';
import type { Parameter } from './parameters.ts';

/** How long a release lasts when the board does not say (seen in the field). */
const RELEASE_MS = 6000;
/** Far more than anybody sets; a longer one is taken for nonsense. */
const LONGEST_RELEASE_MS = 300_000;
/** How long after that a turn is still waited for (toletus-litenet2.md 4.2). */
const TURN_MARGIN_MS = 10_000;
/** How long after an identification the software's answer may be about it. */
const DECISION_WITHIN_MS = 10_000;
/** The same credential within this time of the first is the card that still lies on the reader (4.5). */
const REPEAT_MS = 3000;

/** What an identification said of who and how. */
type Presented = Pick<PassageReading, 'credential' | 'person' | 'means' | 'originalMeans'>;

interface Asked {
  key: string;
  readonly presented: Presented;
  readonly source: string;
  /** Agent's clock, ms: when it was first presented, and last. */
  readonly sinceMs: number;
  touchedMs: number;
  /** Whether the software may still answer it. */
  isOpen: boolean;
  decision?: Decided['result'];
}

/** Whom an order is about, and whether it is an access of its own. */
type Answered = Pick<Decided, 'alone'> & Pick<Release, 'key' | 'presented' | 'source'>;

interface Release {
  readonly key: string;
  readonly presented: Presented;
  readonly side: wire.Side;
  readonly source: string | undefined;
  readonly sinceMs: number;
}

/**
 * What both sides of one connection say, as readings: for the session, whose orders are Giro's own, and for the observer
 * of a tap, whose orders are the gym's software's. Pure: the agent's time comes with each message.
 */
export class Conversation {
  readonly #options: Litenet2Options;
  readonly #decisionWithinMs: number;
  #keys = 0;
  #releaseMs = RELEASE_MS;
  #flow: Flow | undefined;
  /** The latest identification. */
  #asked: Asked | undefined;
  /** The arm is free for one turn. */
  #release: Release | undefined;

  /** `isAnswered`: whether somebody decides on identifications. */
  constructor(options: Litenet2Options, { isAnswered }: { readonly isAnswered: boolean }) {
    this.#options = options;
    this.#decisionWithinMs = isAnswered ? DECISION_WITHIN_MS : 0;
  }

  /** What the board says of its flow control; undefined until it does. */
  get flow(): Flow | undefined {
    return this.#flow;
  }

  /** The readings in a message of the board, heard at `nowMs` (Unix ms). */
  fromDevice(report: Report, nowMs: number): Reading[] {
    if (this.#release !== undefined && !this.#isWithin(this.#release, TURN_MARGIN_MS, nowMs)) {
      this.#release = undefined;
    }
    switch (report.kind) {
      case 'identification':
        return this.#identified(report, nowMs);
      case 'unknownFingerprint': {
        const originalMeans = hex(wire.UNKNOWN_FINGERPRINT);
        const circumstances = { freshness: 'live', alone: true, means: 'digital', originalMeans } as const;
        const decision = { result: 'negado', by: 'dispositivo', reason: 'nao_identificado' } as const;
        return [{ kind: 'decided', key: this.#nextKey(nowMs), ...circumstances, ...decision }];
      }
      case 'passage':
        return [this.#passed(report)];
      case 'releaseTimedOut': {
        const release = this.#release;
        this.#release = undefined;
        return [{ kind: 'gaveUp', ...(release ? readingOf(release) : { freshness: 'live' }) }];
      }
      case 'parameter':
        return this.#told(report.parameter);
      case 'malformed':
        return [unrecognised(report.frame)];
      case 'unknown':
        // An event that newer firmware may have; anything else is an answer to somebody's question.
        return (report.frame.command & 0xff00) === 0x0300 ? [unrecognised(report.frame)] : [];
    }
  }

  /** The readings in an order of the software, sent at `nowMs` (Unix ms). */
  fromSoftware(order: Order, nowMs: number): Reading[] {
    switch (order.kind) {
      case 'release':
        return [this.#granted(order.side, nowMs)];
      case 'notify':
        return order.tone === ERROR_TONE || order.colour === RED ? this.#denied(nowMs) : [];
      case 'write':
        return this.#told(order.parameter);
      default:
        return []; // a text alone is no decision, and neither are the others
    }
  }

  #identified(report: Identification, nowMs: number): Reading[] {
    const source = `${report.command} ${report.value}`;
    const asked = this.#asked;
    if (asked?.source === source && (isNear(asked.sinceMs, nowMs) || this.#isFreeFor(source, nowMs))) {
      asked.touchedMs = nowMs;
      asked.isOpen = true;
      return [];
    }
    const key = this.#nextKey(nowMs);
    const presented = this.#presented(report);
    this.#asked = { key, presented, source, sinceMs: nowMs, touchedMs: nowMs, isOpen: true };
    const decisionWithinMs = this.#decisionWithinMs;
    return [{ kind: 'identified', key, freshness: 'live', ...presented, decisionWithinMs }];
  }

  #passed({ direction }: Passage): Reading {
    const release = this.#release;
    if (release === undefined || this.#isOther(release.side, direction)) {
      return { kind: 'passed', freshness: 'live', alone: true, direction };
    }
    this.#release = undefined;
    return { kind: 'passed', ...readingOf(release), direction };
  }

  /** A release replaces the one before it, whose turn nobody will know of (toletus-litenet2.md 4.2). */
  #granted(side: wire.Side, nowMs: number): Reading {
    const nobody = { key: this.#nextKey(nowMs), presented: {}, source: undefined, alone: true } as const;
    const { alone, ...who } = this.#answered('liberado', nowMs) ?? nobody;
    const release = { ...who, side, sinceMs: nowMs };
    this.#release = release;
    return {
      kind: 'decided',
      ...readingOf(release),
      ...(alone && { alone }),
      result: 'liberado',
      by: 'sistema',
      turnWithinMs: this.#releaseMs + TURN_MARGIN_MS,
    };
  }

  #denied(nowMs: number): Reading[] {
    const isDeniedAlready = this.#asked?.decision === 'negado';
    const answered = this.#answered('negado', nowMs);
    if (answered === undefined || isDeniedAlready) return [];
    const { key, presented, alone } = answered;
    const decision = { result: 'negado', by: 'sistema', reason: 'outro' } as const;
    return [{ kind: 'decided', key, freshness: 'live', ...presented, ...(alone && { alone }), ...decision }];
  }

  /** The identification that an order is about: the latest, unless it was answered already. */
  #answered(result: Decided['result'], nowMs: number): Answered | undefined {
    const asked = this.#asked;
    if (!asked?.isOpen || Math.abs(nowMs - asked.touchedMs) > DECISION_WITHIN_MS) return undefined;
    // The card that still lies on the reader got another answer, or the same one after its turn.
    const isRenewed = result === 'liberado' && this.#release?.key === asked.key;
    const isAgain = asked.decision !== undefined && !isRenewed;
    if (isAgain) asked.key = this.#nextKey(nowMs);
    asked.isOpen = false;
    asked.decision = result;
    const { key, presented, source } = asked;
    return { key, presented, source, ...(isAgain && { alone: true }) };
  }

  #told({ name, value }: Parameter): DeviceFact[] {
    const maker = { kind: 'identity', manufacturer: 'Toletus', model: 'LiteNet2' } as const;
    switch (name) {
      case 'firmware':
        return [{ ...maker, firmware: formatVersion(value) }];
      case 'serial':
        return [{ ...maker, serial: String(value) }];
      case 'releaseMs':
        if (value > 0 && value <= LONGEST_RELEASE_MS) this.#releaseMs = value;
        return [];
      case 'extendedFlow':
        this.#flow = extendedFlow(value.mode);
        return [];
      case 'legacyFlow':
        this.#flow = legacyFlow(value);
        return [];
      default:
        return [];
    }
  }

  #presented({ reader, command, value }: Identification): Presented {
    const means = this.#means(reader);
    const circumstances = { means, originalMeans: hex(command) };
    if (reader === 'keypad') return { ...circumstances, ...readKeypad(value, this.#options) };
    return { ...circumstances, ...readNumber(value, CREDENTIALS[means] ?? 'indefinido', this.#options) };
  }

  #means(reader: Identification['reader']): Means {
    switch (reader) {
      case 'card':
        return 'cartao';
      case 'scanner':
        return this.#options.scanner;
      case 'keypad':
        return 'teclado';
      case 'fingerprint':
        return 'digital';
    }
  }

  /** Whether the arm is free already for whom this credential names. */
  #isFreeFor(source: string, nowMs: number): boolean {
    return this.#release?.source === source && this.#isWithin(this.#release, 0, nowMs);
  }

  /** Whether a turn is somebody else's than the one whose way was released: that way is free for everybody. */
  #isOther(side: wire.Side, direction: Passage['direction']): boolean {
    if (side === 'ambas' || direction === 'indefinido' || direction === side) return false;
    return this.#flow?.[direction] === 'free';
  }

  /** Either way, because the wall clock may have been set. */
  #isWithin({ sinceMs }: Release, marginMs: number, nowMs: number): boolean {
    return Math.abs(nowMs - sinceMs) <= this.#releaseMs + marginMs;
  }

  /** Unlike any of the connections before, whose accesses may still be open. */
  #nextKey(nowMs: number): string {
    this.#keys += 1;
    return `${nowMs}-${this.#keys}`;
  }
}

const CREDENTIALS: Partial<Record<Means, CredentialKind>> = {
  cartao: 'cartao',
  codigo_barras: 'codigo',
  qrcode: 'qrcode',
  digital: 'template_biometrico',
};

/**
 * Who typed: eleven digits are a CPF by custom (toletus-litenet2.md 4.1), which leaves as a keyed hash only, whatever
 * the options say. Leading zeros count.
 */
function readKeypad(value: string, options: Litenet2Options): Presented {
  if (/^\d{11}$/.test(value)) return { credential: { kind: 'cpf', value } };
  if (options.number === 'person') return readNumber(value, 'codigo', options);
  return { credential: { kind: 'codigo', value } };
}

function readingOf({ key, presented, side }: Release): PassageReading {
  return { key, freshness: 'live', ...presented, ...(side !== 'ambas' && { direction: side }) };
}

function unrecognised(frame: Frame): Reading {
  return { kind: 'unrecognised', bytes: encodeFrame(frame) };
}

/** `2.2.2 R0`, as the board shows it. */
export function formatVersion([major, minor, patch, revision]: readonly [
  number,
  number,
  number,
  number,
]): string {
  return `${major}.${minor}.${patch} R${revision}`;
}

function hex(command: number): string {
  return `0x${command.toString(16).padStart(4, '0')}`;
}

function isNear(sinceMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - sinceMs) <= REPEAT_MS;
}
