import type { Command } from 'commander';
import type { Text } from '../../drivers/base/language.ts';
import { ask } from '../control/client.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { DRY_RUN_OPTION, sayWaiting } from './waiting.ts';

interface HoldOptions {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface ResumeOptions extends HoldOptions {
  readonly now?: boolean;
}

const JSON_OPTION = ['--json', 'prints {action, dryRun, webhook, pending}'] as const;

export const describePause: DescribeCommand = (program: Command) => {
  program
    .command('pause <webhook>')
    .description('sends nothing to a webhook until it is resumed, also after a restart; everything queues')
    .option(...CONFIG_OPTION)
    .option(...DRY_RUN_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExamples:\n  giro pause crm\n  giro pause crm --dry-run')
    .action((webhook: string, options: HoldOptions) =>
      hold({ command: 'pause', webhook }, options, {
        done: {
          en: `${webhook} is paused: nothing is sent, everything queues. giro resume ${webhook} ends it.`,
          'pt-BR': `${webhook} está pausado: nada é enviado, tudo fica na fila. giro resume ${webhook} encerra a pausa.`,
        },
        would: {
          en: `${webhook} would be paused: they would stay in the queue, and what comes too`,
          'pt-BR': `${webhook} seria pausado: eles ficariam na fila, e o que chegar também`,
        },
      }),
    );
};

export const describeResume: DescribeCommand = (program: Command) => {
  program
    .command('resume <webhook>')
    .description('ends a pause, or takes up a webhook that answered 410 (gone) again')
    .option(...CONFIG_OPTION)
    .option('--now', 'also ends the wait after a failure: the next try is at once')
    .option(...DRY_RUN_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  giro resume crm --now')
    .action((webhook: string, { now = false, ...options }: ResumeOptions) =>
      hold({ command: 'resume', webhook, now }, options, {
        done: {
          en: `${webhook} goes on${now ? ', and is tried now' : ''}`,
          'pt-BR': `${webhook} segue${now ? ', e é tentado agora' : ''}`,
        },
        would: {
          en: `${webhook} would go on: they would be sent in order`,
          'pt-BR': `${webhook} seguiria: eles seriam enviados em ordem`,
        },
      }),
    );
};

type Hold = { readonly webhook: string } & (
  | { readonly command: 'pause' }
  | { readonly command: 'resume'; readonly now: boolean }
);

/** Counts what waits, says it, does it. */
async function hold(
  request: Hold,
  { config, dryRun = false, json }: HoldOptions,
  { done, would }: Readonly<Record<'done' | 'would', Text>>,
): Promise<void> {
  const { data, language } = (await openConfiguration(config)).configuration.agent;
  const { command, webhook } = request;
  const { pending } = await ask(data, { ...request, dryRun: true });
  if (!json) sayWaiting(webhook, pending, language);
  if (!dryRun) await ask(data, { ...request, dryRun: false });
  if (json) console.log(JSON.stringify({ action: command, dryRun, webhook, pending }));
  else console.log((dryRun ? would : done)[language]);
}
