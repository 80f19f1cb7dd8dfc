import { GiroError } from '../base/errors.ts';
import type { TurnstileContext } from '../contract/driver.ts';
import { isRefusal, later, type Message, parseEventTime } from './messages.ts';
import type { HenryOptions } from './options.ts';
import { type Recollected, Recollection } from './recollection.ts';
import { askByDate, askUncollected, confirmations, parseRecords, type StoredRecord } from './records.ts';

/** A turn is looked for this long after the release time of its grant (henry.md 5.4). */
const LATEST_TURN_MS = 15_000;
const DAY_MS = 86_400_000;
/** What this driver keeps as its position. */
const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
/** Before any device. */
const EVER = '2000-01-01T00:00:00';
/** Beyond any record, where the device does not tell its clock. */
const NEVER = '2099-12-31T23:59:59';
/** Statuses of RR that mean an empty list (henry.md 8.2). */
const NO_RECORDS = [1, 28];

export interface CollectionParts {
  readonly context: Pick<TurnstileContext<HenryOptions>, 'options' | 'cursor' | 'recordAt' | 'log'>;
  readonly ask: (command: string, data: string, version?: string) => Promise<Message>;
  /** How long the device waits for the arm. */
  readonly releaseMs: number;
  /** The device's wall clock now, if it told it. */
  readonly now: () => string | undefined;
}

/**
 * Reads the device's memory once (henry.md 8): page by page, each committed with the cursor before the device hears
 * that it was collected.
 */
export class Collection {
  readonly #parts: CollectionParts;
  readonly #recollection: Recollection;
  /** Of RR, newest first; the first that the device takes stays. */
  #versions = ['01', '00'];
  /** Latest device time that was read. */
  #position: string;
  #count = 0;
  #hasRefused = false;

  constructor(parts: CollectionParts) {
    const { context, releaseMs } = parts;
    this.#parts = parts;
    const { position = '' } = context.cursor;
    this.#position = LOCAL_TIME.test(position) ? position : ''; // another driver may have left one of its own
    this.#recollection = new Recollection(context.options, releaseMs + LATEST_TURN_MS, this.#position);
  }

  /** Throws what `ask` and `recordAt` throw, and DEVICE_UNSUPPORTED for the memory of a time clock. */
  async run(): Promise<void> {
    const { log, options } = this.#parts.context;
    const { confirm } = options.collect;
    const waiting = confirm ? await this.#waiting() : undefined;
    if (waiting !== 0) {
      if (!confirm || this.#position !== '') await this.#byDate();
      if (confirm && (this.#position === '' || (await this.#waiting()) !== 0)) await this.#uncollected();
    }
    if (this.#count > 0) log.info({ records: this.#count }, 'stored records collected');
  }

  /** How many records nobody has collected; undefined when the device does not say. */
  async #waiting(): Promise<number | undefined> {
    const { status, data } = await this.#parts.ask('RQ', 'RNC');
    const [, count] = /^RNC\](\d+)/.exec(data ?? '') ?? [];
    return Number(status) >= 10 || count === undefined ? undefined : Number(count);
  }

  /** From a day before the last known record, so that a device whose clock was set back is read too. */
  async #byDate(): Promise<void> {
    const { context, now } = this.#parts;
    const time = now();
    const to = time === undefined ? NEVER : later(time, DAY_MS);
    let from = this.#position === '' ? EVER : later(this.#position, -DAY_MS);
    for (;;) {
      const page = await this.#page(askByDate(context.options.collect.batch, from, to));
      if (page === 'refused') context.log.warn({}, 'device does not list its records by date');
      if (page === 'refused' || page.length === 0) break;
      const found = this.#recollection.push(page);
      await this.#keep(found, page);
      // Several records share a second, so the next page begins with the last of this one.
      const last = latest(page, to) ?? from;
      const next = found.hasNews ? last : later(last, 1000);
      if (!found.hasNews && next <= from) break; // it does not keep to the dates that it is asked for
      from = next;
    }
    await this.#keep(this.#recollection.end(now()), []);
  }

  /** What nobody has collected, whatever its date says; each page leaves the list when it is confirmed. */
  async #uncollected(): Promise<void> {
    const { context, now } = this.#parts;
    const { batch, rrOrder } = context.options.collect;
    for (let quantity = batch; ; ) {
      const page = await this.#page(askUncollected(quantity, rrOrder));
      if (page === 'refused') context.log.warn({}, 'device does not list its uncollected records');
      if (page === 'refused' || (page.length === 0 && quantity === 1)) break;
      if (page.length === 0) {
        quantity = 1; // the one question that means the same whichever number comes first
        continue;
      }
      const found = this.#recollection.push(page);
      const rest = quantity === 1 ? () => this.#recollection.giveOpen() : () => this.#recollection.end(now());
      const kept = found.numbers.length > 0 ? found : rest();
      if (kept.numbers.length === 0) {
        context.log.warn({}, 'device offers records again that were confirmed to it');
        break;
      }
      await this.#keep(kept, page);
    }
    await this.#keep(this.#recollection.end(now()), []);
  }

  async #page(data: string): Promise<readonly StoredRecord[] | 'refused'> {
    const { context, ask } = this.#parts;
    for (const version of this.#versions) {
      const answer = await ask('RR', data, version);
      if (NO_RECORDS.includes(Number(answer.status))) return [];
      if (isRefusal(answer)) continue;
      this.#versions = [version];
      const page = parseRecords(answer.data ?? '0');
      if (page === 'time clock') {
        throw new GiroError('DEVICE_UNSUPPORTED', 'RR answers with the lines (AFD) of a time clock');
      }
      if (page === undefined) {
        context.log.warn({}, 'answer to RR holds no records');
        return [];
      }
      const { records, announced } = page;
      if (records.length !== announced) {
        context.log.warn(
          { announced, read: records.length },
          'records do not add up; none else is confirmed',
        );
      }
      return records;
    }
    return 'refused';
  }

  /** Commits first; only then the device is told. */
  async #keep({ readings, numbers }: Recollected, page: readonly StoredRecord[]): Promise<void> {
    if (numbers.length === 0) return;
    const { context, ask, now } = this.#parts;
    const time = now();
    const last = latest(page, time === undefined ? NEVER : later(time, DAY_MS)) ?? '';
    if (last > this.#position) this.#position = last;
    await context.recordAt(this.#position, ...readings);
    this.#count += numbers.length;
    if (!context.options.collect.confirm) return;
    for (const data of confirmations(numbers)) {
      if (isRefusal(await ask('ER', data)) && !this.#hasRefused) {
        this.#hasRefused = true;
        context.log.warn({}, 'device refused that records were collected');
      }
    }
  }
}

/** The latest time in a page, up to `limit`: a record of the future must not carry the cursor away. */
function latest(page: readonly StoredRecord[], limit: string): string | undefined {
  const times = page.flatMap(({ time }) => parseEventTime(time) ?? []).filter((time) => time <= limit);
  return times.sort().at(-1);
}
