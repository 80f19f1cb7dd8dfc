import type { Configuration } from '../../config/configuration.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import { paint } from './colour.ts';
import type { CheckName, Finding } from './doctor/finding.ts';
import { CHECK_NAMES, countsOf, STATES, SUMMARY } from './doctor.ts';

/** What of the doctor's is about devices and webhooks. */
const LIVE_CHECKS: readonly CheckName[] = ['clock', 'dns', 'proxy', 'tls', 'certificates', 'devices'];

interface LiveResult {
  readonly ok: boolean;
  readonly failures: number;
  readonly warnings: number;
  readonly findings: readonly Finding[];
}

/** Tries every device and webhook; prints a table row by row as it is known, unless the result is to be JSON. */
export async function checkLive(configuration: Configuration, isJson: boolean): Promise<LiveResult> {
  const { language } = configuration.agent;
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const { examine } = await import('./doctor/examine.ts');
  if (!isJson) console.log(`\n${rowText(HEAD.map((cell) => cell[language]))}`);
  const findings = await examine({ configuration, signal: stopping.signal, checks: LIVE_CHECKS }, (found) => {
    if (!isJson) for (const finding of found) console.log(liveText(finding, language));
  });
  const { failures, warnings } = countsOf(findings);
  if (failures > 0) process.exitCode = 1;
  if (!isJson) console.log(`\n${SUMMARY[language](failures, warnings)}`);
  return { ok: failures === 0, failures, warnings, findings };
}

const HEAD: readonly Text[] = [
  { en: 'STATE', 'pt-BR': 'ESTADO' },
  { en: 'WHAT', 'pt-BR': 'O QUÊ' },
  { en: 'WHICH', 'pt-BR': 'QUAL' },
  { en: 'FOUND', 'pt-BR': 'ENCONTRADO' },
];
/** With two blanks between them 80 columns. */
const WIDTHS = [6, 12, 19, 37];

/** A finding as a row of the table, what to do below it in its last column. */
export function liveText({ check, state, subject, cause, action }: Finding, language: Language): string {
  const { style, [language]: word } = STATES[state];
  const cells = [word, CHECK_NAMES[check][language], subject ?? '-', cause[language]];
  const rows = [rowText(cells).replace(word, paint(style, word))];
  if (action !== undefined) rows.push(rowText(['', '', '', `-> ${action[language]}`]));
  return rows.join('\n');
}

/** Each cell within its own column, over as many lines as the longest needs. */
function rowText(cells: readonly string[]): string {
  const columns = cells.map((cell, column) => linesOf(cell, WIDTHS[column] ?? 0));
  const height = Math.max(...columns.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, line) =>
    columns
      .map((column, index) => (column[line] ?? '').padEnd(WIDTHS[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** Broken at blanks, and where a word is wider than the column inside it. */
function linesOf(cell: string, width: number): readonly string[] {
  const pieces = cell.match(new RegExp(`(?=\\S)(?:.{1,${width}}(?!\\S)|\\S{${width}})`, 'g')) ?? [];
  return pieces.map((piece) => piece.trimEnd());
}
