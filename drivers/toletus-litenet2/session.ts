import { GiroError } from '../base/errors.ts';
import { type Callback, decideOutside } from '../contract/callback.ts';
import type { DecisionQuestion, OutsideDecision, TurnstileContext } from '../contract/driver.ts';
import type { Reading } from '../contract/reading.ts';
import { Recorder } from '../contract/recorder.ts';
import { encodeFrame } from './codec.ts';
import { Conversation, formatVersion } from './conversation.ts';
import { PassageCounters } from './counters.ts';
import { Ear } from './ear.ts';
import { controlledSide, type Flow, isControlled } from './flow.ts';
import {
  displayText,
  ERROR_TONE,
  formatOrder,
  type Order,
  parseReport,
  RED,
  type Report,
} from './messages.ts';
import type { Litenet2Options } from './options.ts';
import { type ParameterName, type ParameterValues, parameterValue } from './parameters.ts';

/** How often GetId is sent: the board answers no TCP keep-alive (toletus-litenet2.md 1.1). */
const POLL_MS = 10_000;
/** How long an answer may take (3). */
const ANSWER_MS = 2000;
/** Silence after which the board is given up: three polls unanswered (1.1). */
const SILENCE_MS = 35_000;
/** The last firmware that wants a challenge before each release (7.6). */
const CHALLENGING_FIRMWARE = [2, 0, 0, 1] as const;
const DENIAL_MS = 3000;
const OTHER_PROGRAM =
  'the board takes one program at a time: Gerenciador Toletus, Toletus Hub or another may hold it';

/** One connection to a LiteNet2 board: learns what it is, compares its counters, then hears its events. */
export class Session {
  readonly #context: TurnstileContext<Litenet2Options>;
  readonly #ear: Ear;
  readonly #conversation: Conversation;
  readonly #counters: PassageCounters;
  readonly #recorder: Recorder;
  /** The question that waits for its answer from outside. */
  #asking: AbortController | undefined;
  #hasHeardFrame = false;
  #silentMs = 0;
  #heardAtMs = 0;

