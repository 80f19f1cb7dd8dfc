import { type Command, Help } from 'commander';
import { HELP_PT } from './help-pt.ts';
import { HELP_PT_TOOLS } from './help-pt-tools.ts';

const PORTUGUESE: ReadonlyMap<string, string> = new Map(Object.entries({ ...HELP_PT, ...HELP_PT_TOOLS }));

/** Makes the help of a command, and of all below it, Portuguese. What nobody translated stays English. */
export function inPortuguese(command: Command): void {
  command.description(translated(command.description()));
  for (const option of command.options) option.description = translated(option.description);
  for (const argument of command.registeredArguments) argument.description = translated(argument.description);
  command
    .helpOption('-h, --help', translated('display help for command'))
    .configureHelp({
      styleTitle: translated,
      optionDescription: (option) =>
        new Help()
          .optionDescription(option)
          .replace('(choices: ', '(valores: ')
          .replace('(default: ', '(padrão: '),
    })
    .configureOutput({
      writeOut: (help) => void process.stdout.write(help.split('\n').map(translated).join('\n')),
    });
  if (command.commands.length > 0) {
    command.helpCommand('help [command]', translated('display help for command'));
    for (const below of command.commands) inPortuguese(below);
  }
}

/** Names in brackets at the end of a sentence stay as they are. */
function translated(text: string): string {
  const [, sentence = text, names = ''] = /^(.*?)( \([a-z0-9, -]+\))$/.exec(text) ?? [];
  return PORTUGUESE.get(text) ?? `${PORTUGUESE.get(sentence) ?? sentence}${names}`;
}
