import type { TurnstileContext } from '../driver.ts';
import { GiroError } from '../errors.ts';
import type { Reading } from '../reading.ts';
import { encodeFrame } from './codec.ts';
import { Conversation } from './conversation.ts';
import { Ear, UNFINISHED_MS } from './ear.ts';
import { DENIED, eventKind, RELEASED } from './events.ts';
import * as wire from './messages.ts';
import type { HenryOptions } from './options.ts';
import { Recorder } from './recorder.ts';

/** Silence after which a harmless command asks whether the device is still there (henry.md 2). */
const IDLE_MS = 25_000;
/** Silence after which a command is sent once more, and after that the device given up (henry.md 2). */
const ANSWER_MS = 5000;

const IDENTITY_SETTINGS = [
  'NR_EQUIP',
  'MODELO',
  'VERSAO_PRODUTO',
  'VERSAO_PROTOCOLO',
  'TIPO_VALIDA',
  'ARMAZENA_REGISTRO',
];
const TIMING_SETTINGS = ['EXP_TEMPO_LIBERACAO', 'TIMEOUT_ON', 'VALIDACAO_OFF'];

/** One connection to a Henry controller: identifies it, then hears its events and asks its clock when it is silent. */
export class Session {
  readonly #context: TurnstileContext<HenryOptions>;
  readonly #ear: Ear;
  readonly #conversation: Conversation;
  readonly #recorder: Recorder;
  #hasHeardMessage = false;
  #commands = 0;
  /** Indexes of an earlier question, sent twice, to which one more answer may come late. */
  #overdue: readonly string[] = [];

  constructor(context: TurnstileContext<HenryOptions>) {
    this.#context = context;
    this.#ear = new Ear(context.options.maxFrameBytes, context.log);
    this.#conversation = new Conversation(context.options);
    this.#recorder = new Recorder(context.record, context.log);
  }

