import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Text } from '../../drivers/base/language.ts';
import { text } from './mistakes.ts';

const REASONS: Readonly<Record<string, Text>> = {
  ENOENT: text('it does not exist', 'ele não existe'),
  ENOTDIR: text('a part of its path is not a folder', 'uma parte do caminho não é uma pasta'),
  EACCES: text('no permission to read it', 'sem permissão de leitura'),
  EPERM: text('no permission to read it', 'sem permissão de leitura'),
  EISDIR: text('it is a folder', 'é uma pasta'),
};

/** Why a file could not be read, in words, with owner and mode where it is denied; the system's own code where there are none. */
export function whyUnreadable(error: unknown): Text {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = REASONS[code] ?? text(code, code);
  const barrier = code === 'EACCES' || code === 'EPERM' ? barrierOf(error) : undefined;
  return barrier === undefined
    ? why
    : text(`${why.en} (${barrier.en})`, `${why['pt-BR']} (${barrier['pt-BR']})`);
}

/** Whose the file is, or the folder on the way to it that may not be looked into. */
function barrierOf(error: unknown): Text | undefined {
  const user = process.geteuid?.();
  if (!(error instanceof Error && 'path' in error && typeof error.path === 'string') || user === undefined) {
    return undefined;
  }
  const { path, stats } = nearestKnown(error.path);
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  const [owner, me] = [nameOf(stats.uid), nameOf(user)];
  return text(
    `${path} belongs to ${owner}, mode ${mode}; this is ${me}`,
    `${path} é de ${owner}, modo ${mode}; este é ${me}`,
  );
}

function nearestKnown(path: string): { readonly path: string; readonly stats: Stats } {
  try {
    return { path, stats: statSync(path) };
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) throw error;
    return nearestKnown(parent);
  }
}

/** The number where the list of this machine has no name for it. */
function nameOf(uid: number): string {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(uid));
  return line?.split(':')[0] ?? String(uid);
}
