import { z } from 'zod';
import { GiroError } from '../base/errors.ts';
import type { SimulatedPassage } from '../contract/passage.ts';
import type { Direction } from '../contract/reading.ts';
import { earlierPeople, TroubledLink } from '../contract/scenario.ts';
import type { Simulator, SimulatorContext } from '../contract/simulator.ts';
import type { Link } from '../links/link.ts';
import { encodeFrame } from './codec.ts';
import { discovery, formatAnswer } from './discovery.ts';
import { Ear } from './ear.ts';
import { extendedFlow } from './flow.ts';
import { formatReport, type Order, parseOrder, type Report, readerReport, type Side } from './messages.ts';
import type { Parameter, ParameterName } from './parameters.ts';

/** How long a person waits for the arm to be released. */
const PATIENCE_MS = 2000;
const SIDES: Readonly<Record<Direction, number>> = { entrada: 1, saida: 2, indefinido: 0 };
const READERS = { cartao: 'card', codigo: 'scanner', teclado: 'keypad', digital: 'fingerprint' } as const;
/** Longest text that a reader reports. */
const TEXT_LENGTH = 16;

/** Of scenario garbage: text, a frame whose last byte is wrong, a prefix that begins nothing. */
const NOISE = Buffer.concat([Buffer.from('ruido'), Buffer.from(`53${'00'.repeat(19)}53`, 'hex')]);

/** What `giro simulate toletus-litenet2 --set` takes. */
const simulatorSettings = z.strictObject({
  serial: wholeNumber(0xffff_ffff).default(6718),
  id: wholeNumber(0xffff).default(1),
  /**
   * `major.minor.patch`; below 2.1.0 there are no counters and no extended flow control, and below 2.3.1 the answer to a
   * broadcast does not tell who is connected.
   */
  firmware: z
    .string()
    .regex(/^\d{1,2}\.\d{1,2}\.\d{1,2}$/)
    .default('2.2.2'),
  /** Extended flow control, 0 to 8. */
  flow: wholeNumber(8).default(2),
  releaseMs: wholeNumber(60_000).default(6000),
  entries: wholeNumber(0xffff_ffff).default(0),
  exits: wholeNumber(0xffff_ffff).default(0),
  reader: z.enum(['cartao', 'codigo', 'teclado', 'digital']).default('cartao'),
});

/**
 * A LiteNet2 turnstile as its agent sees it. Keeps nothing while no agent is connected, except its passage counters.
 * Throws USAGE for a setting that it does not have.
 */
export class Litenet2Simulator implements Simulator {
  readonly #context: SimulatorContext;
  readonly #reader: keyof typeof READERS;
  readonly #parameters = new Map<ParameterName, Parameter>();
  #connection: Link | undefined;
  #totals: { readonly entries: number; readonly exits: number };
  readonly #hasCounters: boolean;
  readonly #tellsSession: boolean;
  #passage: Promise<unknown> = Promise.resolve();
  /** Takes the release that a person waits for, or undefined when it can't come any more. */
  #released: (side: Side | undefined) => void = () => {};

  constructor(context: SimulatorContext) {
    const parsed = simulatorSettings.safeParse(context.settings);
    if (!parsed.success) {
      throw new GiroError('USAGE', `setting of the simulated device: ${z.prettifyError(parsed.error)}`, {
        hint: `settings: ${Object.keys(simulatorSettings.shape).join(', ')}`,
      });
    }
    const { serial, id, firmware, flow, releaseMs, entries, exits, reader } = parsed.data;
    const [major = 0, minor = 0, patch = 0] = firmware.split('.').map(Number);
    this.#context = context;
    this.#reader = reader;
    this.#totals = { entries, exits };
    this.#hasCounters = isFrom([2, 1, 0], [major, minor, patch]);
    this.#tellsSession = isFrom([2, 3, 1], [major, minor, patch]);
    this.#set({ name: 'firmware', value: [major, minor, patch, 0] });
    this.#set({ name: 'serial', value: serial });
    this.#set({ name: 'deviceId', value: id });
    this.#set({ name: 'releaseMs', value: releaseMs });
    if (this.#hasCounters) this.#set({ name: 'extendedFlow', value: { mode: flow, pictograms: 0 } });
  }

  async run(given: Link, signal: AbortSignal): Promise<void> {
    const { scenario = 'normal', clock } = this.#context;
    if (scenario === 'second-client-refused') return given.close(); // another program holds the board
    if (scenario === 'offline-log') this.#countEarlier();
    const link = new TroubledLink(given, { scenario, noise: NOISE, clock });
    this.#connection = link;
    try {
      await this.#serve(link);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#connection = undefined;
      this.#released(undefined);
    }
  }

  play(passage: SimulatedPassage): Promise<'reported' | 'unheard'> {
    const played = this.#passage.then(() => this.#play(passage));
    this.#passage = played;
    return played;
  }

  /** Firmware from 2.3.1 on tells who is connected. */
  answerDatagram(datagram: Uint8Array): Uint8Array | undefined {
    if (!Buffer.from(datagram).equals(discovery.question)) return undefined;
    const deviceId = this.#parameters.get('deviceId');
    if (deviceId?.name !== 'deviceId') return undefined;
    const holder = this.#connection?.peer.replace(/:\d+$/, '') ?? 'free';
    return formatAnswer(deviceId.value, this.#tellsSession ? holder : undefined);
  }

  async #serve(link: Link): Promise<void> {
    const ear = new Ear(this.#context.clock, this.#context.log);
    for (;;) {
      const read = await link.read();
      if (!(read instanceof Uint8Array)) return;
      for (const frame of ear.hear(read)) {
        const order = parseOrder(frame);
        if (order.kind === 'restart') return;
        const answer = this.#obey(order);
        if (answer !== undefined) await link.write(encodeFrame(formatReport(answer)));
      }
    }
  }

  /** Only questions are answered. */
  #obey(order: Order): Report | undefined {
    if (order.kind === 'release') this.#released(order.side);
    if (order.kind === 'write') this.#set(order.parameter);
    if (order.kind !== 'read') return undefined;
    const parameter = this.#get(order.name);
    return parameter && { kind: 'parameter', parameter };
  }

  #get(name: ParameterName): Parameter | undefined {
    if (name === 'counters') return this.#hasCounters ? { name, value: this.#totals } : undefined;
    return this.#parameters.get(name);
  }

