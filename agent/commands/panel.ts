import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { isInteractive } from './terminal.ts';

export const describePanel: DescribeCommand = (program: Command) => {
  const panel = program
    .command('panel')
    .description('the page that shows how things stand: its password')
    .addHelpText('after', '\nExample:\n  giro panel password');
  panel
    .command('password')
    .description('sets the password with which operators act on the page; a running gateway takes it at once')
    .option(...CONFIG_OPTION)
    .option('--stdin', 'takes the password from the standard input, one line')
    .option('--json', 'prints {changed, data}')
    .addHelpText(
      'after',
      '\nExamples:\n  giro panel password\n  pwgen 16 1 | tee /dev/tty | giro panel password --stdin',
    )
    .action(setPassword);
};

const WORDS = {
  en: {
    ask: 'New password of the panel',
    again: 'The same again',
    short: (least: number) => `at least ${least} characters`,
    differ: 'the two are not the same',
    done: 'The panel has a new password; whoever was signed in has to sign in again.',
  },
  'pt-BR': {
    ask: 'Nova senha do painel',
    again: 'A mesma senha de novo',
    short: (least: number) => `no mínimo ${least} caracteres`,
    differ: 'as duas não são iguais',
    done: 'O painel tem uma nova senha; quem estava conectado precisa entrar de novo.',
  },
} as const satisfies Record<Language, object>;

async function setPassword({
  config,
  stdin,
  json,
}: {
  config?: string;
  stdin?: boolean;
  json?: boolean;
}): Promise<void> {
  const { configuration } = await openConfiguration(config, { isPasswordPending: true });
  const { data, language } = configuration.agent;
  const { SHORTEST_PASSWORD, LONGEST_PASSWORD, writePassword } = await import('../panel/password.ts');
  const password = stdin === true ? await fromStdin() : await fromTerminal(language, SHORTEST_PASSWORD);
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) {
    throw new GiroError('USAGE', `the password needs ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`);
  }
  await writePassword(data, password);
  console.log(json ? JSON.stringify({ changed: true, data }) : WORDS[language].done);
}

async function fromStdin(): Promise<string> {
  const [line = ''] = (await readAll(process.stdin)).split(/\r?\n/);
  return line;
}

async function fromTerminal(language: Language, shortest: number): Promise<string> {
  if (!isInteractive()) {
    throw new GiroError('USAGE', 'this is no terminal where you can be asked: add --stdin');
  }
  const words = WORDS[language];
  const { password } = await import('@inquirer/prompts');
  const ask = (message: string, judge: (value: string) => true | string): Promise<string> =>
    password({ message, mask: true, validate: judge }, { output: process.stderr }).catch((cause: unknown) => {
      throw new GiroError('USAGE', 'no password was given', { cause });
    });
  const first = await ask(words.ask, (value) => value.length >= shortest || words.short(shortest));
  return ask(words.again, (value) => value === first || words.differ);
}
