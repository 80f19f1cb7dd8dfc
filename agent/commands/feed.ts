import { createHash, randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Language, Text } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';

/** Nobody guesses so many, so a plain hash of them is safe to keep. */
const TOKEN_BYTES = 32;
const PATH_BYTES = 24;

export const describeFeed: DescribeCommand = (program: Command, language: Language) => {
  const feed = program
    .command('feed')
    .description('makes the tokens that consumers of the feed ask with')
    .addHelpText('after', '\nExample:\n  giro feed token academia-centro');
  feed
    .command('token')
    .argument('<consumer>', 'id of the consumer')
    .description('prints a new token for a consumer; the configuration keeps only its hash')
    .option('--json', 'prints {consumer, token, hash}')
    .addHelpText('after', '\nExample:\n  giro feed token academia-centro > token && chmod 600 token')
    .action((consumer: string, options: { json?: boolean }) => printToken(consumer, options, language));

  const relay = program
    .command('relay')
    .description('makes the secret path that the cloud system posts to')
    .addHelpText('after', '\nExample:\n  giro relay path');
  relay
    .command('path')
    .description('prints a new secret path for receive.path')
    .option('--json', 'prints {path}')
    .addHelpText('after', '\nExample:\n  giro relay path > config/pacto.path && chmod 600 config/pacto.path')
    .action(({ json = false }: { json?: boolean }) => {
      const path = `/${randomBytes(PATH_BYTES).toString('base64url')}`;
      console.log(json ? JSON.stringify({ path }) : path);
    });
};

/** The token alone goes to stdout, so that it can be kept in a file; what is for the configuration goes beside it. */
function printToken(consumer: string, { json = false }: { json?: boolean }, language: Language): void {
  const token = `giro_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const hash = `sha256:${createHash('sha256').update(token).digest('hex')}`;
  if (json) {
    console.log(JSON.stringify({ consumer, token, hash }));
    return;
  }
  console.error(NEXT[language]);
  console.error(`    - id: ${consumer}\n      unit: ...\n      tokens:\n        - ${hash}`);
  console.log(token);
}

const NEXT: Text = {
  en: 'The token below is shown only now: give it to the consumer (token: in its relay). Under feed.consumers of this Giro goes its hash:',
  'pt-BR':
    'O token abaixo só aparece agora: entregue-o ao consumidor (token: no relay dele). Em feed.consumers deste Giro fica o hash:',
};
