import type { Command } from 'commander';
import { ConfigurationError } from '../../config/check/mistakes.ts';
import type { Language } from '../../drivers/base/language.ts';
import type { Change } from '../control/changes.ts';
import { ask } from '../control/client.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';

export const describeReload: DescribeCommand = (program: Command) => {
  program
    .command('reload')
    .description(
      'has the running gateway read its configuration file now, and says what changed or why it was refused (exit code 78)',
    )
    .option(...CONFIG_OPTION)
    .option('--json', 'prints {applied, changes} or {applied, mistakes}')
    .addHelpText('after', '\nA saved file is noticed without it.\n\nExample:\n  giro reload')
    .action(reload);
};

async function reload(options: { config?: string; json?: boolean }): Promise<void> {
  const { data, language } = await whereItRuns(options.config);
  const reloaded = await ask(data, { command: 'reload' });
  if ('mistakes' in reloaded) {
    if (options.json) console.log(JSON.stringify({ applied: false, mistakes: reloaded.mistakes }));
    throw new ConfigurationError(reloaded.mistakes, language, data);
  }
  const { changes } = reloaded;
  if (options.json) console.log(JSON.stringify({ applied: true, changes }));
  else console.log(changesText(changes, language));
}

/** Also of a file with mistakes: it is the gateway's to refuse it. */
async function whereItRuns(config: string | undefined): Promise<{ data: string; language: Language }> {
  try {
    return (await openConfiguration(config)).configuration.agent;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

const WORDS = {
  en: {
    applied: 'The gateway follows the file now:',
    unchanged: 'The gateway already follows the file as it is.',
    how: { added: 'added', changed: 'changed', removed: 'removed' },
  },
  'pt-BR': {
    applied: 'O gateway já segue o arquivo:',
    unchanged: 'O gateway já segue o arquivo como está.',
    how: { added: 'novo', changed: 'alterado', removed: 'retirado' },
  },
} as const satisfies Record<Language, unknown>;

function changesText(changes: readonly Change[], language: Language): string {
  const { applied, unchanged, how: words } = WORDS[language];
  if (changes.length === 0) return unchanged;
  const lines = changes.map(
    ({ section, id, how }) => `  ${[section, id].filter(Boolean).join(' ')}: ${words[how]}`,
  );
  return [applied, ...lines].join('\n');
}
