import type { Text } from '../drivers/language.ts';
import { text } from './mistakes.ts';

const REASONS: Readonly<Record<string, Text>> = {
  ENOENT: text('it does not exist', 'ele não existe'),
  ENOTDIR: text('a part of its path is not a folder', 'uma parte do caminho não é uma pasta'),
  EACCES: text('no permission to read it', 'sem permissão de leitura'),
  EPERM: text('no permission to read it', 'sem permissão de leitura'),
  EISDIR: text('it is a folder', 'é uma pasta'),
};

/** Why a file could not be read, in words; the system's own code where there are none. */
export function whyUnreadable(error: unknown): Text {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return REASONS[code] ?? text(code, code);
}
