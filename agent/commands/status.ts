import type { Command } from 'commander';
import { formatMistakes } from '../../config/check/mistakes.ts';
import type { Language } from '../../drivers/base/language.ts';
import { spanText } from '../base/span-text.ts';
import type { Alarm } from '../events/alarm.ts';
import type { RelayState } from '../events/relay-state.ts';
import type { TurnstileStatus, WebhookStatus } from '../journal/queries.ts';
import { alarmLines } from './alarm-lines.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION } from './configuration.ts';
import { type Known, knownConfiguration } from './in-force.ts';
import { momentText, tableText } from './texts.ts';

export const describeStatus: DescribeCommand = (program: Command) => {
  program
    .command('status')
    .description(
      'what is wrong and what to do about it, each turnstile (online since, last access) and each webhook (state, queue, oldest, last answer)',
    )
    .option(...CONFIG_OPTION)
    .option('--json', 'prints the same as JSON')
    .addHelpText('after', '\nExample:\n  giro status --json')
    .action(status);
};

/** What `status --json` prints; times are Unix ms. */
interface Status {
  readonly running: boolean;
  /** Which is in force, and the mistakes of a file that was saved and refused; absent while no gateway answers. */
  readonly configuration?: Known['state'];
  /** What is wrong, the oldest first; texts by language. */
  readonly alarms: readonly Alarm[];
  readonly turnstiles: readonly (TurnstileStatus & { readonly name?: string })[];
  readonly webhooks: readonly (WebhookStatus & { readonly active: boolean; readonly configured: boolean })[];
  /** The configured sources of cloud events. */
  readonly relays: readonly RelayState[];
  /** Lines that no pattern matched, per turnstile; posts that fit no unit, per relay (`ID/*`). */
  readonly unrecognised: readonly {
    readonly turnstile: string;
    readonly count: number;
    readonly lastAtMs: number;
  }[];
}

async function status(options: { config?: string; json?: boolean }): Promise<void> {
  const known = await knownConfiguration(options.config);
  const [{ openReader }, { isOwned }, { alarmsNow }] = await Promise.all([
    import('../journal/queries.ts'),
    import('../journal/lock.ts'),
    import('../upkeep/alarms/refusal-note.ts'),
  ]);
  const { data } = known.agent;
  const reader = openReader(data);
  try {
    const running = isOwned(data);
    const found: Status = {
      running,
      ...(running && known.state !== undefined && { configuration: known.state }),
      alarms: running ? alarmsNow(reader.alarms(), data) : reader.alarms(),
      turnstiles: turnstiles(known, reader.turnstiles()),
      webhooks: webhooks(known, reader.webhooks()),
      relays: relays(known, reader.relays()),
      unrecognised: reader.unrecognised(),
    };
    console.log(options.json ? JSON.stringify(found) : statusText(found, known, Date.now()));
  } finally {
    reader.close();
  }
}

function turnstiles({ turnstiles }: Known, stored: readonly TurnstileStatus[]): Status['turnstiles'] {
  return turnstiles.map(({ id, name }) => ({
    ...(stored.find(({ turnstile }) => turnstile === id) ?? { turnstile: id, state: 'offline', sinceMs: 0 }),
    ...(name === undefined ? {} : { name }),
  }));
}

function relays({ relay }: Known, stored: readonly RelayState[]): Status['relays'] {
  return relay.map(
    ({ id }) => stored.find((state) => state.relay === id) ?? { relay: id, state: 'offline', sinceMs: 0 },
  );
}

/** The configured webhooks, and those that left the configuration with something still queued. */
function webhooks({ webhooks }: Known, stored: readonly WebhookStatus[]): Status['webhooks'] {
  const configured = webhooks.map(({ id, active }) => ({
    ...(stored.find(({ webhook }) => webhook === id) ?? fresh(id)),
    active,
    configured: true,
  }));
  const left = stored
    .filter(({ webhook, pending }) => pending > 0 && !webhooks.some(({ id }) => id === webhook))
    .map((status) => ({ ...status, active: false, configured: false }));
  return [...configured, ...left];
}

function fresh(webhook: string): WebhookStatus {
  return { webhook, state: 'open', step: 0, busyInARow: 0, parkedInARow: 0, pending: 0, parked: 0 };
}

/** Clocks that are further apart are named (webhooks.md 1, clock). */
const CLOCK_WARN_MS = 120_000;

