/**
 * What the board says (toletus-litenet2.md 4) and what it is told (5.1). Pure: frame to typed message and back. Numbers
 * of people stay text: RFID numbers and 13-digit bar codes overflow the integers that other libraries read them into.
 */
import type { Direction } from '../contract/reading.ts';
import { DATA_BYTES, type Frame } from './codec.ts';
import {
  type Parameter,
  type ParameterName,
  parameterData,
  parameterName,
  parameterNumber,
  readParameter,
  readText,
  textData,
} from './parameters.ts';

const READ = 0x0100;
const WRITE = 0x0200;

/** Events of a reader whose data is the text that it read. */
const READERS = { card: 0x0301, scanner: 0x0302, keypad: 0x0303 } as const;
const PASSED = 0x0304;
const RELEASE_TIMED_OUT = 0x0305;
export const FINGERPRINT = 0x0306;
export const UNKNOWN_FINGERPRINT = 0x0307;

type Reader = keyof typeof READERS;

export interface Identification {
  readonly kind: 'identification';
  readonly command: number;
  readonly reader: Reader | 'fingerprint';
  /** As the reader gave it, without blanks around it. */
  readonly raw: string;
  /** As it is compared: cards and codes without leading zeros, keypad entries with them (a CPF may begin with 0). */
  readonly value: string;
}

export interface Passage {
  readonly kind: 'passage';
  /** `indefinido` for a direction that the specification does not know; `side` then says which. */
  readonly direction: Direction;
  readonly side: number;
  /** All passages in that direction so far; absent in firmware below 2.1.0. */
  readonly total?: number;
}

/** What the board says. */
export type Report =
  | Identification
  | Passage
  | { readonly kind: 'releaseTimedOut' }
  | { readonly kind: 'unknownFingerprint' }
  | { readonly kind: 'parameter'; readonly parameter: Parameter }
  /** A reader read something that is no number and no text. */
  | { readonly kind: 'malformed'; readonly frame: Frame }
  | { readonly kind: 'unknown'; readonly frame: Frame };

export type Side = 'entrada' | 'saida' | 'ambas';
const RELEASES = { entrada: 0x0001, saida: 0x0002, ambas: 0x0006 } as const;
const RESTART = 0x0003;
const STORE_TEXT = 0x0004;
const NOTIFY = 0x0005;
const RESET_PERIPHERALS = 0x0007;

export const ERROR_TONE = 2;
export const RED = 1;

/** What the board is told. It acknowledges neither functions nor writes. */
export type Order =
  | { readonly kind: 'release'; readonly side: Side; readonly text: string }
  /** Kept for the next `notify`; shows nothing by itself. */
  | { readonly kind: 'storeText'; readonly text: string }
  | {
      readonly kind: 'notify';
      readonly durationMs: number;
      /** 0 none, 1 beep, 2 error, 3 notice. */
      readonly tone: number;
      /** 0 unchanged, 1 red, 2 green right, 3 green left, 4 blue, 5 green, 6 cyan, 7 magenta, 8 yellow. */
      readonly colour: number;
      readonly showsText: boolean;
    }
  | { readonly kind: 'restart' }
  | { readonly kind: 'resetPeripherals' }
  | { readonly kind: 'read'; readonly name: ParameterName }
  | { readonly kind: 'write'; readonly parameter: Parameter }
  | { readonly kind: 'unknown'; readonly frame: Frame };

export function parseReport(frame: Frame): Report {
  const { command, data } = frame;
  switch (command) {
    case READERS.card:
    case READERS.scanner:
    case READERS.keypad:
      return parseText(frame) ?? { kind: 'malformed', frame };
    case PASSED: {
      const [side = 0] = data;
      const total = Buffer.from(data).readUInt32LE(1);
      const direction = side === 1 ? 'entrada' : side === 2 ? 'saida' : 'indefinido';
      return { kind: 'passage', direction, side, ...(total > 0 && { total }) };
    }
    case RELEASE_TIMED_OUT:
      return { kind: 'releaseTimedOut' };
    case FINGERPRINT: {
      const user = String(Buffer.from(data).readUInt16LE(0));
      if (user === '0') return { kind: 'unknownFingerprint' };
      return { kind: 'identification', command, reader: 'fingerprint', raw: user, value: user };
    }
    case UNKNOWN_FINGERPRINT:
      return { kind: 'unknownFingerprint' };
    default: {
      const name = (command & 0xff00) === READ ? parameterName(command & 0xff) : undefined;
      if (name === undefined) return { kind: 'unknown', frame };
      return { kind: 'parameter', parameter: readParameter(name, data) };
    }
  }
}

