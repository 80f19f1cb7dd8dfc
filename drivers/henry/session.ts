import { sleep } from '../base/clock.ts';
import { GiroError } from '../base/errors.ts';
import { type Callback, decideOutside } from '../contract/callback.ts';
import type { DecisionQuestion, OutsideDecision, TurnstileContext } from '../contract/driver.ts';
import { readNumber } from '../contract/number.ts';
import type { Reading } from '../contract/reading.ts';
import { Recorder } from '../contract/recorder.ts';
import { Collection } from './collection.ts';
import { Conversation } from './conversation.ts';
import { Dialogue } from './dialogue.ts';
import { credentialKind, DENIED, eventKind, RELEASED } from './events.ts';
import * as wire from './messages.ts';
import type { HenryOptions } from './options.ts';
import { cardOf, circumstancesOf, momentOf } from './reports.ts';

/** Silence after which a harmless command asks whether the device is still there (henry.md 2). */
const IDLE_MS = 25_000;
/** A session that lasts is looked after this often: its memory collected, its clock compared. */
const UPKEEP_MS = 86_400_000;
/** A device clock that is further away than this is set, if the options say so (henry.md 2). */
const CLOCK_OFF_MS = 2000;
/** Of EH: daylight saving off; an old window would shift the clock (henry.md 6). */
const NO_DAYLIGHT_SAVING = '00/00/00]00/00/00';

const IDENTITY_SETTINGS = [
  'NR_EQUIP',
  'MODELO',
  'VERSAO_PRODUTO',
  'VERSAO_PROTOCOLO',
  'TIPO_VALIDA',
  'ARMAZENA_REGISTRO',
];
const TIMING_SETTINGS = ['EXP_TEMPO_LIBERACAO', 'TIMEOUT_ON', 'VALIDACAO_OFF'];

/** A decision from outside must be here so long before the device gives up (TIMEOUT_ON). */
const ANSWER_MARGIN_MS = 300;

/** What ARMAZENA_REGISTRO keeps, other than everything (T). */
const STORED: Readonly<Record<string, string>> = { N: 'nothing', G: 'only denials', L: 'only grants' };

/** One connection to a Henry controller: identifies it, hears its events, collects its memory, keeps it alive. */
export class Session {
  readonly #context: TurnstileContext<HenryOptions>;
  readonly #dialogue: Dialogue;
  readonly #conversation: Conversation;
  readonly #recorder: Recorder;
  readonly #over = new AbortController();
  /** The device's wall clock as last read. */
  #clock: { readonly local: string; readonly readAtMs: number } | undefined;

  constructor(context: TurnstileContext<HenryOptions>) {
    this.#context = context;
    this.#dialogue = new Dialogue(context, context.options.maxFrameBytes);
    this.#conversation = new Conversation(context.options);
    this.#recorder = new Recorder(context.record, context.log);
  }

  /** Runs until the link ends. Throws DEVICE_NEEDS_DECIDER, DEVICE_SILENT, DEVICE_UNSUPPORTED or LINK_LOST. */
  async run(): Promise<void> {
    try {
      await Promise.race([this.#dialogue.listen((message) => this.#handle(message)), this.#converse()]);
      this.#checkClosedAtOnce();
    } finally {
      this.#over.abort();
      this.#dialogue.end();
      this.#recorder.end();
    }
  }

  /** All that is asked of the device; never resolves. */
  async #converse(): Promise<void> {
    await this.#askSettings(IDENTITY_SETTINGS);
    this.#checkDecider();
    await this.#askSettings(TIMING_SETTINGS);
    this.#checkSettings();
    await this.#readClock();
    await Promise.all([this.#keepAlive(), this.#keepUp()]);
  }

  async #askSettings(names: readonly string[]): Promise<void> {
    const answer = await this.#dialogue.ask('RC', names.join(']'));
    if (wire.isRefusal(answer)) this.#refused('RC', answer);
  }

  async #keepAlive(): Promise<void> {
    for (;;) {
      await this.#dialogue.silence(IDLE_MS);
      await this.#readClock();
    }
  }

  async #readClock(): Promise<void> {
    const answer = await this.#dialogue.ask('RH');
    if (wire.isRefusal(answer)) this.#refused('RH', answer);
    const local = wire.parseClock(answer.data ?? '');
    this.#clock = local === undefined ? undefined : { local, readAtMs: this.#context.clock.now() };
  }

