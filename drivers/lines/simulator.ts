import { z } from 'zod';
import { GiroError } from '../base/errors.ts';
import type { SimulatedPassage } from '../contract/passage.ts';
import type { Direction } from '../contract/reading.ts';
import { earlierPeople, type Scenario, TroubledLink } from '../contract/scenario.ts';
import type { Simulator, SimulatorContext } from '../contract/simulator.ts';
import type { Link } from '../links/link.ts';

/** Brazil has had one offset all year since 2019. */
const OFFSET = '-03:00';
const OFFSET_MS = -3 * 3_600_000;

const DIRECTION_WORDS: Record<Direction, string> = { entrada: 'in', saida: 'out', indefinido: 'unknown' };
const RESULT_WORDS = { 'granted-passed': 'granted', denied: 'denied', 'gave-up': 'gaveup' } as const;

/** Of scenario garbage. */
const NOISE = 'ru\u00eddo;;\u0000?\n';

/** What `giro simulate lines --set` takes. */
const simulatorSettings = z.strictObject({
  /** What the agent writes for each line (\\r and \\n as escapes); then a line is kept until it was acknowledged. */
  ack: z
    .string()
    .min(1)
    .transform((text) => Buffer.from(text.replaceAll('\\r', '\r').replaceAll('\\n', '\n')))
    .optional(),
  /** Lines sent and not acknowledged yet. */
  window: wholeNumber(10_000).default(64),
  /** Number of the first record; without it the clock's seconds, so that two runs never print the same line. */
  record: wholeNumber(999_999_999).optional(),
});

interface KeptLine {
  readonly text: string;
  readonly acknowledged: (outcome: 'reported') => void;
}

/**
 * A controller that prints `2026-11-24T18:03:12.481-03:00;1;card;19333;in;granted;4012345` for each passage: time,
 * turnstile, kind, record, direction, result, credential. Without `ack` it keeps nothing. Throws USAGE for a setting that
 * it does not have.
 */
export class LinesSimulator implements Simulator {
  readonly #clock: SimulatorContext['clock'];
  readonly #log: SimulatorContext['log'];
  readonly #ack: Uint8Array | undefined;
  readonly #window: number;
  readonly #scenario: Scenario;
  #record: number;
  /** In order: first what was sent on this connection, then what was not yet. */
  readonly #kept: KeptLine[] = [];
  #sent = 0;
  #link: Link | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor({ clock, log, settings, scenario = 'normal' }: SimulatorContext) {
    const parsed = simulatorSettings.safeParse(settings);
    if (!parsed.success) {
      throw new GiroError('USAGE', `setting of the simulated device: ${z.prettifyError(parsed.error)}`, {
        hint: `settings: ${Object.keys(simulatorSettings.shape).join(', ')}`,
      });
    }
    const { ack, window, record = Math.floor(clock.now() / 1_000) } = parsed.data;
    this.#clock = clock;
    this.#log = log;
    this.#ack = ack;
    this.#window = window;
    this.#record = record;
    this.#scenario = scenario;
    if (scenario === 'offline-log') this.#keepEarlier();
  }

  async run(given: Link, signal: AbortSignal): Promise<void> {
    const scenario = this.#scenario;
    if (scenario === 'second-client-refused') return given.close(); // another program holds the device
    const link = new TroubledLink(given, { scenario, clock: this.#clock });
    this.#link = link;
    this.#sent = 0;
    let matched = 0;
    try {
      this.#send();
      for (let chunk = await link.read(); chunk instanceof Uint8Array; chunk = await link.read()) {
        matched = this.#acknowledge(chunk, matched);
        this.#send();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#link = undefined;
    }
  }

  async play(passage: SimulatedPassage): Promise<'reported' | 'unheard'> {
    const turn = this.#queue.then(() => this.#pace(passage.paceMs));
    this.#queue = turn;
    await turn;
    const text = this.#print(passage);
    if (this.#ack === undefined) return this.#write(this.#scenario === 'garbage' ? NOISE + text : text);
    return new Promise((acknowledged) => {
      if (this.#scenario === 'garbage') this.#keep(NOISE); // acknowledged like every line
      this.#keep(text, acknowledged);
      this.#send();
    });
  }

  /** Whoever came before the agent is printed when it is there. */
  #keepEarlier(): void {
    for (const { passage, agoMs } of earlierPeople()) this.#keep(this.#print(passage, agoMs));
  }

  #keep(text: string, acknowledged: KeptLine['acknowledged'] = () => {}): void {
    this.#kept.push({ text, acknowledged });
  }

  #pace(paceMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (paceMs > 0) this.#clock.after(paceMs, resolve);
      else resolve();
    });
  }

  #print({ card, direction, outcome }: SimulatedPassage, agoMs = 0): string {
    const time = new Date(this.#clock.now() - agoMs + OFFSET_MS).toISOString().replace('Z', OFFSET);
    const record = this.#record;
    this.#record += 1;
    return `${[time, '1', 'card', record, DIRECTION_WORDS[direction], RESULT_WORDS[outcome], card].join(';')}\n`;
  }

  /** Sends kept lines as far as the window allows. */
  #send(): void {
    const lines = this.#kept.slice(this.#sent, this.#window);
    if (this.#link === undefined || lines.length === 0) return;
    this.#sent += lines.length;
    if (this.#ack === undefined) this.#sent -= this.#kept.splice(0, this.#sent).length;
    // Lines that a broken connection did not take are sent again over the next one.
    void this.#write(lines.map(({ text }) => text).join(''));
  }

  async #write(text: string): Promise<'reported' | 'unheard'> {
    if (this.#link === undefined) return 'unheard';
    try {
      await this.#link.write(Buffer.from(text));
      return 'reported';
    } catch (err) {
      this.#log.debug({ err }, 'simulated lines were not taken');
      return 'unheard';
    }
  }

  /** Counts acknowledgements however they were cut up; answers how much of the next one has come. */
  #acknowledge(chunk: Uint8Array, matchedBefore: number): number {
    const ack = this.#ack ?? new Uint8Array();
    let matched = matchedBefore;
    for (const byte of chunk) {
      if (byte !== ack[matched]) matched = 0;
      if (byte === ack[matched]) matched += 1;
      if (matched < ack.length || this.#sent === 0) continue;
      matched = 0;
      this.#sent -= 1;
      this.#kept.shift()?.acknowledged('reported');
    }
    return matched;
  }
}

/** From 1, in digits. */
function wholeNumber(largest: number) {
  return z
    .string()
    .regex(/^[1-9]\d*$/)
    .transform(Number)
    .pipe(z.int().max(largest));
}
