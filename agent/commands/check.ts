import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import { ConfigurationError } from '../../config/mistakes.ts';
import type { Text } from '../../drivers/language.ts';
import type { DescribeCommand } from './command-line.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { unverifiedNote } from './unverified.ts';

export const describeCheck: DescribeCommand = (program: Command) => {
  program
    .command('check')
    .description('validates the configuration; names file, line and column of every mistake (exit code 78)')
    .option(...CONFIG_OPTION)
    .option('--json', 'prints what was found as JSON')
    .addHelpText('after', '\nExample:\n  giro check --config config/giro.yaml')
    .action(check);
};

async function check(options: { config?: string; json?: boolean }): Promise<void> {
  try {
    const { configuration } = await openConfiguration(options.config);
    console.log(options.json ? JSON.stringify(summary(configuration)) : sentence(configuration));
    const note = unverifiedNote(configuration);
    if (note !== undefined) console.error(note.text[configuration.agent.language]);
  } catch (error) {
    if (options.json && error instanceof ConfigurationError) {
      console.log(JSON.stringify({ valid: false, mistakes: error.mistakes }));
    }
    throw error;
  }
}

function summary({ path, agent, units, turnstiles, webhooks }: Configuration): object {
  return {
    valid: true,
    path,
    data: agent.data,
    units: units.map(({ id }) => id),
    turnstiles: turnstiles.map(({ id }) => id),
    webhooks: webhooks.map(({ id, active, format }) => ({ id, active, format: format.name })),
  };
}

function sentence({ path, agent, units, turnstiles, webhooks }: Configuration): string {
  const active = webhooks.filter((webhook) => webhook.active).length;
  const counts: Text = {
    en: `${path} is valid: units ${units.length}, turnstiles ${turnstiles.length}, webhooks ${webhooks.length} (active ${active})`,
    'pt-BR': `${path} está correto: unidades ${units.length}, catracas ${turnstiles.length}, webhooks ${webhooks.length} (ativos ${active})`,
  };
  return counts[agent.language];
}
