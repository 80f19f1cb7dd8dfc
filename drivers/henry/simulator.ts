import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { sleep } from '../clock.ts';
import { GiroError } from '../errors.ts';
import type { Link } from '../links/link.ts';
import type { Direction } from '../reading.ts';
import type { SimulatedPassage, Simulator, SimulatorContext } from '../simulator.ts';
import { encodeFrame } from './codec.ts';
import { Ear, UNFINISHED_MS } from './ear.ts';
import * as codes from './events.ts';
import * as wire from './messages.ts';

/** What `giro simulate henry --set` takes: the device's settings by their own names, and the zone of its wall. */
const simulatorSettings = z.strictObject({
  TIPO_VALIDA: z.enum(['F', 'O']).default('F'),
  VALIDACAO_OFF: z.enum(['H', 'D']).default('H'),
  MODELO: z
    .string()
    .regex(/^\w{1,16}$/)
    .default('PRIMMEACESSO'),
  NR_EQUIP: z
    .string()
    .regex(/^\d{1,8}$/)
    .default('1'),
  EXP_TEMPO_LIBERACAO: numberBetween(3, 30).default('10'),
  TIMEOUT_ON: numberBetween(500, 10_000).default('3000'),
  timezone: z.string().refine(isTimezone, 'no IANA time zone').default('America/Sao_Paulo'),
});

const FIXED_SETTINGS = { VERSAO_PRODUTO: '8.0.0.50', VERSAO_PROTOCOLO: '1.0.0.17', ARMAZENA_REGISTRO: 'N' };
const LARGEST_COMMAND = 16_384;
const SIDES: Readonly<Record<Direction, string>> = { entrada: '1', saida: '2', indefinido: '0' };
const CARD_READER = '1';
const NO_READER = '0';
const NOT_INFORMED = SIDES.indefinido;
const UNKNOWN_COMMAND = '010';
const BAD_PARAMETERS = '012';

/**
 * A Henry 8x turnstile as its agent sees it. Keeps nothing while no agent is connected (ARMAZENA_REGISTRO N). Throws
 * USAGE for a setting that it does not have.
 */
export class HenrySimulator implements Simulator {
  readonly #context: SimulatorContext;
  readonly #timezone: string;
  readonly #settings: Readonly<Record<string, string>>;
  #connection: { readonly link: Link; readonly signal: AbortSignal } | undefined;
  #index = 0;
  /** How far EH has put the device's wall clock ahead of the zone's. */
  #ahead = new Temporal.Duration();
  #passage: Promise<unknown> = Promise.resolve();
  /** Takes the agent's decision, or undefined when it can't come any more. */
  #answered: (code: number | undefined) => void = () => {};

  constructor(context: SimulatorContext) {
    const parsed = simulatorSettings.safeParse(context.settings);
    if (!parsed.success) {
      throw new GiroError('USAGE', `setting of the simulated device: ${z.prettifyError(parsed.error)}`, {
        hint: `settings: ${Object.keys(simulatorSettings.shape).join(', ')}`,
      });
    }
    const { timezone, ...settings } = parsed.data;
    this.#context = context;
    this.#timezone = timezone;
    this.#settings = { ...FIXED_SETTINGS, ...settings };
  }

  async run(link: Link, signal: AbortSignal): Promise<void> {
    this.#connection = { link, signal };
    try {
      await this.#serve(link);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#connection = undefined;
      this.#answered(undefined);
    }
  }

  play(passage: SimulatedPassage): Promise<'reported' | 'unheard'> {
    const played = this.#passage.then(() => this.#play(passage));
    this.#passage = played;
    return played;
  }

  async #serve(link: Link): Promise<void> {
    const ear = new Ear(LARGEST_COMMAND, this.#context.log);
    for (;;) {
      const read = await link.read(ear.isWaiting ? { silenceMs: UNFINISHED_MS } : {});
      if (read === 'end') return;
      for (const message of read === 'silence' ? ear.giveUp() : ear.hear(read)) {
        const answer = this.#answer(message);
        if (answer !== undefined) await link.write(encodeFrame(wire.formatMessage(answer)));
      }
    }
  }

