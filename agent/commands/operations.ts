import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import { ask } from '../control/client.ts';
import type { ActionResult } from '../control/protocol.ts';
import type { DeliveryFilter, DeliveryState } from '../journal/selection.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { filterOf, type SelectionOptions, selectionOptions } from './delivery-options.ts';
import { momentOption } from './options.ts';
import { confirm, isInteractive, progressBar } from './terminal.ts';

interface ActionOptions extends SelectionOptions {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface ResendOptions extends ActionOptions {
  readonly failedSince?: number;
  readonly allSince?: number;
}

export const describeResend: DescribeCommand = (program: Command) => {
  actionOptions(
    selectionOptions(
      program
        .command('resend')
        .description('sends events again, with the same id and body, marked with the header x-giro-replay: 1')
        .option(...CONFIG_OPTION),
      ['delivered', 'parked', 'discarded'],
    )
      .option('--failed-since <time>', 'all that were parked from this moment on', momentOption)
      .option('--all-since <time>', 'all that were delivered or parked from this moment on', momentOption),
  )
    .addHelpText(
      'after',
      `
Without --state: parked ones; with --id or --sequence delivered and discarded ones too.
Examples:
  giro resend --id 6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11
  giro resend --webhook crm --failed-since 24h --dry-run
  giro resend --webhook crm --all-since 2026-11-24
  giro resend --webhook crm --sequence 100-250`,
    )
    .action((options: ResendOptions) => act('resend', options, resendFilter(options)));
};

export const describeDiscard: DescribeCommand = (program: Command) => {
  actionOptions(
    selectionOptions(
      program
        .command('discard')
        .description(
          'gives up events that are pending or parked: they are not sent (resend brings them back)',
        )
        .option(...CONFIG_OPTION),
      ['pending', 'parked'],
    ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  giro discard --webhook old-crm --dry-run\n  giro discard --webhook crm --state parked --until 30d',
    )
    .action((options: ActionOptions) => act('discard', options, filterOf(options)));
};

function actionOptions(command: Command): Command {
  return command
    .option('--dry-run', 'only says how many there are')
    .option('-y, --yes', 'does not ask')
    .option('--json', 'prints the outcome as JSON: {action, dryRun, total, webhooks}');
}

function resendFilter(options: ResendOptions): DeliveryFilter {
  const { failedSince, allSince, since, state, id, sequence } = options;
  if ([failedSince, allSince, since].filter((moment) => moment !== undefined).length > 1) {
    throw new GiroError('USAGE', 'give one of --since, --failed-since and --all-since');
  }
  const named = id !== undefined || sequence !== undefined;
  const usual: readonly DeliveryState[] =
    allSince !== undefined
      ? ['delivered', 'parked']
      : named && failedSince === undefined
        ? ['delivered', 'parked', 'discarded']
        : ['parked'];
  return {
    ...filterOf(options),
    sinceMs: failedSince ?? allSince ?? since,
    states: state === undefined ? usual : [state],
  };
}

const WORDS = {
  en: {
    resend: { would: 'would be sent again', asked: 'Send them again?', done: 'queued to be sent again' },
    discard: { would: 'would be discarded', asked: 'Discard them?', done: 'discarded' },
    events: 'events',
    nothing: 'nothing changed',
  },
  'pt-BR': {
    resend: { would: 'seriam reenviados', asked: 'Reenviar?', done: 'na fila para reenvio' },
    discard: { would: 'seriam descartados', asked: 'Descartar?', done: 'descartados' },
    events: 'eventos',
    nothing: 'nada mudou',
  },
} as const satisfies Record<Language, object>;

/** Counts, asks, does. */
async function act(
  command: 'resend' | 'discard',
  options: ActionOptions,
  filter: DeliveryFilter,
): Promise<void> {
  checkSelection(filter);
  const { configuration } = await openConfiguration(options.config);
  const { data, language } = configuration.agent;
  const words = WORDS[language];
  const print = (dryRun: boolean, result: ActionResult): void => {
    const verb = dryRun ? words[command].would : words[command].done;
    console.log(
      options.json
        ? JSON.stringify({ action: command, dryRun, ...result })
        : `${result.total} ${words.events} ${verb}${byWebhook(result)}`,
    );
  };

  const counted = await ask(data, { command, filter, dryRun: true });
  if (options.dryRun || counted.total === 0) return print(options.dryRun === true, counted);
  if (!options.yes) {
    console.error(`${counted.total} ${words.events} ${words[command].would}${byWebhook(counted)}`);
    if (isInteractive()) {
      if (!(await confirm(words[command].asked, language))) return console.error(words.nothing);
    } else if (counted.total > 1) {
      throw new GiroError('USAGE', 'this is no terminal where you can be asked: add --yes or --dry-run');
    }
  }
  print(
    false,
    await ask(data, { command, filter, dryRun: false }, { onProgress: progressBar(counted.total) }),
  );
}

/** A whole queue is not chosen by leaving everything out. */
function checkSelection({ firstSequence, webhook, id, states: _, ...rest }: DeliveryFilter): void {
  if (firstSequence !== undefined && webhook === undefined) {
    throw new GiroError('USAGE', '--sequence counts per webhook: add --webhook');
  }
  if ([webhook, id, ...Object.values(rest)].every((value) => value === undefined)) {
    throw new GiroError('USAGE', 'say which events: --id, --webhook, --turnstile, --since ...');
  }
}

function byWebhook({ webhooks }: ActionResult): string {
  const counts = Object.entries(webhooks).map(([webhook, count]) => `${webhook} ${count}`);
  return counts.length === 0 ? '' : ` (${counts.join(', ')})`;
}
