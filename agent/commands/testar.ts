import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { integerOption } from './options.ts';
import { testWebhook } from './test.ts';
import { type WatchOptions, watch, watchOptions } from './watch.ts';

/** One word for both of a technician's proofs: of the wiring and of the delivery. */
export const describeTestar: DescribeCommand = (program: Command) => {
  watchOptions(program.command('testar <id>'))
    .description('watch or test, by what the id names: a turnstile (catraca) or a webhook')
    .option(...CONFIG_OPTION)
    .option('--timeout <s>', 'ends after so many seconds', integerOption(1, 86_400))
    .option('--json', 'prints what watch or test prints as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  giro testar catraca-1\n  giro testar catraca-1 --calibrate\n  giro testar crm',
    )
    .action(testar);
};

async function testar(id: string, options: WatchOptions): Promise<void> {
  const { turnstiles, webhooks } = (await openConfiguration(options.config)).configuration;
  const isTurnstile = turnstiles.some((turnstile) => turnstile.id === id);
  const isWebhook = webhooks.some((webhook) => webhook.id === id);
  if (isTurnstile && isWebhook) {
    throw new GiroError('USAGE', `${id} is a turnstile and a webhook: giro watch ${id}, or giro test ${id}`);
  }
  if (isTurnstile) return watch(id, options);
  if (isWebhook) return testWebhook(id, options);
  const known = [...turnstiles, ...webhooks].map((each) => each.id).join(', ');
  throw new GiroError('USAGE', `neither a turnstile nor a webhook is called ${id}`, { hint: known });
}
