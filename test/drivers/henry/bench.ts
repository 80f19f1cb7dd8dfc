import assert from 'node:assert/strict';
import type { Logger } from '../../../drivers/base/log.ts';
import type { TurnstileContext } from '../../../drivers/contract/driver.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { encodeFrame, FrameDecoder } from '../../../drivers/henry/codec.ts';
import { henry } from '../../../drivers/henry/driver.ts';
import { type HenryOptions, henryOptions } from '../../../drivers/henry/options.ts';
import { ManualClock } from '../../clock.ts';
import { linkPair, type MemoryLink } from '../link-pair.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly data: Record<string, unknown>;
  readonly message: string;
}

export function recordingLog(lines: LogLine[]): Logger {
  const at = (level: LogLine['level']) => (data: object, message: string) => {
    lines.push({ level, data: { ...data }, message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export function options(given: Record<string, unknown> = {}): HenryOptions {
  return henryOptions.parse(given);
}

/** What the device's end of a connection hears and says, payload by payload. */
export class ScriptedDevice {
  readonly #link: MemoryLink;
  readonly #decoder = new FrameDecoder();
  readonly #heard: string[] = [];

  constructor(link: MemoryLink) {
    this.#link = link;
  }

  async next(): Promise<string> {
    for (;;) {
      const payload = this.#heard.shift();
      if (payload !== undefined) return payload;
      const read = await this.#link.read();
      assert.ok(typeof read === 'object', `a frame, not ${String(read)}`);
      for (const part of this.#decoder.push(read)) {
        if (part.kind === 'frame') this.#heard.push(Buffer.from(part.payload).toString('latin1'));
      }
    }
  }

  say(...payloads: string[]): Promise<void> {
    return this.#link.write(Buffer.concat(payloads.map((text) => encodeFrame(Buffer.from(text, 'latin1')))));
  }

  sendRaw(bytes: Uint8Array): Promise<void> {
    return this.#link.write(bytes);
  }

  hangUp(): void {
    this.#link.close();
  }

  pullCable(): void {
    this.#link.break();
  }
}

export interface BenchOptions {
  readonly options?: Record<string, unknown>;
  readonly record?: (...readings: Reading[]) => Promise<void>;
  /** Where collection stands at the start. */
  readonly position?: string;
  readonly decide?: NonNullable<TurnstileContext<HenryOptions>['decide']>;
  readonly recordAt?: (position: string, ...readings: Reading[]) => Promise<void>;
}

/** A session over a link in memory, with a device that the test plays. */
export function startSession(given: BenchOptions = {}) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const [link, deviceEnd] = linkPair(clock, stop.signal);
  const lines: LogLine[] = [];
  const readings: Reading[] = [];
  const take = given.record ?? (async () => {});
  const context: TurnstileContext<HenryOptions> = {
    id: 'catraca-1',
    options: options({ collect: { enabled: false }, ...given.options }),
    link,
    clock,
    log: recordingLog(lines),
    signal: stop.signal,
    record: (...news) => {
      readings.push(...news);
      return take(...news);
    },
    localTime: () => '2026-03-02T09:00:00',
    ...(given.decide && { decide: given.decide }),
    cursor: { position: given.position },
    recordAt: given.recordAt ?? (() => Promise.reject(new Error('nothing is collected here'))),
  };
  const session = henry.run(context);
  session.catch(() => {}); // judged by the test, when it comes to it
  const said = (level: LogLine['level']): string[] =>
    lines.filter((line) => line.level === level).map(({ message }) => message);
  return { clock, stop, lines, said, readings, session, device: new ScriptedDevice(deviceEnd) };
}

export interface Answers {
  readonly mode?: string;
  readonly storing?: string;
  readonly validacaoOff?: string;
  readonly clock?: string;
}

export const CLOCK = '02/03/26 09:00:00]00/00/00]00/00/00';

/** Lets the session identify the device and read its clock, as it does after each connect. */
export async function introduce(
  device: ScriptedDevice,
  { mode = 'F', storing = 'T', validacaoOff = 'H', clock = CLOCK }: Answers = {},
) {
  assert.equal(
    await device.next(),
    '01+RC+00+NR_EQUIP]MODELO]VERSAO_PRODUTO]VERSAO_PROTOCOLO]TIPO_VALIDA]ARMAZENA_REGISTRO',
  );
  await device.say(
    `01+RC+000+NR_EQUIP[7]MODELO[PRIMMEACESSO]VERSAO_PRODUTO[8.0.0.50]VERSAO_PROTOCOLO[1.0.0.17]TIPO_VALIDA[${mode}]ARMAZENA_REGISTRO[${storing}`,
  );
  assert.equal(await device.next(), '02+RC+00+EXP_TEMPO_LIBERACAO]TIMEOUT_ON]VALIDACAO_OFF');
  await device.say(`02+RC+000+EXP_TEMPO_LIBERACAO[8]TIMEOUT_ON[2500]VALIDACAO_OFF[${validacaoOff}`);
  assert.equal(await device.next(), '03+RH+00');
  await device.say(`03+RH+000+${clock}`);
}
