import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import { ask } from '../control/client.ts';
import type { ForgetResult } from '../control/protocol.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { confirm, isInteractive } from './terminal.ts';

interface Options {
  readonly config?: string;
  readonly person?: string;
  readonly credential?: string;
  readonly discardPending?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export const describeForget: DescribeCommand = (program: Command) => {
  program
    .command('forget')
    .description('removes what the journal holds of one person, through the running gateway')
    .option(...CONFIG_OPTION)
    .option('--person <number>', 'the person’s number, as the webhook gets it (idExterno)')
    .option('--credential <number>', 'a card or other credential, as the turnstile reads it')
    .option(
      '--discard-pending',
      'also events that are not delivered yet; without it they stay until they are',
    )
    .option('--dry-run', 'only says how much there is')
    .option('-y, --yes', 'does not ask')
    .option('--json', 'prints {dryRun, events, pending, traces, lines, delivered: {webhook: count}}')
    .addHelpText(
      'after',
      `
Ids of events stay, as hashes, so that a turnstile that sends its memory again
brings nobody back.
Examples:
  giro forget --person 1042 --dry-run
  giro forget --credential 13658925`,
    )
    .action(forget);
};

const WORDS = {
  en: {
    what: ({ events, traces, lines }: ForgetResult) =>
      `${events} events with bodies and answers, ${traces} traces, ${lines} unrecognised lines`,
    would: 'would be removed',
    done: 'removed',
    asked: 'Remove them for good?',
    nothing: 'nothing changed',
    pending: (count: number) =>
      `${count} events are not delivered yet and stay: give the command again once they are, or add --discard-pending.`,
    dropped: (count: number) => `${count} of the events were not delivered yet: nobody gets them any more.`,
    receivers: 'These receivers were given events of this person and must delete them themselves',
    copies:
      'Backups (journal.backupFolder), exports and replaced-... folders still hold them until they are removed.',
  },
  'pt-BR': {
    what: ({ events, traces, lines }: ForgetResult) =>
      `${events} eventos com corpos e respostas, ${traces} rastros, ${lines} linhas não reconhecidas`,
    would: 'seriam removidos',
    done: 'removidos',
    asked: 'Remover de vez?',
    nothing: 'nada mudou',
    pending: (count: number) =>
      `${count} eventos ainda não foram entregues e ficam: repita o comando quando forem, ou acrescente --discard-pending.`,
    dropped: (count: number) =>
      `${count} dos eventos ainda não tinham sido entregues: ninguém mais os recebe.`,
    receivers: 'Estes destinos receberam eventos desta pessoa e devem apagá-los eles mesmos',
    copies:
      'Backups (journal.backupFolder), exportações e pastas replaced-... ainda os contêm até serem removidos.',
  },
} as const satisfies Record<Language, object>;

async function forget(options: Options): Promise<void> {
  const { person, credential, discardPending: pendingToo = false, json } = options;
  if ((person === undefined) === (credential === undefined)) {
    throw new GiroError('USAGE', 'give one of --person and --credential');
  }
  const { configuration } = await openConfiguration(options.config);
  const { data, language } = configuration.agent;
  const words = WORDS[language];
  const request = {
    command: 'forget',
    ...(person === undefined ? { credential } : { person }),
    pendingToo,
  } as const;
  const counted = await ask(data, { ...request, dryRun: true });
  // Something of the person is left to be done.
  if (counted.pending > 0 && !pendingToo && !options.dryRun) process.exitCode = 1;
  const isNothing = counted.events + counted.traces + counted.lines === 0;
  if (options.dryRun || isNothing) return print(counted, true, pendingToo, language, json);
  if (!options.yes) {
    console.error(`${words.what(counted)}: ${words.would}`);
    if (!isInteractive()) {
      throw new GiroError('USAGE', 'this is no terminal where you can be asked: add --yes or --dry-run');
    }
    if (!(await confirm(words.asked, language))) return console.error(words.nothing);
  }
  print(await ask(data, { ...request, dryRun: false }), false, pendingToo, language, json);
}

function print(
  found: ForgetResult,
  dryRun: boolean,
  pendingToo: boolean,
  language: Language,
  json = false,
): void {
  const words = WORDS[language];
  if (json) {
    console.log(JSON.stringify({ dryRun, ...found }));
    return;
  }
  console.log(`${words.what(found)}: ${dryRun ? words.would : words.done}`);
  if (found.pending > 0) console.log((pendingToo ? words.dropped : words.pending)(found.pending));
  const receivers = Object.entries(found.delivered).map(([webhook, count]) => `${webhook} (${count})`);
  if (receivers.length > 0) console.log(`${words.receivers}: ${receivers.join(', ')}`);
  if (!dryRun) console.error(words.copies);
}