  #answer(message: wire.Message): wire.Message | undefined {
    const { index, command, data = '' } = message;
    const answer = { index, command, status: '000' };
    switch (command) {
      case 'REON':
        this.#decided(wire.parseOrder(message)?.code);
        return undefined;
      case 'RC': {
        const names = data.split(']');
        if (names.some((name) => this.#settings[name] === undefined))
          return { ...answer, status: BAD_PARAMETERS };
        return { ...answer, data: names.map((name) => `${name}[${this.#settings[name]}`).join(']') };
      }
      case 'RH':
        return { ...answer, data: `${this.#wallClock(2)}]00/00/00]00/00/00` };
      case 'EH':
        return this.#setClock(data) ? answer : { ...answer, status: BAD_PARAMETERS };
      case 'RQ':
        return { ...answer, data: `${data}]0` };
      default:
        return { ...answer, status: UNKNOWN_COMMAND };
    }
  }

  async #play(passage: SimulatedPassage): Promise<'reported' | 'unheard'> {
    const { TIPO_VALIDA: mode, VALIDACAO_OFF: isReporting } = this.#settings;
    if (this.#connection === undefined || (mode === 'F' && isReporting !== 'H')) return 'unheard';
    this.#index = (this.#index + 1) % 100;
    try {
      const decision = mode === 'O' ? await this.#ask(passage) : await this.#decide(passage);
      if (decision === 'granted') await this.#turn(passage);
      return 'reported';
    } catch (error) {
      this.#context.log.debug({ err: error }, 'simulated passage was not heard');
      return 'unheard';
    }
  }

  async #decide(passage: SimulatedPassage): Promise<'granted' | 'denied'> {
    const isDenied = passage.outcome === 'denied';
    await this.#present(isDenied ? codes.DENIED : codes.RELEASED, passage);
    return isDenied ? 'denied' : 'granted';
  }

  async #ask(passage: SimulatedPassage): Promise<'granted' | 'denied' | 'unanswered'> {
    const answered = this.#nextDecision();
    await this.#present(codes.WAITING_FOR_VALIDATION, passage);
    const code = await answered;
    if (code === undefined) {
      await this.#present(codes.SERVER_TIMED_OUT, passage);
      return 'unanswered';
    }
    if (codes.eventKind(code) === 'granted') return 'granted';
    await this.#present(code, passage); // a turnstile confirms denials only (henry.md 5.4)
    return 'denied';
  }

  #nextDecision(): Promise<number | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#context.clock.after(Number(this.#settings.TIMEOUT_ON), () => resolve(undefined));
      this.#answered = (code) => {
        cancel();
        resolve(code);
      };
    });
  }

  #decided(code: number | undefined): void {
    const kind = code === undefined ? 'unknown' : codes.eventKind(code);
    if (kind === 'granted' || kind === 'denied') this.#answered(code);
  }

  async #turn({ outcome, direction, paceMs }: SimulatedPassage): Promise<void> {
    await this.#pause(paceMs);
    await this.#push(codes.WAITING_FOR_TURN, '', NOT_INFORMED, NO_READER);
    await this.#pause(paceMs);
    if (outcome === 'gave-up') await this.#push(codes.GAVE_UP, '', NOT_INFORMED, NO_READER);
    else await this.#push(codes.TURNED, '', SIDES[direction], NO_READER);
  }

  #present(code: number, { card, direction }: SimulatedPassage): Promise<void> {
    return this.#push(code, card.padStart(20, '0'), SIDES[direction], CARD_READER);
  }

  #push(code: number, card: string, direction: string, reader: string): Promise<void> {
    if (this.#connection === undefined) throw new GiroError('LINK_LOST', 'no agent is connected');
    const index = String(this.#index).padStart(2, '0');
    const report = { index, code, card, time: this.#wallClock(4), direction, indicator: '0', reader };
    return this.#connection.link.write(encodeFrame(wire.formatMessage(wire.formatReport(report))));
  }

  async #pause(delayMs: number): Promise<void> {
    if (delayMs > 0 && this.#connection) await sleep(this.#context.clock, delayMs, this.#connection.signal);
  }

  #zoneTime(): Temporal.PlainDateTime {
    const now = Temporal.Instant.fromEpochMilliseconds(this.#context.clock.now());
    return now.toZonedDateTimeISO(this.#timezone).toPlainDateTime();
  }

  /** `dd/mm/yyyy hh:mm:ss`; the clock commands have two-digit years (henry.md 6). */
  #wallClock(yearDigits: 2 | 4): string {
    const [date = '', time = ''] = this.#zoneTime()
      .add(this.#ahead)
      .toString({ smallestUnit: 'second' })
      .split('T');
    const [year = '', month, day] = date.split('-');
    return `${day}/${month}/${year.slice(-yearDigits)} ${time}`;
  }

  #setClock(data: string): boolean {
    const local = wire.parseClock(data);
    if (local === undefined) return false;
    this.#ahead = Temporal.PlainDateTime.from(local).since(this.#zoneTime());
    return true;
  }
}

function numberBetween(least: number, most: number): z.ZodString {
  const isBetween = (text: string): boolean =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  return z.string().refine(isBetween, `expected ${least} to ${most}`);
}

function isTimezone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name);
}
