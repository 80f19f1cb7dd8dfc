import { readFileSync } from 'node:fs';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import { isInteractive } from './terminal.ts';

/** The option that the commands with a passphrase have. */
export const PASSPHRASE_OPTION = [
  '--passphrase-file <file>',
  'file whose first line is the passphrase; without it you are asked',
] as const;

const SHORTEST = 8;

/**
 * The passphrase, from a file or asked on the terminal without showing it; a new one is asked twice. Throws USAGE.
 */
export async function readPassphrase(
  file: string | undefined,
  language: Language,
  isNew: boolean,
): Promise<string> {
  const passphrase = file === undefined ? await ask(language, isNew) : firstLine(file);
  if (isNew && passphrase.length < SHORTEST) {
    throw new GiroError('USAGE', `the passphrase needs at least ${SHORTEST} characters`);
  }
  return passphrase;
}

async function ask(language: Language, isNew: boolean): Promise<string> {
  if (!isInteractive()) {
    throw new GiroError('USAGE', 'this is no terminal where you can be asked: add --passphrase-file');
  }
  const { password } = await import('@inquirer/prompts');
  const answer = (text: Text): Promise<string> =>
    password({ message: text[language] }, { output: process.stderr }).catch((cause: unknown) => {
      throw new GiroError('USAGE', 'no passphrase was given', { cause });
    });
  const passphrase = await answer({ en: 'Passphrase', 'pt-BR': 'Senha' });
  if (isNew && (await answer({ en: 'Once more', 'pt-BR': 'Mais uma vez' })) !== passphrase) {
    throw new GiroError('USAGE', 'the two passphrases differ');
  }
  return passphrase;
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? '';
  } catch (cause) {
    throw new GiroError('USAGE', `the passphrase file ${file} cannot be read`, { cause });
  }
}
