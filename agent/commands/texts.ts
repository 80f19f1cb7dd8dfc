import type { Language } from '../../drivers/language.ts';

const UNITS = [
  { ms: 86_400_000, en: 'd', 'pt-BR': 'd' },
  { ms: 3_600_000, en: 'h', 'pt-BR': 'h' },
  { ms: 60_000, en: 'min', 'pt-BR': 'min' },
  { ms: 1_000, en: 's', 'pt-BR': 's' },
] as const;

/** A length of time in its two largest units: `2 d 3 h`, `12 min`, `0 s`. */
export function spanText(spanMs: number, language: Language): string {
  const first = UNITS.findIndex(({ ms }) => spanMs >= ms);
  if (first === -1) return '0 s';
  let rest = spanMs;
  const parts = UNITS.slice(first, first + 2).flatMap((unit) => {
    const count = Math.floor(rest / unit.ms);
    rest -= count * unit.ms;
    return count === 0 ? [] : [`${count} ${unit[language]}`];
  });
  return parts.join(' ');
}

/** A moment for a person: the time today, with the date on other days. */
export function momentText(atMs: number, nowMs: number, timezone: string, language: Language): string {
  const locale = language === 'en' ? 'en-GB' : 'pt-BR';
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeZone: timezone });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone: timezone });
  const today = day.format(atMs) === day.format(nowMs);
  return today ? time.format(atMs) : `${day.format(atMs)} ${time.format(atMs)}`;
}

/** Rows in aligned columns, two spaces apart, for a terminal of 80 columns. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A size for a person, in units of 1000: `812 kB`, `12.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
