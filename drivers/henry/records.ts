/** Records of the device's memory: how they are asked for, read and confirmed (henry.md 8). Pure. */
import { formatEventTime, type Report } from './messages.ts';

/** One final result (1, 30 to 36, 81, 82 ...) of the device's memory. */
export interface StoredRecord extends Omit<Report, 'index'> {
  /** The record's own number, as on the wire: zero-padded, perhaps not unique for ever. */
  readonly number: string;
  /** Whether it was decided online; undefined in records of version 00. */
  readonly isOnline?: boolean;
}

export interface RecordPage {
  readonly records: readonly StoredRecord[];
  /** How many the device says it sent. */
  readonly announced: number;
}

/** `qty-start` or `start-qty`: sources contradict each other on the two numbers of filter C (henry.md 8.3). */
export type NumberOrder = 'qty-start' | 'start-qty';

/** A command to the device has at most this many bytes (henry.md 3.1). */
const LARGEST_COMMAND = 245;

/** Data of RR: records between two moments (`yyyy-MM-ddTHH:mm:ss`), both included. */
export function askByDate(quantity: number, from: string, to: string): string {
  return `D]${quantity}]${formatEventTime(from)}]${formatEventTime(to)}`;
}

/** Data of RR: the first records that nobody has confirmed. One record means the same in either order. */
export function askUncollected(quantity: number, order: NumberOrder): string {
  return order === 'qty-start' ? `C]${quantity}]1` : `C]1]${quantity}`;
}

/** Data of as many ER commands as it takes to confirm these records, one by one and never by range. */
export function confirmations(numbers: readonly string[]): string[] {
  const commands: string[] = [];
  let batch: string[] = [];
  for (const number of numbers) {
    if (
      batch.length > 0 &&
      formatConfirmation([...batch, number]).length > LARGEST_COMMAND - '00+ER+00+'.length
    ) {
      commands.push(formatConfirmation(batch));
      batch = [];
    }
    batch.push(number);
  }
  return batch.length === 0 ? commands : [...commands, formatConfirmation(batch)];
}

function formatConfirmation(numbers: readonly string[]): string {
  return `${numbers.length}+${numbers.join(']')}`;
}

/**
 * The records in the data of an RR answer. `time clock` for the AFD lines of one, which is no access controller;
 * undefined for what is neither.
 */
export function parseRecords(data = ''): RecordPage | 'time clock' | undefined {
  if (/^\d+\]/.test(data)) return 'time clock';
  const [, announced, list = ''] = /^(\d+)(?:\+(.*))?$/s.exec(data) ?? [];
  if (announced === undefined) return undefined;
  // The sheet does not name the separator between records (henry.md 8.2).
  const records = list.split(/[\]\r\n]+/).flatMap((text) => parseRecord(text) ?? []);
  return { records, announced: Number(announced) };
}

/** `id[code[card[dd/mm/yyyy hh:mm:ss[direction[indicator[reader`, and in version 01 `[online`. */
function parseRecord(text: string): StoredRecord | undefined {
  const [number = '', code = '', card = '', time = '', direction = '', indicator = '', reader, online] = text
    .split('[')
    .map((part) => part.trim());
  if (reader === undefined || !/^\d{1,20}$/.test(number) || !/^\d{1,3}$/.test(code)) return undefined;
  const shortened = { direction: withoutZeros(direction), reader: withoutZeros(reader) };
  const isOnline = online === undefined ? {} : { isOnline: online === '1' };
  return { number, code: Number(code), card, time, indicator, ...shortened, ...isOnline };
}

/** Exports write `03` where events write `3`. */
function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

export function formatRecord(record: StoredRecord): string {
  const { number, code, card, time, direction, indicator, reader, isOnline } = record;
  const parts = [number, code, card, time, direction, indicator, reader];
  return [...parts, ...(isOnline === undefined ? [] : [isOnline ? '1' : '0'])].join('[');
}
