import type { Command } from 'commander';
import { zonedText } from '../events/moment.ts';
import type { EventRecord } from '../journal/event-list.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { integerOption, momentOption } from './options.ts';
import { tableText } from './texts.ts';

interface EventsOptions {
  readonly config?: string;
  readonly since?: number;
  readonly until?: number;
  readonly unit?: string;
  readonly turnstile?: string;
  readonly person?: string;
  readonly id?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export const describeEvents: DescribeCommand = (program: Command) => {
  program
    .command('events')
    .description('what happened: the accepted events, oldest first, with where each was delivered')
    .option(...CONFIG_OPTION)
    .option(
      '--since <time>',
      'from this moment: 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h, 7d',
      momentOption,
    )
    .option('--until <time>', 'before this moment, in the same forms', momentOption)
    .option('--unit <id>', 'of one unit')
    .option('--turnstile <id>', 'of one turnstile')
    .option('--person <number>', 'of one person, by the number that the webhook gets as idExterno')
    .option('--id <uuid>', 'one event')
    .option('--limit <count>', 'the latest so many', integerOption(1, 100_000), 50)
    .option('--json', 'prints one JSON object a line')
    .addHelpText('after', '\nExample:\n  giro events --since 24h --turnstile catraca-1')
    .action(events);
};

async function events({ config, json, since, until, ...filter }: EventsOptions): Promise<void> {
  const { configuration } = await openConfiguration(config);
  const { openReader } = await import('../journal/queries.ts');
  const reader = openReader(configuration.agent.data);
  try {
    const found = reader.events({
      ...filter,
      ...(since === undefined ? {} : { sinceMs: since }),
      ...(until === undefined ? {} : { untilMs: until }),
    });
    if (json) {
      for (const event of found) console.log(JSON.stringify(event));
    } else if (found.length > 0) {
      const zones = new Map(configuration.units.map(({ id, timezone }) => [id, timezone]));
      console.log(tableText(found.map((event) => row(event, zones.get(event.unit) ?? 'UTC'))));
    } else {
      console.error({ en: 'no events', 'pt-BR': 'nenhum evento' }[configuration.agent.language]);
    }
  } finally {
    reader.close();
  }
}

function row(event: EventRecord, timezone: string): string[] {
  const { access } = event;
  return [
    zonedText(event.occurredAtMs, timezone).slice(0, 19).replace('T', ' '),
    event.lane,
    access === undefined ? event.name : `${access.direction} ${access.result}/${access.passage}`,
    access?.person ?? '',
    event.deliveries.map(({ webhook, state, status }) => `${webhook} ${status ?? state}`).join(', '),
  ];
}
