import type { Command } from 'commander';
import type { Text } from '../../drivers/language.ts';
import { ask } from '../control/client.ts';
import type { DescribeCommand } from './command-line.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';

export const describePause: DescribeCommand = (program: Command) => {
  program
    .command('pause <webhook>')
    .description('sends nothing to a webhook until it is resumed, also after a restart; everything queues')
    .option(...CONFIG_OPTION)
    .option('--json', 'prints {webhook, paused}')
    .addHelpText('after', '\nExample:\n  giro pause crm')
    .action(async (webhook: string, { config, json }: { config?: string; json?: boolean }) => {
      const { agent } = (await openConfiguration(config)).configuration;
      await ask(agent.data, { command: 'pause', webhook });
      const said: Text = {
        en: `${webhook} is paused: nothing is sent, everything queues. giro resume ${webhook} ends it.`,
        'pt-BR': `${webhook} está pausado: nada é enviado, tudo fica na fila. giro resume ${webhook} encerra a pausa.`,
      };
      console.log(json ? JSON.stringify({ webhook, paused: true }) : said[agent.language]);
    });
};

export const describeResume: DescribeCommand = (program: Command) => {
  program
    .command('resume <webhook>')
    .description('ends a pause, or takes up a webhook that answered 410 (gone) again')
    .option(...CONFIG_OPTION)
    .option('--now', 'also ends the wait after a failure: the next try is at once')
    .option('--json', 'prints {webhook, paused}')
    .addHelpText('after', '\nExample:\n  giro resume crm --now')
    .action(
      async (
        webhook: string,
        { config, now = false, json }: { config?: string; now?: boolean; json?: boolean },
      ) => {
        const { agent } = (await openConfiguration(config)).configuration;
        await ask(agent.data, { command: 'resume', webhook, now });
        const said: Text = {
          en: `${webhook} goes on${now ? ', and is tried now' : ''}`,
          'pt-BR': `${webhook} segue${now ? ', e é tentado agora' : ''}`,
        };
        console.log(json ? JSON.stringify({ webhook, paused: false }) : said[agent.language]);
      },
    );
};
