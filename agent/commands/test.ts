import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Text } from '../../drivers/base/language.ts';
import { ask } from '../control/client.ts';
import type { AttemptRecord } from '../events/attempt.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import { causeOfOutcome } from '../http/classes.ts';
import type { JournalReader } from '../journal/queries.ts';
import { attemptJson, attemptText } from './attempt-text.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { integerOption } from './options.ts';
import { DRY_RUN_OPTION, sayWaiting } from './waiting.ts';

/** The journal is looked at this often: marks reach it within some 20 ms. */
const LOOK_MS = 50;
const USUAL_TIMEOUT_S = 30;

interface TestOptions {
  readonly config?: string;
  readonly timeout?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const describeTest: DescribeCommand = (program: Command) => {
  program
    .command('test <webhook>')
    .description(
      'sends a signed testeWebhook through the real queue and says what came of it (exit code 1: no 2xx)',
    )
    .option(...CONFIG_OPTION)
    .option('--timeout <s>', 'gives up after so many seconds', integerOption(1, 600), USUAL_TIMEOUT_S)
    .option(...DRY_RUN_OPTION)
    .option('--json', 'prints {action, dryRun, webhook, pending, id?, sequence?, delivered?, attempt?}')
    .addHelpText('after', '\nExample:\n  giro test crm')
    .action(testWebhook);
};

/** Sends one test event and says what came of it. */
export async function testWebhook(
  webhook: string,
  { config, timeout = USUAL_TIMEOUT_S, dryRun = false, json }: TestOptions,
): Promise<void> {
  const { configuration } = await openConfiguration(config);
  const { agent, units } = configuration;
  const { language, data } = agent;
  const { pending } = await ask(data, { command: 'test', webhook, dryRun: true });
  if (!json) sayWaiting(webhook, pending, language);
  const shown = { action: 'test', dryRun, webhook, pending };
  if (dryRun) {
    console.log(json ? JSON.stringify(shown) : WOULD[language]);
    return;
  }
  const startedAtMs = Date.now();
  const { queued } = await ask(data, { command: 'test', webhook, dryRun });
  if (queued === undefined) throw new TypeError('the gateway queued no test');
  const { id, sequence } = queued;
  const { openReader } = await import('../journal/queries.ts');
  const reader = openReader(data);
  try {
    const hasFailed = (): boolean => {
      const { state, last } = standing(reader, webhook) ?? {};
      return state !== 'open' && (last?.atMs ?? 0) >= startedAtMs;
    };
    const attempt = await firstAttempt(reader, { webhook, sequence }, timeout * 1000, hasFailed);
    const delivered = attempt?.class === 'ok';
    if (!delivered) {
      process.exitCode = 1;
      // What did not arrive was a test: it must not come hours later.
      await ask(data, { command: 'discard', filter: { id, webhook }, dryRun: false });
    }
    if (json) {
      const came = attempt === undefined ? {} : { attempt: attemptJson(attempt) };
      console.log(JSON.stringify({ ...shown, id, sequence, delivered, ...came }));
    } else if (attempt !== undefined) {
      console.log(attemptText(attempt, Date.now(), units[0]?.timezone ?? 'UTC', language));
    } else {
      const outcome = standing(reader, webhook)?.last?.outcome;
      const cause = outcome === undefined ? '-' : causeOfOutcome(outcome)[language];
      console.error(`${NOT_SENT[language]}: ${cause}`);
    }
  } finally {
    reader.close();
  }
}

/**
 * The attempt that decides: not the one that was followed by another at once. None when time is up, or when another
 * event was sent first, to try the webhook, and failed.
 */
async function firstAttempt(
  reader: JournalReader,
  { webhook, sequence }: Pick<AttemptRecord, 'webhook' | 'sequence'>,
  timeoutMs: number,
  hasFailed: () => boolean,
): Promise<AttemptRecord | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const isOver = hasFailed() || performance.now() > deadline; // before the look: what it saw must not be missed
    const found = reader.attempts(webhook, sequence).find(({ next }) => next?.why !== 'instant');
    if (found !== undefined || isOver) return found;
    await setTimeout(LOOK_MS);
  }
}

function standing(reader: JournalReader, webhook: string): EndpointState | undefined {
  return reader.webhooks().find((status) => status.webhook === webhook);
}

const WOULD: Text = {
  en: 'a signed testeWebhook would be sent',
  'pt-BR': 'um testeWebhook assinado seria enviado',
};

const NOT_SENT: Text = {
  en: 'the test was not sent; the last answer of the webhook',
  'pt-BR': 'o teste não foi enviado; a última resposta do webhook',
};
