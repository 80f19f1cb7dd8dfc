import type { Language } from '../../drivers/base/language.ts';

/** A moment for a person: the time today, with the date on other days. */
export function momentText(atMs: number, nowMs: number, timezone: string, language: Language): string {
  const locale = language === 'en' ? 'en-GB' : 'pt-BR';
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeZone: timezone });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone: timezone });
  const today = day.format(atMs) === day.format(nowMs);
  return today ? time.format(atMs) : `${day.format(atMs)} ${time.format(atMs)}`;
}

/** What fits every terminal, and a window beside a remote one. */
const COLUMNS = 80;

/** A sentence in lines of at most 80 columns, broken at blanks; all but the first begin with `indent`. */
export function wrapped(text: string, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S)(?= )/)) {
    if (line.trim() !== '' && line.length + word.length > COLUMNS) {
      lines.push(line);
      line = indent + word.trimStart();
    } else {
      line += word;
    }
  }
  return [...lines, line];
}

/**
 * Rows in aligned columns, two spaces apart, for a terminal of 80 columns: what does not fit beside the rest of its row
 * goes below it, indented, in aligned columns again.
 */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  const breaks = lineBreaks(widths);
  return rows
    .flatMap((row) =>
      breaks.flatMap((first, index) => {
        const cells = row.slice(first, breaks[index + 1] ?? row.length);
        const line = cells.map((cell, at) => cell.padEnd(widths[first + at] ?? 0)).join('  ');
        if (index > 0 && line.trim() === '') return [];
        const indent = index === 0 ? '' : BELOW;
        const lastAt =
          indent.length +
          line.length -
          (cells.at(-1) ?? '').padEnd(widths[first + cells.length - 1] ?? 0).length;
        return wrapped(indent + line.trimEnd(), lastAt > COLUMNS / 2 ? BELOW : ' '.repeat(lastAt));
      }),
    )
    .join('\n');
}

/** A size for a person, in units of 1000: `812 kB`, `12.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const BELOW = '    ';

/** The columns that begin a line: 0, and whichever would reach beyond the last column of the terminal. */
function lineBreaks(widths: readonly number[]): number[] {
  const breaks = [0];
  let used = 0;
  widths.forEach((width, column) => {
    const last = column === widths.length - 1;
    if (column > 0 && used + width > COLUMNS && !(last && used < COLUMNS / 2)) {
      breaks.push(column);
      used = BELOW.length;
    }
    used += width + 2;
  });
  return breaks;
}
