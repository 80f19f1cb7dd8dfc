import { Temporal } from 'temporal-polyfill';
import { sleep } from '../base/clock.ts';
import type { SimulatedPassage } from '../contract/passage.ts';
import type { Direction } from '../contract/reading.ts';
import { earlierPeople, type Scenario, TroubledLink } from '../contract/scenario.ts';
import type { Simulator, SimulatorContext } from '../contract/simulator.ts';
import type { Link } from '../links/link.ts';
import { encodeFrame } from './codec.ts';
import { Ear, UNFINISHED_MS } from './ear.ts';
import * as codes from './events.ts';
import * as wire from './messages.ts';
import type { StoredRecord } from './records.ts';
import { SimulatedMemory } from './simulated-memory.ts';
import { parseSettings } from './simulator-settings.ts';

const FIXED_SETTINGS = { VERSAO_PRODUTO: '8.0.0.50', VERSAO_PROTOCOLO: '1.0.0.17' };
const LARGEST_COMMAND = 16_384;
const SIDES: Readonly<Record<Direction, string>> = { entrada: '1', saida: '2', indefinido: '0' };
const CARD_READER = '1';
const NO_READER = '0';
const UNKNOWN_COMMAND = '010';
const BAD_PARAMETERS = '012';
/** Of scenario garbage: text, a frame whose checksum is wrong, an STX that begins nothing. */
const NOISE = Buffer.from('ruido\x02\x08\x0001+RH+00\x00\x03\x02lixo', 'latin1');

/** One passage as it goes on: what of it the agent heard, and what the memory keeps for it. */
interface Telling {
  isHeard: boolean;
  readonly kept: (Promise<void> | undefined)[];
}

/**
 * A Henry 8x turnstile as its agent sees it. What happens while no agent hears it is kept in its memory and told when
 * the agent collects it, unless ARMAZENA_REGISTRO says otherwise. Throws USAGE for a setting that it does not have.
 */
export class HenrySimulator implements Simulator {
  readonly #context: SimulatorContext;
  readonly #timezone: string;
  readonly #scenario: Scenario;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #memory: SimulatedMemory;
  #connection: { readonly link: Link; readonly signal: AbortSignal } | undefined;
  #index = 0;
  /** How far EH has put the device's wall clock ahead of the zone's. */
  #ahead = new Temporal.Duration();
  #passage: Promise<unknown> = Promise.resolve();
  /** Takes the agent's decision, or undefined when it can't come any more. */
  #answered: (code: number | undefined) => void = () => {};

  constructor(context: SimulatorContext) {
    const { timezone, ...settings } = parseSettings(context.settings);
    const { scenario = 'normal' } = context;
    this.#context = context;
    this.#timezone = timezone;
    this.#scenario = scenario;
    this.#settings = { ...FIXED_SETTINGS, ...settings };
    this.#memory = new SimulatedMemory(settings.ARMAZENA_REGISTRO);
    if (scenario === 'offline-log') this.#keepEarlier();
  }

  async run(given: Link, signal: AbortSignal): Promise<void> {
    const scenario = this.#scenario;
    if (scenario === 'second-client-refused') return given.close(); // another program holds the device
    const link = new TroubledLink(given, { scenario, noise: NOISE, clock: this.#context.clock });
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

  async play(passage: SimulatedPassage): Promise<'reported' | 'unheard'> {
    const telling: Telling = { isHeard: true, kept: [] };
    const played = this.#passage.then(() => this.#play(passage, telling));
    this.#passage = played;
    await played; // the next person does not wait until this one is collected
    if (telling.isHeard) return 'reported';
    if (telling.kept.length === 0 || telling.kept.includes(undefined)) return 'unheard';
    await Promise.all(telling.kept);
    return 'reported';
  }

  async #serve(link: Link): Promise<void> {
    const ear = new Ear(LARGEST_COMMAND, this.#context.log);
    for (;;) {
      const read = await link.read(ear.isWaiting ? { silenceMs: UNFINISHED_MS } : {});
      if (read === 'end') return;
      for (const message of read === 'silence' ? ear.giveUp() : ear.hear(read)) {
        const answer = this.#answer(message);
        if (answer !== undefined) await link.write(frameOf(answer));
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
      default:
        return this.#memory.answer(message) ?? { ...answer, status: UNKNOWN_COMMAND };
    }
  }

  async #play(passage: SimulatedPassage, telling: Telling): Promise<void> {
    this.#index = (this.#index + 1) % 100;
    const isOnline = this.#settings.TIPO_VALIDA === 'O';
    const decision = isOnline ? await this.#ask(passage, telling) : await this.#decide(passage, telling);
    if (decision === 'granted') await this.#turn(passage, telling);
  }

  async #decide(passage: SimulatedPassage, telling: Telling): Promise<'granted' | 'denied'> {
    const isDenied = passage.outcome === 'denied';
    await this.#present(isDenied ? codes.DENIED : codes.RELEASED, passage, telling);
    return isDenied ? 'denied' : 'granted';
  }

  async #ask(passage: SimulatedPassage, telling: Telling): Promise<'granted' | 'denied' | 'unanswered'> {
    const answered = this.#nextDecision();
    await this.#present(codes.WAITING_FOR_VALIDATION, passage, telling);
    const code = telling.isHeard ? await answered : undefined;
    if (code === undefined) {
      this.#answered(undefined);
      await this.#present(codes.SERVER_TIMED_OUT, passage, telling);
      return 'unanswered';
    }
    if (codes.eventKind(code) === 'granted') {
      this.#keep({ ...this.#eventOf(code, passage), isOnline: true }, telling);
      return 'granted';
    }
    await this.#present(code, passage, telling); // a turnstile confirms denials only (henry.md 5.4)
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

  async #turn(passage: SimulatedPassage, telling: Telling): Promise<void> {
    const { outcome, paceMs } = passage;
    const silent = { card: '', direction: 'indefinido' } as const;
    await this.#pause(paceMs);
    await this.#push(this.#eventOf(codes.WAITING_FOR_TURN, silent, NO_READER), telling);
    await this.#pause(paceMs);
    const code = outcome === 'gave-up' ? codes.GAVE_UP : codes.TURNED;
    const event = this.#eventOf(code, outcome === 'gave-up' ? { ...passage, ...silent } : passage, NO_READER);
    this.#keep({ ...event, card: padded(passage.card) }, telling); // the memory has the card, the report has not
    await this.#push({ ...event, card: '' }, telling);
  }

  async #present(code: number, passage: SimulatedPassage, telling: Telling): Promise<void> {
    const event = this.#eventOf(code, passage);
    const isResult = code !== codes.WAITING_FOR_VALIDATION && code !== codes.SERVER_TIMED_OUT;
    if (isResult) this.#keep({ ...event, isOnline: this.#settings.TIPO_VALIDA === 'O' }, telling);
    await this.#push(event, telling);
  }

