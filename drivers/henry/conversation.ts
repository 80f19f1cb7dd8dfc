import { readNumber, significantDigits } from '../number.ts';
import type {
  AccessReading,
  Decided,
  Decider,
  DeviceFact,
  Means,
  PassageReading,
  Reading,
} from '../reading.ts';
import * as codes from './events.ts';
import * as wire from './messages.ts';
import type { HenryOptions } from './options.ts';
import { type Passage, Passages } from './passages.ts';

/** How long after the release time a turn is still waited for. */
const TURN_MARGIN_MS = 5000;
/** How long after TIMEOUT_ON a decision is still waited for. */
const DECISION_MARGIN_MS = 2000;

type Result = Decided['result'];

/** Who released the arm, for releases that no card asked for. */
interface Release {
  readonly by: Decider;
  readonly means?: Means;
}

const REMOTELY: Release = { by: 'operador', means: 'remoto' };
const BY_BUTTON: Release = { by: 'operador', means: 'botoeira' };
const BY_PASSWORD: Release = { by: 'dispositivo', means: 'senha' };
const BY_DEVICE: Release = { by: 'dispositivo' };

/**
 * What both directions of one connection say, as readings: for the session, whose orders are Giro's own, and for the
 * observer of a tap, whose orders are the gym's software's. Pure: the agent's time comes with each message.
 */
export class Conversation {
  readonly #options: HenryOptions;
  readonly #passages = new Passages();
  readonly #settings = new Map<string, string>();

  constructor(options: HenryOptions) {
    this.#options = options;
  }

  /** The device's settings, as far as RC answers told them (henry.md 9). */
  get settings(): ReadonlyMap<string, string> {
    return this.#settings;
  }

  /** The readings in a message of the device, heard at `nowMs` (Unix ms). */
  fromDevice(message: wire.Message, nowMs: number): Reading[] {
    if (wire.isRefusal(message)) return [];
    switch (message.command) {
      case 'RC':
        return this.#configured(message.data ?? '');
      case 'RH': {
        const local = wire.parseClock(message.data ?? '');
        return local === undefined ? [] : [{ kind: 'clock', at: { local }, readAtMs: nowMs }];
      }
      default: {
        const report = wire.parseReport(message);
        return report === undefined ? [] : this.#reported(report, nowMs);
      }
    }
  }

  /** The readings in a message of the software, sent at `nowMs` (Unix ms). */
  fromSoftware(message: wire.Message, nowMs: number): Reading[] {
    const order = wire.parseOrder(message);
    if (order === undefined) return [];
    this.#passages.prune(nowMs, this.#releaseMs);
    switch (codes.eventKind(order.code)) {
      case 'granted':
        return this.#ordered(order, 'liberado', this.#passages.answered(order.index), nowMs);
      case 'denied':
        return this.#ordered(order, 'negado', this.#passages.answered(order.index), nowMs);
      case 'remote':
        return this.#ordered(order, 'liberado', undefined, nowMs);
      default:
        return []; // a text for the display: decides nothing
    }
  }

