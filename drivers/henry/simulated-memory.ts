import { eventKind } from './events.ts';
import { type Message, parseEventTime } from './messages.ts';
import { formatRecord, type StoredRecord } from './records.ts';

/** ARMAZENA_REGISTRO: everything, nothing, denials, grants. */
export type Storing = 'T' | 'N' | 'G' | 'L';

interface Kept {
  readonly record: StoredRecord;
  /** The memory was told that somebody has it. */
  isCollected: boolean;
  readonly onCollected: () => void;
}

const NO_EVENTS = '028';
const BAD_PARAMETERS = '012';

/** The memory of a simulated device: keeps final results, lists them, and marks what was collected (henry.md 8). */
export class SimulatedMemory {
  readonly #storing: Storing;
  readonly #kept: Kept[] = [];

  constructor(storing: Storing) {
    this.#storing = storing;
  }

  /** Keeps a result; resolves when it is collected, and is undefined when it is not kept. */
  keep(result: Omit<StoredRecord, 'number'>): Promise<void> | undefined {
    const isDenial = eventKind(result.code) === 'denied';
    if (this.#storing === 'N' || this.#storing === (isDenial ? 'L' : 'G')) return undefined;
    const number = String(this.#kept.length + 1).padStart(9, '0');
    const { promise, resolve: onCollected } = Promise.withResolvers<void>();
    this.#kept.push({ record: { number, ...result }, isCollected: false, onCollected });
    return promise;
  }

  /** The answer to RQ, RR or ER; undefined for other commands. */
  answer({ index, command, status: version, data = '' }: Message): Message | undefined {
    const answer = { index, command, status: '000' };
    switch (command) {
      case 'RQ':
        return {
          ...answer,
          data: `${data}]${data === 'R' ? this.#kept.length : this.#uncollected().length}`,
        };
      case 'RR': {
        const records = this.#list(data);
        if (records === undefined) return { ...answer, status: BAD_PARAMETERS };
        if (records.length === 0) return { ...answer, status: NO_EVENTS };
        const texts = records.map(({ isOnline = false, ...record }) =>
          formatRecord(version === '01' ? { ...record, isOnline } : record),
        );
        return { ...answer, data: `${texts.length}+${texts.join(']')}` };
      }
      case 'ER':
        return this.#collect(data) ? answer : { ...answer, status: BAD_PARAMETERS };
      default:
        return undefined;
    }
  }

  #uncollected(): Kept[] {
    return this.#kept.filter(({ isCollected }) => !isCollected);
  }

  /** `D]quantity]from]to`, `C]quantity]start` (uncollected), `T]quantity]start` (all). */
  #list(data: string): StoredRecord[] | undefined {
    const [filter, quantity, first = '', last = ''] = data.split(']');
    if (!/^\d+$/.test(quantity ?? '')) return undefined;
    const upTo = (list: readonly Kept[], start = 0): StoredRecord[] =>
      list.slice(start, start + Number(quantity)).map(({ record }) => record);
    const start = Math.max(Number(first) - 1, 0);
    switch (filter) {
      case 'C':
        return upTo(this.#uncollected(), start);
      case 'T':
        return upTo(this.#kept, start);
      case 'D': {
        const from = parseEventTime(first);
        const to = parseEventTime(last);
        if (from === undefined) return undefined;
        const isWithin = ({ record }: Kept): boolean => {
          const at = parseEventTime(record.time) ?? '';
          return at >= from && (to === undefined || at <= to);
        };
        return upTo(this.#kept.filter(isWithin));
      }
      default:
        return undefined;
    }
  }

  /** `n+id]id`, or `-1+first]last`. */
  #collect(data: string): boolean {
    const [, count, list = ''] = /^(-1|\d+)\+(.+)$/.exec(data) ?? [];
    const numbers = list.split(']');
    if (count === undefined || (count === '-1' && numbers.length !== 2)) return false;
    const [from = '', to = ''] = numbers;
    for (const kept of this.#kept) {
      const { number } = kept.record;
      const isNamed =
        count === '-1'
          ? Number(number) >= Number(from) && Number(number) <= Number(to)
          : numbers.some((named) => Number(named) === Number(number));
      if (!isNamed || kept.isCollected) continue;
      kept.isCollected = true;
      kept.onCollected();
    }
    return true;
  }
}