export function formatReport(report: Report): Frame {
  switch (report.kind) {
    case 'identification': {
      const { command, reader, raw } = report;
      return { command, data: reader === 'fingerprint' ? numbers([Number(raw), 2]) : textData(raw) };
    }
    case 'passage':
      return { command: PASSED, data: numbers([report.side, 1], [report.total ?? 0, 4]) };
    case 'releaseTimedOut':
      return { command: RELEASE_TIMED_OUT, data: numbers() };
    case 'unknownFingerprint':
      return { command: UNKNOWN_FINGERPRINT, data: numbers() };
    case 'parameter':
      return {
        command: READ | parameterNumber(report.parameter.name),
        data: parameterData(report.parameter),
      };
    case 'malformed':
    case 'unknown':
      return report.frame;
  }
}

/** An identification as its reader gives it, for the simulator. */
export function readerReport(reader: Reader | 'fingerprint', raw: string): Identification {
  const command = reader === 'fingerprint' ? FINGERPRINT : READERS[reader];
  return { kind: 'identification', command, reader, raw, value: raw };
}

export function parseOrder(frame: Frame): Order {
  const { command, data } = frame;
  switch (command) {
    case RELEASES.entrada:
      return { kind: 'release', side: 'entrada', text: readText(data) };
    case RELEASES.saida:
      return { kind: 'release', side: 'saida', text: readText(data) };
    case RELEASES.ambas:
      return { kind: 'release', side: 'ambas', text: readText(data) };
    case RESTART:
      return { kind: 'restart' };
    case STORE_TEXT:
      return { kind: 'storeText', text: readText(data) };
    case NOTIFY: {
      const [low = 0, high = 0, tone = 0, colour = 0, showsText = 0] = data;
      return { kind: 'notify', durationMs: low | (high << 8), tone, colour, showsText: showsText !== 0 };
    }
    case RESET_PERIPHERALS:
      return { kind: 'resetPeripherals' };
    default: {
      const name = parameterName(command & 0xff);
      const group = command & 0xff00;
      if (name !== undefined && group === READ) return { kind: 'read', name };
      if (name !== undefined && group === WRITE) {
        return { kind: 'write', parameter: readParameter(name, data) };
      }
      return { kind: 'unknown', frame };
    }
  }
}

export function formatOrder(order: Order): Frame {
  switch (order.kind) {
    case 'release':
      return { command: RELEASES[order.side], data: textData(order.text) };
    case 'storeText':
      return { command: STORE_TEXT, data: textData(order.text) };
    case 'notify': {
      const { durationMs, tone, colour, showsText } = order;
      return {
        command: NOTIFY,
        data: numbers([durationMs, 2], [tone, 1], [colour, 1], [showsText ? 1 : 0, 1]),
      };
    }
    case 'restart':
      return { command: RESTART, data: numbers() };
    case 'resetPeripherals':
      return { command: RESET_PERIPHERALS, data: numbers() };
    case 'read':
      return { command: READ | parameterNumber(order.name), data: numbers() };
    case 'write':
      return {
        command: WRITE | parameterNumber(order.parameter.name),
        data: parameterData(order.parameter),
      };
    case 'unknown':
      return order.frame;
  }
}

/** Text for the display: accents folded to ASCII, what has none as `?`, cut to its 16 characters. */
export function displayText(text: string): string {
  const folded = text.normalize('NFD').replace(/\p{Mark}/gu, '');
  return folded.replace(/[^ -~]/gu, '?').slice(0, DATA_BYTES);
}

function parseText({ command, data }: Frame): Identification | undefined {
  const raw = readText(data).replace(/^ +| +$/g, '');
  if (!/^[ -~]+$/.test(raw)) return undefined;
  const reader = command === READERS.card ? 'card' : command === READERS.scanner ? 'scanner' : 'keypad';
  const isNumber = reader !== 'keypad' && /^\d+$/.test(raw);
  return {
    kind: 'identification',
    command,
    reader,
    raw,
    value: isNumber ? raw.replace(/^0+(?=\d)/, '') : raw,
  };
}

/** Little-endian numbers of so many bytes, one behind the other. */
function numbers(...values: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  const data = Buffer.alloc(DATA_BYTES);
  let offset = 0;
  for (const [value, bytes] of values) offset = data.writeUIntLE(value, offset, bytes);
  return data;
}
