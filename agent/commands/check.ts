import type { Command } from 'commander';
import { ConfigurationError, formatMistakes, type Mistake } from '../../config/check/mistakes.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Text } from '../../drivers/base/language.ts';
import { checkLive } from './check-live.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { unverifiedNote } from './unverified.ts';

export const describeCheck: DescribeCommand = (program: Command) => {
  program
    .command('check')
    .description('validates the configuration; names file, line and column of every mistake (exit code 78)')
    .option(...CONFIG_OPTION)
    .option('--live', 'also tries every turnstile and webhook, and compares clocks')
    .option(
      '--json',
      'prints {valid, path, data, units, turnstiles, webhooks, warnings, live?: {ok, failures, warnings, findings}}; of a wrong file {valid, mistakes}',
    )
    .addHelpText(
      'after',
      `
Exit codes: 0 no mistake, and with --live nothing fails; 1 something fails; 78 the configuration has mistakes.
--live delivers nothing; while the gateway runs it is asked, and no device is connected to.
Examples:
  giro check --config config/giro.yaml
  giro check --live`,
    )
    .action(check);
};

interface CheckOptions {
  readonly config?: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

async function check({ config, live = false, json = false }: CheckOptions): Promise<void> {
  const warnings: Mistake[] = [];
  try {
    const onWarning = (warning: Mistake): void => void warnings.push(warning);
    const { configuration } = await openConfiguration(config, { onWarning });
    const { language } = configuration.agent;
    if (!json) console.log(sentence(configuration));
    for (const { message, ...rest } of warnings) {
      const said = { en: `warning: ${message.en}`, 'pt-BR': `aviso: ${message['pt-BR']}` };
      console.error(formatMistakes([{ ...rest, message: said }], language));
    }
    const note = unverifiedNote(configuration);
    if (note !== undefined) console.error(note.text[language]);
    const result = live ? { live: await checkLive(configuration, json) } : {};
    if (json) console.log(JSON.stringify({ ...summary(configuration), warnings, ...result }));
  } catch (error) {
    if (json && error instanceof ConfigurationError) {
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
