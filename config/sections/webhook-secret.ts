import { resolve } from 'node:path';
import { z } from 'zod';
import type { Text } from '../../drivers/base/language.ts';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';
import type { SigningKey } from './secret.ts';
import { MOST_KEYS, parseKeys } from './secret-file.ts';

/** A secret that is nothing but one file: `${file:PATH}`. */
const WHOLE_FILE = /^\$\{file:([^}]*)\}$/;

export const secretSchema = z
  .union([z.string(), z.array(z.string()).meta({ minItems: 1, maxItems: MOST_KEYS })])
  .describe(
    'Signing secret (Standard Webhooks): whsec_ and base64 of 24 to 64 bytes, or whsk_ (ed25519); a list, newest first, while it is being changed. An old one ends in "until 2026-11-26T12:00:00Z". Better kept outside this file, by a reference to a file (one secret a line, "giro secret rotate" changes it) or to an environment variable.',
  );

/** The keys of a webhook, and the file that holds all of them if there is one. */
export interface WebhookKeys {
  /** Newest first; at least one. */
  readonly keys: readonly SigningKey[];
  readonly secretFile: string | undefined;
}

/** Judges `webhooks[].secret`; undefined when it is wrong. `folder` is where relative paths start. */
export function checkSecret(checker: Checker, index: number, folder: string): WebhookKeys | undefined {
  const path = ['webhooks', index, 'secret'];
  const value = checker.source.at(path);
  if (typeof value !== 'string' && !isTexts(value)) return undefined;
  const name = WHOLE_FILE.exec(checker.source.written(path) ?? '')?.[1];
  const secretFile = name === undefined ? undefined : resolve(folder, name);
  // Items are read as lines of one file, so that only the very first goes without an end.
  const { keys, wrong } = parseKeys(typeof value === 'string' ? value : value.map(oneLine).join('\n'));
  for (const { line, message } of wrong) {
    if (typeof value !== 'string') {
      checker.report([...path, line - 1], { message });
    } else if (secretFile !== undefined || value.includes('\n')) {
      checker.report(path, { message: inLine(line, secretFile, message) });
    } else {
      checker.report(path, { message, help: NEW_SECRET });
    }
  }
  if (keys.length > MOST_KEYS) {
    checker.report(path, {
      message: text(
        `${keys.length} secrets; expected at most ${MOST_KEYS}, the newest and ten old ones`,
        `${keys.length} segredos; o esperado são no máximo ${MOST_KEYS}, o mais novo e dez antigos`,
      ),
    });
  }
  return wrong.length > 0 ? undefined : { keys, secretFile };
}

const NEW_SECRET = text('giro secret new makes a right one', 'giro secret new cria um correto');

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What can't be one line stays wrong: two secrets in an item, or none. */
function oneLine(item: string): string {
  return item.trim().replace(/\s+/g, ' ') || '-';
}

function inLine(line: number, file: string | undefined, message: Text): Text {
  return text(
    `line ${line} of ${file ?? 'the secret'}: ${message.en}`,
    `linha ${line} de ${file ?? 'secret'}: ${message['pt-BR']}`,
  );
}
