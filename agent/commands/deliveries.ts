import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import { causeOfOutcome } from '../http/classes.ts';
import type { JournalReader } from '../journal/queries.ts';
import type { DeliveryRecord, DeliveryState } from '../journal/selection.ts';
import { attemptJson, attemptText } from './attempt-text.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { filterOf, type SelectionOptions, selectionOptions } from './delivery-options.ts';
import { integerOption } from './options.ts';
import { momentText, tableText } from './texts.ts';

interface DeliveriesOptions extends SelectionOptions {
  readonly config?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export const describeDeliveries: DescribeCommand = (program: Command) => {
  selectionOptions(
    program
      .command('deliveries')
      .description('where each event stands at each webhook; --id shows every attempt, with its cause')
      .option(...CONFIG_OPTION),
    ['pending', 'delivered', 'parked', 'discarded'],
  )
    .option('--limit <count>', 'the latest so many', integerOption(1, 100_000), 50)
    .option('--json', 'prints one JSON object a line; with --id also its attempts')
    .addHelpText(
      'after',
      '\nExamples:\n  giro deliveries --webhook crm --since 24h\n  giro deliveries --id 6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11',
    )
    .action((options: DeliveriesOptions) => list(options));
};

export const describeParked: DescribeCommand = (program: Command) => {
  selectionOptions(
    program
      .command('parked')
      .description('the events that a webhook refused and that were set aside, with its last answer')
      .option(...CONFIG_OPTION),
    [],
  )
    .option('--limit <count>', 'the latest so many', integerOption(1, 100_000), 50)
    .option('--json', 'prints one JSON object a line; with --id also its attempts')
    .addHelpText(
      'after',
      '\nExample:\n  giro parked --since 7d\nSend them again with giro resend --failed-since 7d.',
    )
    .action((options: DeliveriesOptions) => list({ ...options, state: 'parked' }));
};

async function list(options: DeliveriesOptions): Promise<void> {
  const { configuration } = await openConfiguration(options.config);
  const { openReader } = await import('../journal/queries.ts');
  const reader = openReader(configuration.agent.data);
  try {
    const found = reader.deliveries(filterOf(options), options.limit);
    const withAttempts = options.id !== undefined;
    if (options.json) {
      for (const delivery of found) console.log(JSON.stringify(jsonOf(delivery, reader, withAttempts)));
    } else if (found.length === 0) {
      console.error({ en: 'none', 'pt-BR': 'nenhum' }[configuration.agent.language]);
    } else if (withAttempts) {
      console.log(found.map((delivery) => storyText(delivery, reader, configuration)).join('\n\n'));
    } else {
      console.log(tableText(found.map((delivery) => row(delivery, configuration))));
    }
  } finally {
    reader.close();
  }
}

function jsonOf(delivery: DeliveryRecord, reader: JournalReader, withAttempts: boolean): object {
  if (!withAttempts) return delivery;
  const attempts = reader.attempts(delivery.webhook, delivery.sequence);
  return { ...delivery, attempts: attempts.map(attemptJson) };
}

const STATES: Readonly<Record<DeliveryState, Text>> = {
  pending: { en: 'pending', 'pt-BR': 'na fila' },
  delivered: { en: 'delivered', 'pt-BR': 'entregue' },
  parked: { en: 'parked', 'pt-BR': 'separado' },
  discarded: { en: 'discarded', 'pt-BR': 'descartado' },
};

function row(delivery: DeliveryRecord, { agent, units }: Configuration): string[] {
  const { webhook, sequence, state, status, outcome, turnstile, id } = delivery;
  return [
    stateAt(delivery, agent.language, units),
    `${webhook} #${sequence}`,
    STATES[state][agent.language],
    turnstile,
    id,
    status === undefined ? (outcome ?? '') : String(status),
    state === 'parked' && outcome !== undefined ? causeOfOutcome(outcome)[agent.language] : '',
  ];
}

function storyText(delivery: DeliveryRecord, reader: JournalReader, { agent, units }: Configuration): string {
  const { language } = agent;
  const { webhook, sequence, state, name, turnstile } = delivery;
  const head = `${webhook} #${sequence}  ${STATES[state][language]}  ${stateAt(delivery, language, units)}  ${name}  ${turnstile}`;
  const timezone = zoneOf(delivery, units);
  const attempts = reader.attempts(webhook, sequence);
  const lines = attempts.map((attempt) => `  ${attemptText(attempt, Date.now(), timezone, language)}`);
  return [head, ...(lines.length > 0 ? lines : [`  ${NO_ATTEMPT[language]}`])].join('\n');
}

const NO_ATTEMPT: Text = { en: 'no attempt yet', 'pt-BR': 'nenhuma tentativa ainda' };

function stateAt(delivery: DeliveryRecord, language: Language, units: Configuration['units']): string {
  const atMs = delivery.atMs ?? delivery.recordedAtMs;
  return momentText(atMs, Date.now(), zoneOf(delivery, units), language);
}

function zoneOf({ unit }: DeliveryRecord, units: Configuration['units']): string {
  return units.find(({ id }) => id === unit)?.timezone ?? 'UTC';
}