  constructor(context: TurnstileContext<Litenet2Options>) {
    const { options, clock, log, cursor, record, recordAt } = context;
    this.#context = context;
    this.#ear = new Ear(clock, log);
    this.#conversation = new Conversation(options, { isAnswered: options.decide !== 'never' });
    this.#counters = new PassageCounters(cursor.latest ?? cursor.position);
    this.#recorder = new Recorder((...readings) => {
      const { position } = this.#counters;
      return position === undefined ? record(...readings) : recordAt(position, ...readings);
    }, log);
  }

  /**
   * Runs until the link ends. Throws DEVICE_NEEDS_DECIDER, DEVICE_OTHER, DEVICE_SILENT, DEVICE_UNSUPPORTED or
   * LINK_LOST.
   */
  async run(): Promise<void> {
    try {
      if ((await this.#introduce()) === 'end') return this.#checkClosedAtOnce();
      while ((await this.#hearFor(POLL_MS, () => undefined)) !== 'end') {
        await this.#send({ kind: 'read', name: 'deviceId' });
      }
    } finally {
      this.#asking?.abort();
      this.#recorder.end();
      this.#remember();
    }
  }

  /** Asks the board what it is, one question at a time (toletus-litenet2.md 1.1). */
  async #introduce(): Promise<'end' | 'done'> {
    const firmware = await this.#ask('firmware');
    if (firmware === 'end') return 'end';
    if (firmware !== undefined) checkFirmware(firmware);
    const serial = await this.#ask('serial');
    if (serial === 'end') return 'end';
    this.#checkSerial(serial);
    this.#counters.identify(serial);
    const deviceId = await this.#ask('deviceId');
    if (deviceId === 'end') return 'end';
    if (!this.#hasHeardFrame) throw this.#unanswered();
    this.#context.log.info(
      { deviceId, serial, firmware: firmware && formatVersion(firmware) },
      'device identified',
    );
    if ((await this.#ask('extendedFlow')) === 'end') return 'end';
    this.#checkDecider();
    if ((await this.#ask('releaseMs')) === 'end') return 'end';
    return this.#compareCounters();
  }

  /** Reports the passages that happened while nobody listened: how many, and since when. */
  async #compareCounters(): Promise<'end' | 'done'> {
    const { clock, log } = this.#context;
    const totals = await this.#ask('counters');
    if (totals === 'end') return 'end';
    if (totals === undefined) {
      log.warn({}, 'device tells no passage counters: passages while it is cut off leave no trace');
      return 'done';
    }
    if (this.#counters.read(totals)) {
      // A turn that is just being reported is not unseen: its event comes before the answer to one more question.
      if ((await this.#ask('counters')) === 'end') return 'end';
      this.#counters.catchUp(totals, clock.now());
    }
    const gap = this.#recorder.isFull ? [] : this.#counters.takeGap(clock.now());
    this.#counters.begin(clock.now());
    this.#recorder.report(gap);
    this.#remember();
    return 'done';
  }

  /** Sends a question; undefined if the board does not answer it, as older firmware does for what it does not know. */
  async #ask<Name extends ParameterName>(name: Name): Promise<ParameterValues[Name] | 'end' | undefined> {
    await this.#send({ kind: 'read', name });
    const answer = await this.#hearFor(ANSWER_MS, (report) =>
      report.kind === 'parameter' ? parameterValue(report.parameter, name) : undefined,
    );
    if (answer !== 'over') return answer;
    this.#context.log.debug({ parameter: name }, 'device did not answer a question');
    return undefined;
  }

  /** Handles what the board says until `find` finds what it looks for, the time is over or the link has ended. */
  async #hearFor<Found>(
    durationMs: number,
    find: (report: Report) => Found | undefined,
  ): Promise<Found | 'over' | 'end'> {
    const { clock } = this.#context;
    const untilMs = clock.now() + durationMs;
    for (;;) {
      // Never longer than asked for: the wall clock may be set back.
      const leftMs = Math.min(untilMs - clock.now(), durationMs);
      if (leftMs <= 0) return 'over';
      const heard = await this.#hear(leftMs);
      if (heard === 'end') return 'end';
      if (heard === 'silence') return 'over';
      for (const report of heard) {
        const found = find(report);
        if (found !== undefined) return found;
      }
    }
  }

  /** The next messages, already handled. Any byte is a sign of life. */
  async #hear(withinMs: number): Promise<readonly Report[] | 'silence' | 'end'> {
    const silenceMs = Math.min(withinMs, SILENCE_MS - this.#silentMs);
    const read = await this.#context.link.read({ silenceMs });
    if (read === 'end') return 'end';
    if (read === 'silence') {
      this.#silentMs += silenceMs;
      if (this.#silentMs >= SILENCE_MS) throw this.#unanswered();
      return 'silence';
    }
    this.#silentMs = 0;
    this.#heardAtMs = this.#context.clock.now();
    const reports = this.#ear.hear(read).map(parseReport);
    for (const report of reports) await this.#handle(report);
    return reports;
  }

  async #handle(report: Report): Promise<void> {
    this.#hasHeardFrame = true;
    this.#logOdd(report);
    const { clock, options } = this.#context;
    const readings = this.#conversation.fromDevice(report, clock.now());
    const identified = readings.find((reading) => reading.kind === 'identified');
    if (identified === undefined) return this.#keep(report, readings);
    if (options.decide === 'never') {
      this.#keep(report, readings);
      const { flow } = this.#conversation;
      if (flow === undefined || isControlled(flow)) throw needsDecider('asks for a decision');
      return;
    }
    if (options.callback !== undefined) {
      this.#keep(report, readings);
      void this.#decideOutside(identified, options.callback); // others are heard while it is asked
      return;
    }
    // The decision goes out before the journal is asked for anything.
    const answered = this.#answer({ grant: options.decide === 'grantAll' });
    this.#keep(report, readings);
    this.#recorder.report(await answered);
  }

  /** A release belongs to the moment that asked for it: not to another connection, nor to whoever came next. */
  async #decideOutside(question: DecisionQuestion, callback: Callback): Promise<void> {
    this.#asking?.abort();
    // One signal of its own: AbortSignal.any forgets an abort once the source is collected (nodejs/node#65995).
    this.#asking = new AbortController();
    const over = this.#asking.signal;
    const { timeoutMs } = callback;
    const decision = await decideOutside(this.#context, { callback, question, timeoutMs, over });
    if (decision === undefined) return;
    try {
      this.#recorder.report(await this.#answer(decision));
    } catch (error) {
      this.#context.log.debug({ err: error }, 'a decision did not reach the board');
    }
  }

  /** Tells the board at once; the readings of what it was told. What could not be sent was not decided. */
  async #answer(decision: OutsideDecision): Promise<readonly Reading[]> {
    const { clock, options } = this.#context;
    const orders = ordersFor(decision, options, this.#conversation.flow);
    await Promise.all(orders.map((order) => this.#send(order)));
    const nowMs = clock.now();
    return orders.flatMap((order) => this.#conversation.fromSoftware(order, nowMs));
  }

  #keep(report: Report, readings: readonly Reading[]): void {
    const nowMs = this.#context.clock.now();
    // What the journal can't take now, the counters still tell of later.
    const isLost = this.#recorder.isFull;
    if (!isLost && report.kind === 'passage') this.#counters.passed(report, nowMs);
    this.#recorder.report(isLost ? readings : [...this.#counters.takeGap(nowMs), ...readings]);
  }

  /** Stores where the counters stand, and until when nothing was missed. */
  #remember(): void {
    const { cursor, recordAt, log } = this.#context;
    if (!this.#recorder.isFull) this.#counters.complete(this.#heardAtMs);
    const { position } = this.#counters;
    if (position === undefined || position === (cursor.latest ?? cursor.position)) return;
    recordAt(position).catch((err: unknown) => log.debug({ err }, 'passage counters were not stored'));
  }

  /** One frame, one write. */
  #send(order: Order): Promise<void> {
    return this.#context.link.write(encodeFrame(formatOrder(order)));
  }

  #logOdd(report: Report): void {
    const { log } = this.#context;
    if (report.kind === 'malformed')
      log.warn({ command: report.frame.command }, 'a reader read no number and no text');
    if (report.kind === 'unknown') log.debug({ command: report.frame.command }, 'unknown command');
    if (report.kind === 'passage' && report.direction === 'indefinido') {
      log.warn({ side: report.side }, 'passage in an unknown direction');
    }
  }

  #checkSerial(serial: number | undefined): void {
    const { serialNumber } = this.#context.options;
    if (serialNumber === undefined || serial === serialNumber) return;
    if (serial === undefined)
      throw new GiroError('DEVICE_SILENT', 'the board did not tell its serial number');
    throw new GiroError('DEVICE_OTHER', `board ${serial} answers, board ${serialNumber} is configured`);
  }

  #checkDecider(): void {
    const { flow } = this.#conversation;
    const { log, options } = this.#context;
    if (flow === undefined) log.warn({}, 'device does not tell its flow control');
    else if (options.decide === 'never' && isControlled(flow))
      throw needsDecider('has a controlled direction');
  }

  #checkClosedAtOnce(): void {
    if (this.#hasHeardFrame) return;
    const { peer } = this.#context.link;
    throw new GiroError('LINK_LOST', `${peer} closed before it answered`, { hint: OTHER_PROGRAM });
  }

  #unanswered(): GiroError {
    if (!this.#hasHeardFrame && this.#ear.hasHeardNoise) {
      return new GiroError('DEVICE_UNSUPPORTED', 'no valid frame came: this is no LiteNet2 board');
    }
    return new GiroError('DEVICE_SILENT', 'the board answers nothing', { hint: OTHER_PROGRAM });
  }
}

