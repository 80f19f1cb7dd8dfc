import type { DeviceTime } from '../contract/reading.ts';

/** Reads a line's time; undefined for anything that is no real moment of the years 2000 to 2099. */
export type TimeReader = (text: string) => DeviceTime | undefined;

type Fields = Readonly<Record<string, string | undefined>>;

/** The letters of a time format; all but SSS must be there. */
const LETTERS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss', 'SSS'];
const ANY_LETTERS = /(yyyy|MM|dd|HH|mm|ss|SSS)/;

const ISO =
  /^(?<yyyy>\d{4})-(?<MM>\d\d)-(?<dd>\d\d)[T ](?<HH>\d\d):(?<mm>\d\d):(?<ss>\d\d)(?:[.,](?<fraction>\d{1,9}))?(?<offset>Z|[+-]\d\d(?::?\d\d)?)?$/;
const EPOCH_SECONDS = /^(\d{1,10})(?:\.(\d{1,9}))?$/;
const EPOCH_MILLIS = /^\d{1,13}$/;

const EARLIEST_MS = Date.UTC(2000);
const LATEST_MS = Date.UTC(2100);

/** For `iso`, `epochSeconds`, `epochMillis` or a format such as `dd/MM/yyyy HH:mm:ss`; undefined for any other text. */
export function timeReader(format: string): TimeReader | undefined {
  switch (format) {
    case 'iso':
      return readIso;
    case 'epochSeconds':
      return readEpochSeconds;
    case 'epochMillis':
      return (text) => (EPOCH_MILLIS.test(text) ? instant(Number(text)) : undefined);
    default:
      return formatReader(format);
  }
}

function readIso(text: string): DeviceTime | undefined {
  const fields: Fields = ISO.exec(text)?.groups ?? {};
  const { fraction, offset } = fields;
  const local = localTime({ ...fields, SSS: fraction && milliseconds(fraction) });
  if (local === undefined) return undefined;
  if (offset === undefined) return { local };
  const offsetMs = offsetToMs(offset);
  return offsetMs === undefined ? undefined : instant(Date.parse(`${local}Z`) - offsetMs);
}

function offsetToMs(offset: string): number | undefined {
  if (offset === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function readEpochSeconds(text: string): DeviceTime | undefined {
  const [, seconds, fraction = ''] = EPOCH_SECONDS.exec(text) ?? [];
  return seconds === undefined
    ? undefined
    : instant(Number(seconds) * 1_000 + Number(milliseconds(fraction)));
}

function formatReader(format: string): TimeReader | undefined {
  // Odd places hold the letters, even ones what stands between them.
  const parts = format.split(ANY_LETTERS);
  const letters = parts.filter((_, index) => index % 2 === 1);
  const between = parts.filter((_, index) => index % 2 === 0).join('');
  if (new Set(letters).size < letters.length) return undefined;
  if (LETTERS.some((needed) => needed !== 'SSS' && !letters.includes(needed))) return undefined;
  // Any letter left over (but the T of ISO) is a mistake: a format that never fits would lose every time unnoticed.
  if (/[A-SU-Za-z]/.test(between)) return undefined;

  const source = parts.map((part, index) =>
    index % 2 === 1 ? `(?<${part}>\\d{${part.length}})` : part.replace(/\W/g, '\\$&'),
  );
  const pattern = new RegExp(`^${source.join('')}$`);
  return (text) => {
    const local = localTime(pattern.exec(text)?.groups ?? {});
    return local === undefined ? undefined : { local };
  };
}

/** `yyyy-MM-ddTHH:mm:ss[.SSS]`; undefined unless the calendar and the clock have it. */
function localTime({ yyyy, MM, dd, HH, mm, ss, SSS }: Fields): string | undefined {
  const whole = `${yyyy}-${MM}-${dd}T${HH}:${mm}:${ss}`;
  // A day such as 31/02 would parse to another day, an hour such as 25 to none.
  const epochMs = Date.parse(`${whole}Z`);
  if (!isCredible(epochMs) || !new Date(epochMs).toISOString().startsWith(whole)) return undefined;
  return SSS === undefined ? whole : `${whole}.${SSS}`;
}

function instant(epochMs: number): DeviceTime | undefined {
  return isCredible(epochMs) ? { epochMs } : undefined;
}

function isCredible(epochMs: number): boolean {
  return epochMs >= EARLIEST_MS && epochMs < LATEST_MS;
}

/** The first three digits of a second's fraction. */
function milliseconds(fraction: string): string {
  return fraction.padEnd(3, '0').slice(0, 3);
}