  #set(parameter: Parameter): void {
    if (parameter.name === 'counters')
      this.#totals = { entries: 0, exits: 0 }; // any write resets them
    else this.#parameters.set(parameter.name, parameter);
  }

  async #play({ outcome, card, direction, paceMs }: SimulatedPassage): Promise<'reported' | 'unheard'> {
    if (outcome === 'denied') return this.#say({ kind: 'unknownFingerprint' });
    const isFree = this.#isFree(direction);
    const released = this.#nextRelease(isFree);
    const told = await this.#say(this.#presented(card));
    const side = await released;
    if (!isFree && (side === undefined || !frees(side, direction))) return told;
    await this.#pause(paceMs);
    if (outcome === 'granted-passed') return this.#say(this.#turn(direction));
    return isFree ? told : this.#say({ kind: 'releaseTimedOut' });
  }

  #presented(card: string): Report {
    const reader = READERS[this.#reader];
    const raw = card.slice(-TEXT_LENGTH);
    if (reader === 'fingerprint') return readerReport(reader, String((Number(raw) % 3000) + 1));
    return readerReport(reader, reader === 'card' ? raw.padStart(TEXT_LENGTH, '0') : raw);
  }

  /** The arm turns, and counts, whether somebody hears of it or not. */
  #turn(direction: Direction): Report {
    const { entries, exits } = this.#totals;
    this.#totals = {
      entries: direction === 'entrada' ? entries + 1 : entries,
      exits: direction === 'saida' ? exits + 1 : exits,
    };
    const total = direction === 'entrada' ? this.#totals.entries : this.#totals.exits;
    const isCounted = this.#hasCounters && direction !== 'indefinido';
    return { kind: 'passage', direction, side: SIDES[direction], ...(isCounted && { total }) };
  }

  /** Nothing but the counters knows of whoever came before this connection. */
  #countEarlier(): void {
    const passed = earlierPeople().filter(({ passage }) => passage.outcome === 'granted-passed').length;
    this.#totals = { ...this.#totals, entries: this.#totals.entries + passed };
  }

  #isFree(direction: Direction): boolean {
    const flow = this.#parameters.get('extendedFlow');
    if (flow?.name !== 'extendedFlow' || direction === 'indefinido') return false;
    return extendedFlow(flow.value.mode)?.[direction] === 'free';
  }

  #nextRelease(isFree: boolean): Promise<Side | undefined> {
    if (isFree || this.#connection === undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const cancel = this.#context.clock.after(PATIENCE_MS, () => resolve(undefined));
      this.#released = (side) => {
        cancel();
        resolve(side);
      };
    });
  }

  async #say(report: Report): Promise<'reported' | 'unheard'> {
    if (this.#connection === undefined) return 'unheard';
    try {
      await this.#connection.write(encodeFrame(formatReport(report)));
      return 'reported';
    } catch (error) {
      this.#context.log.debug({ err: error }, 'simulated report was not heard');
      return 'unheard';
    }
  }

  /** A person takes the time, whether somebody is connected or not. */
  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (delayMs > 0) this.#context.clock.after(delayMs, resolve);
      else resolve();
    });
  }
}

function frees(side: Side, direction: Direction): boolean {
  return side === 'ambas' || direction === 'indefinido' || side === direction;
}

type Version = readonly [major: number, minor: number, patch: number];

/** Whether a firmware is at least `first`. */
function isFrom(first: Version, firmware: Version): boolean {
  const differs = firmware.findIndex((part, index) => part !== first[index]);
  return differs === -1 || (firmware[differs] ?? 0) > (first[differs] ?? 0);
}

/** From 0, in digits. */
function wholeNumber(largest: number) {
  return z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().max(largest));
}