const WORDS = {
  en: {
    running: 'Gateway: running',
    stopped: 'Gateway: not running (what follows is how it was when it stopped)',
    refused: 'The configuration file was saved and REFUSED; the one in force is that of',
    turnstile: 'TURNSTILE',
    webhook: 'WEBHOOK',
    relay: 'CLOUD EVENTS',
    state: 'STATE',
    since: 'SINCE',
    lastAccess: 'LAST ACCESS',
    queue: 'QUEUE',
    oldest: 'OLDEST',
    parked: 'PARKED',
    lastAnswer: 'LAST ANSWER',
    online: 'online',
    offline: 'offline',
    never: '-',
    open: 'ATIVA',
    waiting: 'ATIVA, failing',
    gone: 'ATIVA, gone (410)',
    paused: 'ATIVA, paused',
    inactive: 'INATIVA',
    left: 'not in the configuration',
    unrecognised: 'lines that no pattern matched',
    ahead: 'the receiver’s clock is ahead of this machine’s by',
    behind: 'the receiver’s clock is behind this machine’s by',
  },
  'pt-BR': {
    running: 'Gateway: em execução',
    stopped: 'Gateway: parado (abaixo, como estava quando parou)',
    refused: 'O arquivo de configuração foi salvo e RECUSADO; vale o de',
    turnstile: 'CATRACA',
    webhook: 'WEBHOOK',
    relay: 'EVENTOS DA NUVEM',
    state: 'SITUAÇÃO',
    since: 'DESDE',
    lastAccess: 'ÚLTIMO ACESSO',
    queue: 'FILA',
    oldest: 'MAIS ANTIGO',
    parked: 'SEPARADOS',
    lastAnswer: 'ÚLTIMA RESPOSTA',
    online: 'ligada',
    offline: 'desligada',
    never: '-',
    open: 'ATIVA',
    waiting: 'ATIVA, falhando',
    gone: 'ATIVA, encerrada (410)',
    paused: 'ATIVA, pausada',
    inactive: 'INATIVA',
    left: 'fora da configuração',
    unrecognised: 'linhas que nenhum padrão reconheceu',
    ahead: 'o relógio do destino está adiantado em relação ao desta máquina em',
    behind: 'o relógio do destino está atrasado em relação ao desta máquina em',
  },
} as const satisfies Record<Language, Record<string, string>>;

function statusText(found: Status, { agent, units }: Known, nowMs: number): string {
  const { language } = agent;
  const words = WORDS[language];
  const timezone = units[0]?.timezone ?? 'UTC';
  const at = (atMs: number | undefined): string =>
    atMs === undefined || atMs === 0 ? words.never : momentText(atMs, nowMs, timezone, language);

  const turnstileRows = found.turnstiles.map((turnstile) => [
    turnstile.turnstile,
    found.running ? words[turnstile.state] : words.offline,
    at(turnstile.sinceMs),
    at(turnstile.lastAccessAtMs),
    turnstile.problem?.detail ?? '',
  ]);
  const relayRows = found.relays.map(({ relay, state, sinceMs, problem }) => [
    relay,
    found.running ? words[state] : words.offline,
    at(sinceMs),
    problem?.detail ?? '',
  ]);
  const webhookRows = found.webhooks.map((webhook) => [
    webhook.webhook,
    webhookState(webhook, words),
    String(webhook.pending),
    webhook.oldestPendingAtMs === undefined
      ? words.never
      : spanText(nowMs - webhook.oldestPendingAtMs, language),
    String(webhook.parked),
    webhook.last === undefined
      ? words.never
      : `${webhook.last.status ?? webhook.last.outcome} ${at(webhook.last.atMs)}`,
  ]);
  const clocks = found.webhooks.flatMap(({ webhook, clockSkewMs = 0 }) =>
    Math.abs(clockSkewMs) > CLOCK_WARN_MS
      ? [
          `${webhook}: ${clockSkewMs > 0 ? words.ahead : words.behind} ${spanText(Math.abs(clockSkewMs), language)}`,
        ]
      : [],
  );
  const unrecognised = found.unrecognised.map(
    ({ turnstile, count, lastAtMs }) => `${turnstile}: ${count} ${words.unrecognised} (${at(lastAtMs)})`,
  );
  return [
    found.running ? words.running : words.stopped,
    ...refusalLines(found.configuration, words.refused, language, at),
    '',
    ...alarmLines(found.alarms, language, at),
    '',
    tableText([[words.turnstile, words.state, words.since, words.lastAccess], ...turnstileRows]),
    '',
    tableText([
      [words.webhook, words.state, words.queue, words.oldest, words.parked, words.lastAnswer],
      ...webhookRows,
    ]),
    ...(relayRows.length > 0 ? ['', tableText([[words.relay, words.state, words.since], ...relayRows])] : []),
    ...(clocks.length > 0 ? ['', ...clocks] : []),
    ...(unrecognised.length > 0 ? ['', ...unrecognised] : []),
  ].join('\n');
}

function webhookState(
  { active, configured, state, pausedAtMs }: Status['webhooks'][number],
  words: (typeof WORDS)[Language],
): string {
  if (!configured) return words.left;
  if (!active) return words.inactive;
  return pausedAtMs === undefined ? words[state] : words.paused;
}

/** As many as a person corrects at a time. */
const SHOWN_MISTAKES = 5;

function refusalLines(
  state: Status['configuration'],
  sentence: string,
  language: Language,
  at: (atMs: number) => string,
): string[] {
  if (state?.refused === undefined) return [];
  const { mistakes } = state.refused;
  const shown = formatMistakes(mistakes.slice(0, SHOWN_MISTAKES), language).replaceAll(/^/gm, '  ');
  const more = mistakes.length - SHOWN_MISTAKES;
  return ['', `${sentence} ${at(state.inForceSinceMs)}`, shown, ...(more > 0 ? [`  + ${more}`] : [])];
}
