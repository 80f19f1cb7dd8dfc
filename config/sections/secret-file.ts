import {
  closeSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Text } from '../../drivers/base/language.ts';
import { text } from '../check/mistakes.ts';
import { parseSecret, type SigningKey } from './secret.ts';

/** The key that signs and ten old ones (webhooks.md 1, rotation). */
export const MOST_KEYS = 11;

const LINE = /^\s*(\S+)(?:\s+until\s+(\S+))?\s*$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** What is wrong with one line; lines count from 1. Never quotes a secret. */
export interface WrongLine {
  readonly line: number;
  readonly message: Text;
}

/**
 * Reads the keys of a secret file: one a line, newest first, blank lines left out. The first signs for good; each
 * older one says until when it signs beside it:
 *
 *     whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
 *     whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw until 2026-11-26T12:00:00Z
 */
export function parseKeys(content: string): {
  readonly keys: readonly SigningKey[];
  readonly wrong: readonly WrongLine[];
} {
  const keys: SigningKey[] = [];
  const wrong: WrongLine[] = [];
  let isFirst = true;
  for (const [index, lineText] of content.split(/\r?\n/).entries()) {
    if (lineText.trim() === '') continue;
    const parsed = parseLine(lineText, isFirst);
    isFirst = false;
    if ('key' in parsed) keys.push(parsed.key);
    else wrong.push({ line: index + 1, message: parsed.problem });
  }
  if (isFirst) {
    wrong.push({ line: 1, message: text('there is no secret in it', 'não há nenhum segredo') });
  }
  return { keys, wrong };
}

function parseLine(lineText: string, isFirst: boolean): ReturnType<typeof parseSecret> {
  const [, secret, until] = LINE.exec(lineText) ?? [];
  if (secret === undefined) {
    return {
      problem: text(
        'expected a secret, or a secret, "until" and a time',
        'o esperado é um segredo, ou um segredo, "until" e uma data e hora',
      ),
    };
  }
  const parsed = parseSecret(secret);
  if ('problem' in parsed) return parsed;
  if (isFirst !== (until === undefined)) return { problem: isFirst ? FIRST_ENDS : NO_END };
  if (until === undefined) return parsed;
  const untilMs = MOMENT.test(until) ? Date.parse(until) : Number.NaN;
  return Number.isNaN(untilMs) ? { problem: NO_MOMENT } : { key: { ...parsed.key, untilMs } };
}

const FIRST_ENDS = text(
  'the first secret is the newest and signs without an end: it takes no "until"',
  'o primeiro segredo é o mais novo e assina sem prazo: ele não leva "until"',
);
const NO_END = text(
  'an old secret needs the time until which it still signs: until 2026-11-26T12:00:00Z',
  'um segredo antigo precisa do prazo até o qual ainda assina: until 2026-11-26T12:00:00Z',
);
const NO_MOMENT = text(
  'what follows "until" is no time such as 2026-11-26T12:00:00Z',
  'o que vem depois de "until" não é uma data e hora como 2026-11-26T12:00:00Z',
);

/** The content of a secret file with these keys, newest first. */
export function formatKeys(keys: readonly SigningKey[]): string {
  return keys
    .map((key) => (key.untilMs === undefined ? key.text : `${key.text} until ${momentOf(key.untilMs)}`))
    .map((lineText) => `${lineText}\n`)
    .join('');
}

/** Whole seconds, as `2026-11-26T12:00:00Z`. */
export function momentOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/**
 * Replaces the file in one step: a crash leaves the old or the new keys, never a part. The mode is 0600, the owner
 * stays, a symbolic link stays one. Throws what the system says.
 */
export function writeKeys(path: string, keys: readonly SigningKey[]): void {
  const target = realpathSync(path);
  const { uid, gid } = statSync(target);
  const fresh = `${target}.${process.pid}.new`;
  try {
    const file = openSync(fresh, 'wx', 0o600);
    try {
      if (uid !== process.getuid?.() || gid !== process.getgid?.()) fchownSync(file, uid, gid);
      writeSync(file, formatKeys(keys));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
