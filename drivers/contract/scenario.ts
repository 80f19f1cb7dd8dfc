import type { Clock } from '../base/clock.ts';
import type { Link, LinkKind } from '../links/link.ts';
import type { SimulatedPassage } from './passage.ts';

/**
 * How a simulated controller behaves besides what it reports: `offline-log` (people came before the agent), `garbage`
 * (noise between what it says), `slow` (all of it in pieces), `second-client-refused` (another program holds it).
 */
export const SCENARIOS = ['normal', 'offline-log', 'garbage', 'slow', 'second-client-refused'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Of `slow`: how many pieces one write comes in, and the time between them. */
const PIECES = 3;
const PIECE_MS = 100;

const MINUTE_MS = 60_000;
const EARLIER: readonly SimulatedPassage['outcome'][] = [
  'granted-passed',
  'granted-passed',
  'denied',
  'granted-passed',
  'gave-up',
];
const EARLIER_ROUNDS = 4;

/** Of `offline-log`: who came before the agent, one a minute, the earliest first. */
export function earlierPeople(): readonly { readonly passage: SimulatedPassage; readonly agoMs: number }[] {
  const outcomes = Array.from({ length: EARLIER_ROUNDS }, () => EARLIER).flat();
  return outcomes.map((outcome, number) => ({
    passage: { outcome, card: String(1001 + number), direction: 'entrada', paceMs: 0 },
    agoMs: (outcomes.length - number) * MINUTE_MS,
  }));
}

export interface Trouble {
  readonly scenario: Scenario;
  /** What `garbage` puts before each write: bytes that are no message of this protocol, and hide none. */
  readonly noise?: Uint8Array;
  readonly clock: Clock;
}

/** The simulated controller's end of a connection, which writes as the scenario has it. Writes keep their order. */
export class TroubledLink implements Link {
  readonly kind: LinkKind;
  readonly peer: string;
  readonly #link: Link;
  readonly #trouble: Trouble;
  #before: Promise<unknown> = Promise.resolve();

  constructor(link: Link, trouble: Trouble) {
    this.kind = link.kind;
    this.peer = link.peer;
    this.#link = link;
    this.#trouble = trouble;
  }

  read(options?: { readonly silenceMs?: number }): Promise<Uint8Array | 'silence' | 'end'> {
    return this.#link.read(options);
  }

  write(bytes: Uint8Array): Promise<void> {
    const written = this.#before.then(() => this.#write(bytes));
    this.#before = written.catch(() => {}); // whoever wrote it is told
    return written;
  }

  close(): void {
    this.#link.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { scenario, noise, clock } = this.#trouble;
    if (scenario === 'garbage' && noise !== undefined) await this.#link.write(noise);
    if (scenario !== 'slow') return this.#link.write(bytes);
    const size = Math.ceil(bytes.length / PIECES);
    for (let start = 0; start < bytes.length; start += size) {
      if (start > 0) {
        await new Promise<void>((resolve) => {
          clock.after(PIECE_MS, resolve);
        });
      }
      await this.#link.write(bytes.subarray(start, start + size));
    }
  }
}