  #configured(data: string): DeviceFact[] {
    const news = wire.parseSettings(data);
    for (const [name, value] of news) this.#settings.set(name, value);
    const model = news.get('MODELO');
    const serial = news.get('NR_EQUIP');
    const firmware = news.get('VERSAO_PRODUTO');
    if (model === undefined && serial === undefined && firmware === undefined) return [];
    return [
      {
        kind: 'identity',
        manufacturer: 'Henry',
        ...(model && { model }),
        ...(serial && { serial }),
        ...(firmware && { firmware }),
      },
    ];
  }

  #reported(report: wire.Report, nowMs: number): Reading[] {
    this.#passages.prune(nowMs, this.#releaseMs);
    switch (codes.eventKind(report.code)) {
      case 'asked':
        return this.#asked(report, nowMs);
      case 'granted':
        return this.#decided(report, 'liberado', codes.isPushButton(report) ? BY_BUTTON : BY_DEVICE, nowMs);
      case 'denied':
        return this.#decided(report, 'negado', BY_DEVICE, nowMs);
      case 'remote':
        return this.#decided(report, 'liberado', REMOTELY, nowMs);
      case 'button':
        return this.#decided(report, 'liberado', BY_BUTTON, nowMs);
      case 'emergency':
        return [alarm(report), ...this.#decided(report, 'liberado', BY_PASSWORD, nowMs)];
      case 'turned':
        return this.#ended(report, 'passed', nowMs);
      case 'gaveUp':
        return this.#ended(report, 'gaveUp', nowMs);
      case 'waiting':
        return [];
      case 'timedOut':
        this.#passages.timeOut(report.index, cardOf(report));
        return [alarm(report)];
      case 'alarm':
      case 'unknown':
        return [alarm(report)];
    }
  }

  #asked(report: wire.Report, nowMs: number): AccessReading[] {
    const repeated = this.#passages.repeated(cardOf(report), nowMs);
    if (repeated !== undefined) {
      repeated.indexes.push(report.index);
      repeated.touchedMs = nowMs;
      repeated.answersDue++;
      return [];
    }
    const passage = this.#begin(report, true, nowMs);
    passage.answersDue = 1;
    const decisionWithinMs = this.#timeoutMs + DECISION_MARGIN_MS;
    return [{ kind: 'identified', ...this.#reading(report, passage), decisionWithinMs }];
  }

  /** A final result from the device: the echo of the software's, or its own. */
  #decided(report: wire.Report, result: Result, { by, means }: Release, nowMs: number): AccessReading[] {
    const card = cardOf(report);
    const confirmed = this.#passages.confirmed(report, card, result);
    if (confirmed !== undefined) {
      confirmed.confirmationsDue--;
      confirmed.touchedMs = nowMs;
      return [];
    }
    const passage = this.#passages.decided(report, card, result) ?? this.#begin(report, false, nowMs);
    passage.decision = { result, code: report.code, bySoftware: false };
    passage.confirmationsDue = 0;
    passage.touchedMs = nowMs;
    if (means !== undefined) passage.circumstances = { ...passage.circumstances, means };
    const reading = {
      kind: 'decided',
      ...this.#reading(report, passage),
      ...(means && { means }),
      result,
      by,
    } as const;
    return [{ ...reading, ...this.#outcome(report.code, result, passage.card, this.#releaseMs) }];
  }

  /** An answer of the software, or (without `asked`) a release of its own. */
  #ordered(order: wire.Order, result: Result, asked: Passage | undefined, nowMs: number): AccessReading[] {
    if (asked !== undefined) {
      if (asked.hasTimedOut) return []; // too late: the device does not take it any more
      asked.answersDue = Math.max(asked.answersDue - 1, 0);
      asked.touchedMs = nowMs;
      if (asked.decision?.bySoftware && asked.decision.result === result) {
        asked.confirmationsDue++; // the same answer to the same card, presented once more
        return [];
      }
    }
    const passage =
      asked?.decision === undefined
        ? (asked ?? this.#release(order, nowMs))
        : this.#again(order, asked, nowMs);
    this.#recognise(order, passage);
    passage.decision = { result, code: order.code, bySoftware: true };
    passage.confirmationsDue = 1;
    const releaseMs = Math.max(this.#releaseMs, secondsOf(order) * 1000);
    const { key, who, circumstances, card } = passage;
    const outcome = this.#outcome(order.code, result, card, releaseMs);
    return [
      {
        kind: 'decided',
        key,
        freshness: 'live',
        ...who,
        ...circumstances,
        result,
        by: 'sistema',
        ...outcome,
      },
    ];
  }

  #ended(report: wire.Report, kind: 'passed' | 'gaveUp', nowMs: number): AccessReading[] {
    const passage = this.#passages.ended(report.index, cardOf(report)) ?? this.#begin(report, false, nowMs);
    this.#passages.remove(passage);
    return [{ kind, ...this.#reading(report, passage) }];
  }

  #outcome(code: number, result: Result, card: string, releaseMs: number): Partial<Decided> {
    if (result === 'liberado') return { turnWithinMs: releaseMs + TURN_MARGIN_MS };
    return { reason: codes.denialReason(code, card !== '') ?? 'outro', originalReason: String(code) };
  }

  #begin(report: wire.Report, asked: boolean, nowMs: number): Passage {
    const circumstances = this.#circumstances(report);
    const card = cardOf(report);
    const who = readNumber(card, codes.credentialKind(circumstances.means), this.#options);
    return this.#passages.add(report.index, nowMs, { asked, card, who, circumstances });
  }

  /** A release by the software that answers nothing. */
  #release(order: wire.Order, nowMs: number): Passage {
    const direction = codes.directionOf('', order.code);
    const means: Means | undefined = codes.eventKind(order.code) === 'remote' ? 'remoto' : undefined;
    const circumstances = { ...(direction && { direction }), ...(means && { means }) };
    return this.#passages.add(order.index, nowMs, { asked: false, card: '', who: {}, circumstances });
  }

  /** The same card got another answer when it was presented once more: an access of its own. */
  #again(order: wire.Order, { card, who, circumstances }: Passage, nowMs: number): Passage {
    return this.#passages.add(order.index, nowMs, { asked: true, card, who, circumstances });
  }

  /** The card that the software found for a fingerprint (henry.md 5.5), and the side that it released. */
  #recognise({ card, code }: wire.Order, passage: Passage): void {
    if (card !== undefined && passage.card === '') {
      passage.card = significantDigits(card);
      passage.who = readNumber(card, 'template_biometrico', this.#options);
    }
    const direction = passage.circumstances.direction ?? codes.directionOf('', code);
    if (direction !== undefined) passage.circumstances = { ...passage.circumstances, direction };
  }

  #reading(report: wire.Report, passage: Passage): PassageReading {
    const local = wire.parseEventTime(report.time);
    const identity = `${report.code}|${report.time.trim()}|${cardOf(report)}`;
    return {
      key: passage.key,
      ...(local && { identity, at: { local } }),
      freshness: 'live',
      ...passage.who,
      ...passage.circumstances,
      ...this.#circumstances(report),
    };
  }

  #circumstances({ direction: side, code, reader }: wire.Report): Passage['circumstances'] {
    const direction = codes.directionOf(side, code);
    const means = codes.meansOf(reader, this.#options.readers);
    return { ...(direction && { direction }), ...(means && { means, originalMeans: reader }) };
  }

  /** How long the device waits for the arm, ms (EXP_TEMPO_LIBERACAO, 3 to 30 s, factory setting 10 s). */
  get #releaseMs(): number {
    return this.#number('EXP_TEMPO_LIBERACAO', 3, 30, 10) * 1000;
  }

  /** How long the device waits for a decision, ms (TIMEOUT_ON, 500 to 10,000 ms, factory setting 3,000 ms). */
  get #timeoutMs(): number {
    return this.#number('TIMEOUT_ON', 500, 10_000, 3000);
  }

  #number(name: string, least: number, most: number, otherwise: number): number {
    const value = Number(this.#settings.get(name));
    return value >= least && value <= most ? value : otherwise;
  }
}

/** The card of a report without leading zeros; empty for none. -1 stands for a fingerprint that waits for a match. */
function cardOf({ card }: wire.Report): string {
  return card.trim() === '-1' ? '' : significantDigits(card);
}

function secondsOf({ seconds }: wire.Order): number {
  return /^\d{1,2}$/.test(seconds) ? Number(seconds) : 0;
}

function alarm(report: wire.Report): DeviceFact {
  const local = wire.parseEventTime(report.time);
  return { kind: 'alarm', ...codes.alarmOf(report.code), ...(local && { at: { local } }) };
}