/** Old firmware wants a challenge answered before each release, which nobody has published. */
function checkFirmware(firmware: readonly [number, number, number, number]): void {
  const differs = firmware.findIndex((part, index) => part !== CHALLENGING_FIRMWARE[index]);
  if (differs !== -1 && (firmware[differs] ?? 0) > (CHALLENGING_FIRMWARE[differs] ?? 0)) return;
  throw new GiroError(
    'DEVICE_UNSUPPORTED',
    `firmware ${formatVersion(firmware)} is too old, 2.0.0 R2 is needed: update the board`,
  );
}

function needsDecider(does: string): GiroError {
  return new GiroError(
    'DEVICE_NEEDS_DECIDER',
    `the board ${does} and options.decide is never: set options.decide to callback, grantAll or denyAll, or set the flow control of the board to free`,
  );
}

/** What the board is told after an identification. It has no command to deny: it shows why nothing happens. */
function ordersFor(
  { grant, message }: OutsideDecision,
  options: Litenet2Options,
  flow: Flow | undefined,
): readonly Order[] {
  const text = displayText(message ?? (grant ? options.grantMessage : options.denyMessage));
  if (grant) {
    const side = options.release === 'auto' ? controlledSide(flow) : options.release;
    return [{ kind: 'release', side, text }];
  }
  const showsText = text !== '';
  return [
    ...(showsText ? [{ kind: 'storeText', text } as const] : []),
    { kind: 'notify', durationMs: DENIAL_MS, tone: ERROR_TONE, colour: RED, showsText },
  ];
}