  /** Runs until the link ends. Throws DEVICE_NEEDS_DECIDER, DEVICE_SILENT, DEVICE_UNSUPPORTED or LINK_LOST. */
  async run(): Promise<void> {
    try {
      if ((await this.#ask('RC', IDENTITY_SETTINGS)) === 'end') return this.#checkClosedAtOnce();
      this.#checkDecider();
      if ((await this.#ask('RC', TIMING_SETTINGS)) === 'end') return;
      this.#checkSettings();
      while ((await this.#ask('RH')) !== 'end') {
        if ((await this.#listen()) === 'end') return;
      }
    } finally {
      this.#recorder.end();
    }
  }

  /** Sends a command until it is answered; what the device pushes meanwhile is handled as always. */
  async #ask(command: string, names: readonly string[] = []): Promise<'answered' | 'end'> {
    const asked: string[] = [];
    while (asked.length < 2) {
      const question = { index: this.#nextIndex(), command, status: '00' };
      asked.push(question.index);
      await this.#send(names.length === 0 ? question : { ...question, data: names.join(']') });
      const answer = await this.#answerTo(command);
      if (answer === 'silence') continue;
      if (answer === 'end') return 'end';
      this.#overdue = asked.filter((index) => index !== answer.index);
      if (wire.isRefusal(answer)) {
        this.#context.log.warn({ command, status: Number(answer.status) }, 'device refused a command');
      }
      return 'answered';
    }
    if (!this.#hasHeardMessage && this.#ear.hasHeardNoise) {
      throw new GiroError(
        'DEVICE_UNSUPPORTED',
        'no valid frame came: encrypted (CRIPTO_HAB, CON_SEGURA) or not 8x',
      );
    }
    throw new GiroError('DEVICE_SILENT', `no answer to ${command} twice within ${ANSWER_MS / 1000} s`);
  }

  async #answerTo(command: string): Promise<wire.Message | 'silence' | 'end'> {
    for (;;) {
      const heard = await this.#hear(ANSWER_MS);
      if (heard === 'end' || heard === 'silence') return heard;
      const answer = heard.find(
        (message) => isAnswer(message, command) && !this.#overdue.includes(message.index),
      );
      if (answer !== undefined) return answer; // until then, a device that reports is not silent
    }
  }

  /** Hears events until the device has been silent for a while. */
  async #listen(): Promise<'silence' | 'end'> {
    for (;;) {
      const heard = await this.#hear(IDLE_MS);
      if (heard === 'end' || heard === 'silence') return heard;
    }
  }

  /** The next messages, already handled. Noise does not count as a sign of life. */
  async #hear(withinMs: number): Promise<readonly wire.Message[] | 'silence' | 'end'> {
    let isOver = false;
    const cancel = this.#context.clock.after(withinMs, () => {
      isOver = true;
    });
    try {
      let leftMs = withinMs;
      while (leftMs > 0 && !isOver) {
        const silenceMs = this.#ear.isWaiting ? Math.min(leftMs, UNFINISHED_MS) : leftMs;
        const read = await this.#context.link.read({ silenceMs });
        if (read === 'end') return 'end';
        const messages = read === 'silence' ? this.#ear.giveUp() : this.#ear.hear(read);
        if (read === 'silence') leftMs -= silenceMs;
        for (const message of messages) await this.#handle(message);
        if (messages.length > 0) return messages;
      }
      return 'silence';
    } finally {
      cancel();
    }
  }

  async #handle(message: wire.Message): Promise<void> {
    this.#hasHeardMessage = true;
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
    const answer = wire.formatOrder(orderFor(report, options));
    const sent = this.#send(answer);
    const identified = this.#conversation.fromDevice(message, clock.now());
    this.#report([...identified, ...this.#conversation.fromSoftware(answer, clock.now())]);
    await sent;
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

  #send(message: wire.Message): Promise<void> {
    return this.#context.link.write(encodeFrame(wire.formatMessage(message)));
  }

  /** 01 to 99, rolling. */
  #nextIndex(): string {
    this.#commands = (this.#commands % 99) + 1;
    return String(this.#commands).padStart(2, '0');
  }

  #checkClosedAtOnce(): void {
    if (this.#hasHeardMessage) return;
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
    const { log } = this.#context;
    const validacaoOff = settings.get('VALIDACAO_OFF');
    if (settings.get('TIPO_VALIDA') === 'F' && validacaoOff !== 'H') {
      log.warn({ validacaoOff }, 'device reports nothing live: set VALIDACAO_OFF to H');
    }
    if (settings.get('ARMAZENA_REGISTRO') === 'N') {
      log.warn(
        {},
        'device stores no records (ARMAZENA_REGISTRO N): what happens while it is cut off is lost',
      );
    }
  }

  #needsDecider(does: string): GiroError {
    const mode = this.#conversation.settings.get('TIPO_VALIDA') ?? 'unknown';
    return new GiroError(
      'DEVICE_NEEDS_DECIDER',
      `the device ${does} (TIPO_VALIDA ${mode}) and options.decide is never: set options.decide to grantAll or denyAll, or set TIPO_VALIDA to F with VALIDACAO_OFF H`,
    );
  }
}

/** An answer carries the name of its command, or refuses the whole frame under another one (henry.md 11). */
function isAnswer(message: wire.Message, command: string): boolean {
  return message.command === command || (message.command !== 'REON' && wire.isRefusal(message));
}

/** The answer to a request. A fingerprint that waits for a match is denied: nobody here can match it (henry.md 5.5). */
function orderFor({ index, card }: wire.Report, options: HenryOptions): wire.Order {
  const seconds = String(options.releaseSeconds);
  return options.decide === 'grantAll' && card.trim() !== '-1'
    ? { index, code: RELEASED, seconds, text: wire.displayText(options.grantMessage), relays: '1' }
    : { index, code: DENIED, seconds, text: wire.displayText(options.denyMessage), relays: '' };
}