  /** Collects before the clock is set: how far it was off says how far the times of the records can be trusted. */
  async #keepUp(): Promise<void> {
    const { options, clock } = this.#context;
    for (;;) {
      if (options.collect.enabled) await this.#collect();
      if (options.setClock) await this.#setClock();
      await sleep(clock, UPKEEP_MS, this.#over.signal);
      await this.#readClock();
    }
  }

  async #collect(): Promise<void> {
    const context = this.#context;
    const collection = new Collection({
      context,
      ask: (...question) => this.#dialogue.ask(...question),
      releaseMs: this.#conversation.releaseMs,
      now: () => this.#deviceNow(),
    });
    try {
      await collection.run();
    } catch (error) {
      if (error instanceof GiroError && error.code !== 'JOURNAL_FAILED') throw error;
      // What was not committed was not confirmed to the device either: the next collection finds it.
      context.log.error({ err: error }, 'stored records were not recorded');
    }
  }

  #deviceNow(): string | undefined {
    return this.#clock && wire.later(this.#clock.local, this.#context.clock.now() - this.#clock.readAtMs);
  }

  async #setClock(): Promise<void> {
    const { clock, localTime, log } = this.#context;
    const device = this.#deviceNow();
    const offMs = device === undefined ? undefined : wire.between(localTime(clock.now()), device);
    if (offMs === undefined || Math.abs(offMs) <= CLOCK_OFF_MS) return;
    const time = wire.formatEventTime(localTime(clock.now()), 2);
    const answer = await this.#dialogue.ask('EH', `${time}]${NO_DAYLIGHT_SAVING}`);
    if (wire.isRefusal(answer)) return this.#refused('EH', answer);
    log.info({ offMs }, 'device clock set');
    await this.#readClock();
  }

  #refused(command: string, { status }: wire.Message): void {
    this.#context.log.warn({ command, status: Number(status) }, 'device refused a command');
  }

  async #handle(message: wire.Message): Promise<void> {
    const report = wire.parseReport(message);
    if (report !== undefined && !wire.isRefusal(message) && eventKind(report.code) === 'asked') {
      return this.#decide(message, report);
    }
    if (message.command === 'REON' && wire.isRefusal(message)) {
      this.#context.log.error({ status: Number(message.status) }, 'device refused a decision');
    }
    this.#report(this.#conversation.fromDevice(message, this.#context.clock.now()));
  }

  /** Answers a request at once: the decision goes out before the journal is asked for anything. */
  async #decide(message: wire.Message, report: wire.Report): Promise<void> {
    const { clock, options } = this.#context;
    if (options.decide === 'never') {
      this.#report(this.#conversation.fromDevice(message, clock.now()));
      throw this.#needsDecider('asks for a decision');
    }
    if (options.callback !== undefined && canMatch(report)) {
      this.#report(this.#conversation.fromDevice(message, clock.now()));
      void this.#decideOutside(report, options.callback); // others are heard while it is asked
      return;
    }
    const answer = orderFor(report, { grant: options.decide === 'grantAll' && canMatch(report) }, options);
    const sent = this.#dialogue.send(answer);
    const identified = this.#conversation.fromDevice(message, clock.now());
    this.#report([...identified, ...this.#conversation.fromSoftware(answer, clock.now())]);
    await sent;
  }

  /** What comes late or after the connection ended is dropped: a release belongs to the moment that asked for it. */
  async #decideOutside(report: wire.Report, callback: Callback): Promise<void> {
    const { clock, log, options } = this.#context;
    const question = questionOf(report, options);
    const timeoutMs = Math.min(callback.timeoutMs, this.#conversation.timeoutMs - ANSWER_MARGIN_MS);
    const asking = { callback, question, timeoutMs, over: this.#over.signal };
    const decision = await decideOutside(this.#context, asking);
    if (decision === undefined) return;
    const answer = orderFor(report, decision, options);
    try {
      const sent = this.#dialogue.send(answer);
      this.#report(this.#conversation.fromSoftware(answer, clock.now()));
      await sent;
    } catch (error) {
      log.debug({ err: error }, 'a decision did not reach the device');
    }
  }

  #report(readings: readonly Reading[]): void {
    const { log } = this.#context;
    for (const reading of readings) {
      if (reading.kind === 'identity') {
        const { model, serial, firmware } = reading;
        log.info({ model, equipment: serial, firmware }, 'device identified');
      }
    }
    this.#recorder.report(readings);
  }

  #checkClosedAtOnce(): void {
    if (this.#dialogue.hasHeardMessage) return;
    throw new GiroError('LINK_LOST', `${this.#context.link.peer} closed before it answered`, {
      hint: 'the device takes one client at a time: another access program may hold it',
    });
  }

  /** A device in mode O or A that nobody answers lets nobody in (henry.md 2.1). */
  #checkDecider(): void {
    const mode = this.#conversation.settings.get('TIPO_VALIDA');
    const { log, options } = this.#context;
    if (mode === undefined) log.warn({}, 'device does not tell its validation mode (TIPO_VALIDA)');
    if (options.decide === 'never' && (mode === 'O' || mode === 'A')) {
      throw this.#needsDecider('validates online');
    }
    if (options.decide !== 'never' && mode === 'F') {
      log.warn(
        { decide: options.decide },
        'device validates by itself (TIPO_VALIDA F): options.decide has no effect',
      );
    }
  }

  #checkSettings(): void {
    const { settings } = this.#conversation;
    const { log, options } = this.#context;
    const validacaoOff = settings.get('VALIDACAO_OFF');
    if (settings.get('TIPO_VALIDA') === 'F' && validacaoOff !== 'H') {
      log.warn({ validacaoOff }, 'device reports nothing live: set VALIDACAO_OFF to H');
    }
    const timeoutMs = this.#conversation.timeoutMs - ANSWER_MARGIN_MS;
    if (options.callback !== undefined && options.callback.timeoutMs > timeoutMs) {
      log.warn({ timeoutMs }, 'callback.timeoutMs is too long for the TIMEOUT_ON of this device: shortened');
    }
    const storing = settings.get('ARMAZENA_REGISTRO');
    if (options.collect.enabled && storing !== undefined && storing !== 'T') {
      log.warn(
        { storing },
        `device stores ${STORED[storing] ?? 'not everything'} (ARMAZENA_REGISTRO ${storing}): the rest of what happens while it is cut off is lost; set it to T`,
      );
    }
  }

  #needsDecider(does: string): GiroError {
    const mode = this.#conversation.settings.get('TIPO_VALIDA') ?? 'unknown';
    return new GiroError(
      'DEVICE_NEEDS_DECIDER',
      `the device ${does} (TIPO_VALIDA ${mode}) and options.decide is never: set options.decide to callback, grantAll or denyAll, or set TIPO_VALIDA to F with VALIDACAO_OFF H`,
    );
  }
}

/** A fingerprint that waits for a match can only be denied: nobody here can match it (henry.md 5.5). */
function canMatch({ card }: wire.Report): boolean {
  return card.trim() !== '-1';
}

function questionOf(report: wire.Report, options: HenryOptions): DecisionQuestion {
  const { at } = momentOf(report);
  const circumstances = circumstancesOf(report, options.readers);
  const who = readNumber(cardOf(report), credentialKind(circumstances.means), options);
  return { ...who, ...circumstances, ...(at && { at }) };
}

function orderFor(
  { index }: wire.Report,
  { grant, message }: OutsideDecision,
  options: HenryOptions,
): wire.Message {
  const text = wire.displayText(message ?? (grant ? options.grantMessage : options.denyMessage));
  const code = grant ? RELEASED : DENIED;
  const seconds = String(options.releaseSeconds);
  return wire.formatOrder({ index, code, seconds, text, relays: grant ? '1' : '' });
}
