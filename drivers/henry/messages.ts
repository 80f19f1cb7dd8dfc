/**
 * What the payloads of frames say (henry.md 3.1, 5 to 9): `<index>+<command>+<status or version>[+<data>]`, text in
 * Latin-1. Pure: payload to typed message and back. Numbers of people stay text, 20 digits fit no JS number.
 */

export interface Message {
  /** Two digits. An answer carries the index of its request. */
  readonly index: string;
  /** `REON`, `RC`, `RH` ... */
  readonly command: string;
  /** As on the wire: the version (`00`) towards the device, the status (`00` or `000` is fine) from it. */
  readonly status: string;
  /** Absent when there is nothing to say. May contain `+`. */
  readonly data?: string;
}

/** An event that the device reports: REON from the device (henry.md 5.1). */
export interface Report {
  readonly index: string;
  readonly code: number;
  /** The card field as on the wire: zero-padded, empty, all zeros, or `-1` (online biometrics). */
  readonly card: string;
  /** `dd/mm/yyyy hh:mm:ss` as on the wire, in the device's local time. */
  readonly time: string;
  /** 1 entry, 2 exit, 0 or empty not informed. */
  readonly direction: string;
  /** 0 normal, 1 master, 2 visitor, `3}NN` function key. */
  readonly indicator: string;
  /** Empty in older firmware. */
  readonly reader: string;
}

/** What the software tells the device to do: REON to the device (henry.md 5.2). */
export interface Order {
  readonly index: string;
  readonly code: number;
  /** How long message and relay stay. */
  readonly seconds: string;
  /** `line1}line2{expansion line1}expansion line2` */
  readonly text: string;
  /** Relay numbers as digits; may be empty. */
  readonly relays: string;
  /** Only in the answer to online biometrics: the card that the server found. */
  readonly card?: string;
}

/** Statuses from here on are errors (henry.md 11). */
const FIRST_ERROR_STATUS = 10;
const MESSAGE = /^(\d{1,2})\+([A-Z]{2,4})\+(\d{1,3})(?:\+(.*))?$/s;
/** Width of one display line; the expansion and the smallest main display have 16 characters. */
const DISPLAY_COLUMNS = 16;

/** The message in a frame's payload; undefined if it has not the form of one. */
export function parseMessage(payload: Uint8Array): Message | undefined {
  const [, index, command, status, data] = MESSAGE.exec(Buffer.from(payload).toString('latin1')) ?? [];
  if (index === undefined || command === undefined || status === undefined) return undefined;
  const message = { index: index.padStart(2, '0'), command, status };
  return data === undefined ? message : { ...message, data };
}

export function formatMessage({ index, command, status, data }: Message): Uint8Array {
  return Buffer.from([index, command, status, ...(data === undefined ? [] : [data])].join('+'), 'latin1');
}

/** Whether the device refused what it was asked. */
export function isRefusal(message: Message): boolean {
  return Number(message.status) >= FIRST_ERROR_STATUS;
}

/** The event in a REON message of the device; undefined if it is none. */
export function parseReport({ index, command, data }: Message): Report | undefined {
  // Behind the sixth field come raw fingerprint templates (henry.md 5.5): they are not kept.
  const [code, card = '', time = '', direction = '', indicator = '', reader = ''] = (data ?? '').split(
    ']',
    6,
  );
  if (command !== 'REON' || code === undefined || !/^\d{1,3}$/.test(code)) return undefined;
  return { index, code: Number(code), card, time, direction, indicator, reader };
}

export function formatReport({ index, code, card, time, direction, indicator, reader }: Report): Message {
  const data = [code, card, time, direction, indicator, reader].join(']');
  return { index, command: 'REON', status: '000', data };
}

/** The order in a REON message of the software; undefined if it is none. */
export function parseOrder({ index, command, data }: Message): Order | undefined {
  const [code, seconds = '', text = '', relays = '', card = ''] = (data ?? '').split(']');
  if (command !== 'REON' || code === undefined || !/^\d{1,3}$/.test(code)) return undefined;
  const order = { index, code: Number(code), seconds, text, relays };
  return card === '' ? order : { ...order, card };
}

export function formatOrder({ index, code, seconds, text, relays, card }: Order): Message {
  const fields = [code, seconds, text, relays, ...(card === undefined ? [] : [card, ''])];
  return { index, command: 'REON', status: '00', data: fields.join(']') };
}

/** Settings by name, from the data of an RC answer: `NAME[value]NAME[value`. */
export function parseSettings(data: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const item of data.split(']')) {
    const [name, value] = item.split('[', 2);
    if (name !== undefined && value !== undefined) settings.set(name.trim(), value.trim());
  }
  return settings;
}

/** `yyyy-MM-ddTHH:mm:ss` from an event's `dd/mm/yyyy hh:mm:ss`; undefined for a moment that does not exist. */
export function parseEventTime(text: string): string | undefined {
  return localTime(/^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}:\d{2}:\d{2})$/.exec(text.trim()), '');
}

/** As `parseEventTime`, from the data of an RH answer: `dd/mm/yy hh:mm:ss]...` (henry.md 6). */
export function parseClock(data: string): string | undefined {
  return localTime(/^(\d{2})\/(\d{2})\/(\d{2}) (\d{2}:\d{2}:\d{2})(?:\]|$)/.exec(data), '20');
}

/** A wall-clock time so many ms later, to the second. */
export function later(local: string, ms: number): string {
  return new Date(Date.parse(`${local}Z`) + ms).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length);
}

/** From one wall-clock time to another, ms. */
export function between(from: string, to: string): number {
  return Date.parse(`${to}Z`) - Date.parse(`${from}Z`);
}

/** `dd/mm/yyyy hh:mm:ss`, as events and filters have it, from `yyyy-MM-ddTHH:mm:ss`; `EH` has a two-digit year. */
export function formatEventTime(local: string, yearDigits: 2 | 4 = 4): string {
  const [date = '', time = ''] = local.split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(-yearDigits)} ${time}`;
}

function localTime(match: RegExpExecArray | null, century: string): string | undefined {
  if (match === null) return undefined;
  const [, day, month, year, time] = match;
  const local = `${century}${year}-${month}-${day}T${time}`;
  const instant = new Date(`${local}Z`);
  // A day that a month does not have becomes another one.
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(local) ? local : undefined;
}

/**
 * Text for the display: at most two lines, divided by a line break, accents folded to ASCII, separators of the
 * protocol (which cannot be escaped) and control characters as blanks, each line cut to 16 characters.
 */
export function displayText(text: string): string {
  return text.split('\n', 2).map(displayLine).join('}');
}

function displayLine(line: string): string {
  const folded = line.normalize('NFD').replace(/\p{Mark}/gu, '');
  return folded.replace(/[^ -~]|[+\][{}]/gu, ' ').slice(0, DISPLAY_COLUMNS);
}