  #eventOf(
    code: number,
    { card, direction }: Pick<SimulatedPassage, 'card' | 'direction'>,
    reader = CARD_READER,
  ) {
    const common = { time: this.#wallClock(4), direction: SIDES[direction], indicator: '0', reader };
    return { code, card: card === '' ? '' : padded(card), ...common };
  }

  #keep(event: Omit<StoredRecord, 'number'>, telling: Telling): void {
    telling.kept.push(this.#memory.keep(event));
  }

  /** Tells the agent, if it is there and the device tells anything; the passage goes on in either case. */
  async #push(event: Omit<wire.Report, 'index'>, telling: Telling): Promise<void> {
    const { TIPO_VALIDA: mode, VALIDACAO_OFF: isReporting } = this.#settings;
    const link = mode === 'F' && isReporting !== 'H' ? undefined : this.#connection?.link;
    if (link === undefined) telling.isHeard = false;
    if (link === undefined || !telling.isHeard) return;
    try {
      const index = String(this.#index).padStart(2, '0');
      await link.write(frameOf(wire.formatReport({ index, ...event })));
    } catch (error) {
      this.#context.log.debug({ err: error }, 'simulated event was not heard');
      telling.isHeard = false;
    }
  }

  #keepEarlier(): void {
    for (const { passage, agoMs } of earlierPeople()) {
      const { outcome } = passage;
      const card = padded(passage.card);
      const common = { card, direction: SIDES.entrada, indicator: '0', isOnline: false };
      const time = this.#wallClock(4, agoMs);
      const code = outcome === 'denied' ? codes.DENIED : codes.RELEASED;
      void this.#memory.keep({ ...common, code, time, reader: CARD_READER });
      if (outcome === 'denied') continue;
      const end = outcome === 'gave-up' ? codes.GAVE_UP : codes.TURNED;
      void this.#memory.keep({ ...common, code: end, time, reader: NO_READER });
    }
  }

  async #pause(delayMs: number): Promise<void> {
    const signal = this.#connection?.signal ?? new AbortController().signal;
    if (delayMs > 0) await sleep(this.#context.clock, delayMs, signal).catch(() => undefined);
  }

  #zoneTime(): Temporal.PlainDateTime {
    const now = Temporal.Instant.fromEpochMilliseconds(this.#context.clock.now());
    return now.toZonedDateTimeISO(this.#timezone).toPlainDateTime();
  }

  /** `dd/mm/yyyy hh:mm:ss`; the clock commands have two-digit years (henry.md 6). */
  #wallClock(yearDigits: 2 | 4, agoMs = 0): string {
    const local = this.#zoneTime().add(this.#ahead).subtract({ milliseconds: agoMs });
    return wire.formatEventTime(local.toString({ smallestUnit: 'second' }), yearDigits);
  }

  #setClock(data: string): boolean {
    const local = wire.parseClock(data);
    if (local === undefined) return false;
    this.#ahead = Temporal.PlainDateTime.from(local).since(this.#zoneTime());
    return true;
  }
}

function frameOf(message: wire.Message): Uint8Array {
  return encodeFrame(wire.formatMessage(message));
}

/** As newer firmware has it on the wire. */
function padded(card: string): string {
  return card.padStart(20, '0');
}
