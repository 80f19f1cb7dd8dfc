import { readNumber, significantDigits } from '../contract/number.ts';
import type {
  AccessReading,
  Decided,
  DeviceFact,
  Means,
  PassageReading,
  Reading,
} from '../contract/reading.ts';
import * as codes from './events.ts';
import * as wire from './messages.ts';
import type { HenryOptions } from './options.ts';
import { type Passage, Passages } from './passages.ts';
import { alarmOf, cardOf, circumstancesOf, momentOf, reasonOf, releaseOf, traceOf } from './reports.ts';

/** How long after the release time a turn is still waited for. */
const TURN_MARGIN_MS = 5000;
/** How long after TIMEOUT_ON a decision is still waited for. */
const DECISION_MARGIN_MS = 2000;

type Result = Decided['result'];

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
    this.#passages.prune(nowMs, this.releaseMs);
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
    this.#passages.prune(nowMs, this.releaseMs);
    switch (codes.eventKind(report.code)) {
      case 'asked':
        return this.#asked(report, nowMs);
      case 'granted':
      case 'remote':
      case 'button':
        return this.#decided(report, 'liberado', nowMs);
      case 'denied':
        return this.#decided(report, 'negado', nowMs);
      case 'emergency':
        return [alarmOf(report), ...this.#decided(report, 'liberado', nowMs)];
      case 'turned':
        return this.#ended(report, 'passed', nowMs);
      case 'gaveUp':
        return this.#ended(report, 'gaveUp', nowMs);
      case 'waiting':
        return [];
      case 'timedOut':
        this.#passages.timeOut(report.index, cardOf(report));
        return [alarmOf(report)];
      case 'alarm':
      case 'unknown':
        return [alarmOf(report)];
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
    const decisionWithinMs = this.timeoutMs + DECISION_MARGIN_MS;
    const { trace: _, ...reading } = this.#reading(report, passage); // only results are kept in memory
    return [{ kind: 'identified', ...reading, decisionWithinMs }];
  }

  /** A final result from the device: the echo of the software's, or its own. */
  #decided(report: wire.Report, result: Result, nowMs: number): AccessReading[] {
    const { by, means } = releaseOf(report);
    const card = cardOf(report);
    const confirmed = this.#passages.confirmed(report, card, result);
    if (confirmed !== undefined) {
      confirmed.confirmationsDue--;
      confirmed.touchedMs = nowMs;
      return this.#isDoorReleased(result) ? [this.#released(report, confirmed)] : [];
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
    if (this.#isDoorReleased(result)) {
      this.#passages.remove(passage);
      return [{ ...reading, turnWithinMs: 0 }];
    }
    return [{ ...reading, ...this.#outcome(report.code, result, passage.card, this.releaseMs) }];
  }

  /** A door has no turn: the release that the device reports is the access (henry.md 5.4). */
  #isDoorReleased(result: Result): boolean {
    return this.#options.door && result === 'liberado';
  }

  /** The end of a door's access that the software has decided. The memory keeps the release once. */
  #released(report: wire.Report, passage: Passage): AccessReading {
    this.#passages.remove(passage);
    const { trace: _, ...reading } = this.#reading(report, passage);
    return { kind: 'decided', ...reading, result: 'liberado', by: 'sistema', turnWithinMs: 0 };
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
    const releaseMs = Math.max(this.releaseMs, secondsOf(order) * 1000);
    const { key, who, circumstances, card } = passage;
    const outcome = this.#outcome(order.code, result, card, releaseMs);
    const common = {
      key,
      freshness: 'live',
      ...who,
      ...circumstances,
      ...traced(order, passage, nowMs),
    } as const;
    return [{ kind: 'decided', ...common, result, by: 'sistema', ...outcome }];
  }

  #ended(report: wire.Report, kind: 'passed' | 'gaveUp', nowMs: number): AccessReading[] {
    const passage = this.#passages.ended(report.index, cardOf(report)) ?? this.#begin(report, false, nowMs);
    this.#passages.remove(passage);
    return [{ kind, ...this.#reading(report, passage) }];
  }

  #outcome(code: number, result: Result, card: string, releaseMs: number): Partial<Decided> {
    if (result === 'liberado') return { turnWithinMs: releaseMs + TURN_MARGIN_MS };
    return reasonOf(code, card);
  }

  #begin(report: wire.Report, asked: boolean, nowMs: number): Passage {
    const circumstances = circumstancesOf(report, this.#options.readers);
    const askedAt = wire.parseEventTime(report.time);
    const card = cardOf(report);
    const who = readNumber(card, codes.credentialKind(circumstances.means), this.#options);
    return this.#passages.add(report.index, nowMs, { asked, askedAt, card, who, circumstances });
  }

  /** A release by the software that answers nothing. */
  #release(order: wire.Order, nowMs: number): Passage {
    const direction = codes.directionOf('', order.code);
    const means: Means | undefined = codes.eventKind(order.code) === 'remote' ? 'remoto' : undefined;
    const circumstances = { ...(direction && { direction }), ...(means && { means }) };
    return this.#passages.add(order.index, nowMs, { asked: false, card: '', who: {}, circumstances });
  }

  /** The same card got another answer when it was presented once more: an access of its own. */
  #again(order: wire.Order, { card, who, circumstances, ...before }: Passage, nowMs: number): Passage {
    const askedAt = before.askedAt && wire.later(before.askedAt, nowMs - before.sinceMs);
    return this.#passages.add(order.index, nowMs, { asked: true, askedAt, card, who, circumstances });
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
    return {
      key: passage.key,
      ...momentOf(report),
      freshness: 'live',
      ...passage.who,
      ...passage.circumstances,
      ...circumstancesOf(report, this.#options.readers),
    };
  }

  /** How long the device waits for the arm, ms (EXP_TEMPO_LIBERACAO, 3 to 30 s, factory setting 10 s). */
  get releaseMs(): number {
    return this.#number('EXP_TEMPO_LIBERACAO', 3, 30, 10) * 1000;
  }

  /** How long the device waits for a decision, ms (TIMEOUT_ON, 500 to 10,000 ms, factory setting 3,000 ms). */
  get timeoutMs(): number {
    return this.#number('TIMEOUT_ON', 500, 10_000, 3000);
  }

  #number(name: string, least: number, most: number, otherwise: number): number {
    const value = Number(this.#settings.get(name));
    return value >= least && value <= most ? value : otherwise;
  }
}

function secondsOf({ seconds }: wire.Order): number {
  return /^\d{1,2}$/.test(seconds) ? Number(seconds) : 0;
}

/** When the device obeys an order by its own clock: its memory keeps that, and does not report it. */
function traced(
  { code }: wire.Order,
  { askedAt, sinceMs }: Passage,
  nowMs: number,
): Pick<PassageReading, 'trace'> {
  return askedAt === undefined ? {} : { trace: traceOf(code, wire.later(askedAt, nowMs - sinceMs)) };
}
