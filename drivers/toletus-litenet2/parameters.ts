/**
 * The board's parameters (toletus-litenet2.md 5.2): `0x01XX` reads one and answers with its value under the same number,
 * `0x02XX` writes it for good. One paragraph of the manual says the opposite and is wrong.
 */
import { DATA_BYTES } from './codec.ts';

/** How a value stands in the 16 bytes of data; numbers are little-endian. */
interface Form<Value> {
  read(data: DataView): Value;
  write(data: DataView, value: Value): void;
}

const byte: Form<number> = {
  read: (data) => data.getUint8(0),
  write: (data, value) => data.setUint8(0, value),
};
const uint16: Form<number> = {
  read: (data) => data.getUint16(0, true),
  write: (data, value) => data.setUint16(0, value, true),
};
const uint32: Form<number> = {
  read: (data) => data.getUint32(0, true),
  write: (data, value) => data.setUint32(0, value, true),
};
/** Anything that is not zero means yes. */
const flag: Form<boolean> = {
  read: (data) => data.getUint8(0) !== 0,
  write: (data, value) => data.setUint8(0, value ? 1 : 0),
};
const text: Form<string> = {
  read: (data) => readText(bytesOf(data)),
  write: (data, value) => bytesOf(data).set(textData(value)),
};
const mac: Form<string> = {
  read: (data) => [...bytesOf(data).subarray(0, 6)].map(hexByte).join(':'),
  write: (data, value) => bytesOf(data).set(Buffer.from(value.replaceAll(':', ''), 'hex')),
};
const network: Form<{ readonly isStatic: boolean; readonly address: string; readonly mask: string }> = {
  read: (data) => ({ isStatic: flag.read(data), address: readAddress(data, 1), mask: readAddress(data, 5) }),
  write(data, { isStatic, address, mask }) {
    flag.write(data, isStatic);
    writeAddress(data, 1, address);
    writeAddress(data, 5, mask);
  },
};
const version: Form<readonly [major: number, minor: number, patch: number, revision: number]> = {
  read: (data) => [data.getUint8(0), data.getUint8(1), data.getUint8(2), data.getUint8(3)],
  write: (data, value) => bytesOf(data).set(value),
};
const extendedFlow: Form<{ readonly mode: number; readonly pictograms: number }> = {
  read: (data) => ({ mode: data.getUint8(0), pictograms: data.getUint8(1) }),
  write: (data, { mode, pictograms }) => bytesOf(data).set([mode, pictograms]),
};
const counters: Form<{ readonly entries: number; readonly exits: number }> = {
  read: (data) => ({ entries: data.getUint32(0, true), exits: data.getUint32(4, true) }),
  write(data, { entries, exits }) {
    data.setUint32(0, entries, true);
    data.setUint32(4, exits, true);
  },
};
const startUp: Form<{ readonly isNetworkFine: boolean; readonly isScannerFine: boolean }> = {
  read: (data) => ({
    isNetworkFine: (byte.read(data) & 1) !== 0,
    isScannerFine: (byte.read(data) & 2) !== 0,
  }),
  write: (data, { isNetworkFine, isScannerFine }) =>
    byte.write(data, (isNetworkFine ? 1 : 0) | (isScannerFine ? 2 : 0)),
};
const hardware: Form<{ readonly isAlternativeCardReader: boolean }> = {
  read: (data) => ({ isAlternativeCardReader: (byte.read(data) & 1) !== 0 }),
  write: (data, { isAlternativeCardReader }) => byte.write(data, isAlternativeCardReader ? 1 : 0),
};

/** 0x0B, the menu password, is left out on purpose: it is neither read nor logged. */
const FORMS = {
  isEntryReversed: flag,
  legacyFlow: byte,
  deviceId: uint16,
  network,
  mac,
  idleText1: text,
  idleText2: text,
  idleMode: byte,
  isMuted: flag,
  releaseMs: uint32,
  firmware: version,
  serial: uint32,
  fingerprintMode: byte,
  extendedFlow,
  counters,
  hardware,
  startUp,
} as const;

export type ParameterName = keyof typeof FORMS;

export type ParameterValues = {
  [Name in ParameterName]: (typeof FORMS)[Name] extends Form<infer Value> ? Value : never;
};

export type Parameter = {
  [Name in ParameterName]: { readonly name: Name; readonly value: ParameterValues[Name] };
}[ParameterName];

/** The low byte of the commands that read and write it. */
const NUMBERS: Readonly<Record<ParameterName, number>> = {
  isEntryReversed: 0x01,
  legacyFlow: 0x02,
  deviceId: 0x03,
  network: 0x04,
  mac: 0x05,
  idleText1: 0x06,
  idleText2: 0x07,
  idleMode: 0x08,
  isMuted: 0x09,
  releaseMs: 0x0a,
  firmware: 0x0c,
  serial: 0x0d,
  fingerprintMode: 0x0e,
  extendedFlow: 0x0f,
  counters: 0x10,
  hardware: 0x11,
  startUp: 0x12,
};
const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name as ParameterName]));

export function parameterNumber(name: ParameterName): number {
  return NUMBERS[name];
}

export function parameterName(number: number): ParameterName | undefined {
  return NAMES.get(number);
}

export function readParameter(name: ParameterName, data: Uint8Array): Parameter {
  // The table pairs each name with its form; the compiler cannot follow that through a union.
  return { name, value: FORMS[name].read(viewOf(data)) } as Parameter;
}

/** The value, if it is that parameter. */
export function parameterValue<Name extends ParameterName>(
  { name, value }: Parameter,
  wanted: Name,
): ParameterValues[Name] | undefined {
  return name === wanted ? (value as ParameterValues[Name]) : undefined;
}

/** The 16 bytes of a parameter's value. */
export function parameterData({ name, value }: Parameter): Uint8Array {
  const data = new Uint8Array(DATA_BYTES);
  (FORMS[name] as Form<typeof value>).write(viewOf(data), value);
  return data;
}

/** Text up to the first NUL, as it stands; bytes that are no ASCII come out as themselves (Latin-1). */
export function readText(data: Uint8Array): string {
  const end = data.indexOf(0);
  return Buffer.from(data.subarray(0, end === -1 ? data.length : end)).toString('latin1');
}

/** `text`, which must be ASCII, in 16 bytes; what does not fit is cut. 16 characters have no NUL behind them. */
export function textData(text: string): Uint8Array {
  const data = new Uint8Array(DATA_BYTES);
  data.set(Buffer.from(text.slice(0, DATA_BYTES), 'latin1'));
  return data;
}

/** The first octet is the most significant of a 32-bit number, and that number is little-endian. */
function readAddress(data: DataView, offset: number): string {
  return [3, 2, 1, 0].map((at) => data.getUint8(offset + at)).join('.');
}

function writeAddress(data: DataView, offset: number, address: string): void {
  const octets = address.split('.').map(Number);
  for (const at of [0, 1, 2, 3]) data.setUint8(offset + at, octets[3 - at] ?? 0);
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function bytesOf(data: DataView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
