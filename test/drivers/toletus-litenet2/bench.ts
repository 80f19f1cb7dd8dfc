import assert from 'node:assert/strict';
import type { TurnstileContext } from '../../../drivers/contract/driver.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { encodeFrame, FrameDecoder } from '../../../drivers/toletus-litenet2/codec.ts';
import { toletusLitenet2 } from '../../../drivers/toletus-litenet2/driver.ts';
import {
  formatReport,
  type Order,
  parseOrder,
  type Report,
  readerReport,
} from '../../../drivers/toletus-litenet2/messages.ts';
import { type Litenet2Options, litenet2Options } from '../../../drivers/toletus-litenet2/options.ts';
import type { Parameter, ParameterName } from '../../../drivers/toletus-litenet2/parameters.ts';
import { ManualClock } from '../../clock.ts';
import { linkPair, type MemoryLink } from '../link-pair.ts';
import { RecordingLog } from '../recording-log.ts';

export function options(given: Record<string, unknown> = {}): Litenet2Options {
  return litenet2Options.parse(given);
}

/** What the board's end of a connection hears and says. */
export class ScriptedBoard {
  readonly #link: MemoryLink;
  readonly #decoder = new FrameDecoder();
  readonly #heard: Order[] = [];

  constructor(link: MemoryLink) {
    this.#link = link;
  }

  async next(): Promise<Order> {
    for (;;) {
      const order = this.#heard.shift();
      if (order !== undefined) return order;
      const read = await this.#link.read();
      assert.ok(typeof read === 'object', `a frame, not ${String(read)}`);
      for (const part of this.#decoder.push(read)) {
        if (part.kind === 'frame') this.#heard.push(parseOrder(part.frame));
      }
    }
  }

  say(...reports: Report[]): Promise<void> {
    return this.sendRaw(Buffer.concat(reports.map((report) => encodeFrame(formatReport(report)))));
  }

  sendRaw(bytes: Uint8Array): Promise<void> {
    return this.#link.write(bytes);
  }

  /** Waits for a question and answers it. */
  async answer(parameter: Parameter): Promise<void> {
    assert.deepEqual(await this.next(), { kind: 'read', name: parameter.name });
    await this.say({ kind: 'parameter', parameter });
  }

  /** Waits for a question, and keeps silent. */
  async ignore(name: ParameterName): Promise<void> {
    assert.deepEqual(await this.next(), { kind: 'read', name });
  }

  hangUp(): void {
    this.#link.close();
  }

  pullCable(): void {
    this.#link.break();
  }
}

interface BenchOptions {
  readonly options?: Record<string, unknown>;
  readonly record?: (...readings: Reading[]) => Promise<void>;
  readonly decide?: TurnstileContext<unknown>['decide'];
  readonly position?: string;
  readonly latest?: string;
  readonly clock?: ManualClock;
}

/** A session over a link in memory, with a board that the test plays. */
export function startSession(given: BenchOptions = {}) {
  const clock = given.clock ?? new ManualClock();
  const stop = new AbortController();
  const [link, boardEnd] = linkPair(clock, stop.signal);
  const log = new RecordingLog();
  const readings: Reading[] = [];
  const positions: string[] = [];
  const record = (...news: Reading[]): Promise<void> => {
    readings.push(...news);
    return given.record === undefined ? Promise.resolve() : given.record(...news);
  };
  const context: TurnstileContext<Litenet2Options> = {
    id: 'catraca-1',
    options: options(given.options),
    localTime: () => '2026-03-02T09:00:00',
    link,
    clock,
    log,
    signal: stop.signal,
    record,
    ...(given.decide && { decide: given.decide }),
    cursor: { position: given.position, ...(given.latest !== undefined && { latest: given.latest }) },
    recordAt: (position, ...news) => {
      positions.push(position);
      return record(...news);
    },
  };
  const session = toletusLitenet2.run(context);
  session.catch(() => {}); // judged by the test, when it comes to it
  return { clock, stop, log, readings, positions, session, board: new ScriptedBoard(boardEnd) };
}

interface Answers {
  readonly serial?: number;
  readonly flow?: number;
  readonly entries?: number;
  readonly exits?: number;
}

/** Lets the session learn what it learns after each connect, with counters that are as they were. */
export async function introduce(
  board: ScriptedBoard,
  { serial = 6718, flow = 0, entries = 100, exits = 50 }: Answers = {},
): Promise<void> {
  await board.answer({ name: 'firmware', value: [2, 2, 2, 0] });
  await board.answer({ name: 'serial', value: serial });
  await board.answer({ name: 'deviceId', value: 94 });
  await board.answer({ name: 'extendedFlow', value: { mode: flow, pictograms: 0 } });
  await board.answer({ name: 'releaseMs', value: 5000 });
  await board.answer({ name: 'counters', value: { entries, exits } });
}

export function card(raw: string): Report {
  return readerReport('card', raw);
}

export function turn(side: 1 | 2, total?: number): Report {
  const direction = side === 1 ? 'entrada' : 'saida';
  return { kind: 'passage', direction, side, ...(total !== undefined && { total }) };
}
