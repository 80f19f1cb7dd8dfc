import { z } from 'zod';
import { placeText } from '../../config/check/mistakes.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Language } from '../../drivers/base/language.ts';
import { version } from '../base/version.ts';
import type { Refused } from '../control/reload.ts';
import type { Alarm } from '../events/alarm.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import { causeOfOutcome } from '../http/classes.ts';
import type { TurnstileStatus, WebhookStatus } from '../journal/queries.ts';
import type { AccessCount } from '../journal/statistics.ts';
import {
  noticesOf,
  overallVerdict,
  refusalVerdict,
  sentence,
  turnstileVerdict,
  type WebhookFacts,
  webhookVerdict,
} from './verdict.ts';

const verdict = {
  level: z
    .enum(['good', 'attention', 'problem', 'idle'])
    .describe('good: nothing to do; attention: it mends itself or can wait; problem: somebody must act'),
  text: z.string().describe('How it stands, a sentence'),
  cause: z.string().optional(),
  action: z.string().optional().describe('What a person does about it'),
};

const counts = z.object({
  accesses: z.int(),
  entries: z.int().describe('Granted, not given up, not towards the exit'),
  denied: z.int(),
});

const turnstileSchema = z.object({
  ...verdict,
  id: z.string(),
  name: z.string().describe('Its name, or its id'),
  unit: z.string(),
  device: z.string().describe('Driver, and model if the device told'),
  lastAccessAtMs: z.int().optional().describe('Unix ms'),
  today: counts,
});

const webhookSchema = z.object({
  ...verdict,
  id: z.string(),
  active: z.boolean().describe('ATIVA or INATIVA'),
  configured: z.boolean(),
  paused: z.boolean(),
  state: z.enum(['open', 'waiting', 'gone']),
  pending: z.int(),
  parked: z.int(),
  oldestPendingAtMs: z.int().optional().describe('Unix ms at which the oldest pending event was recorded'),
  nextTryAtMs: z.int().optional().describe('Unix ms'),
  last: z
    .object({ atMs: z.int(), status: z.int().optional(), ok: z.boolean(), text: z.string() })
    .optional()
    .describe('The last answer'),
});

const refusedSchema = z
  .object({
    ...verdict,
    atMs: z.int().describe('Unix ms'),
    mistakes: z
      .array(
        z.object({
          place: z.string().describe('file:line:column'),
          text: z.string(),
          help: z.string().optional(),
        }),
      )
      .describe('All of them, in the order of the file'),
  })
  .describe('The configuration file as it was saved last; the one of before stays in force');

export const overviewSchema = z
  .object({
    ...verdict,
    nowMs: z.int().describe('Unix ms'),
    version: z.string(),
    agent: z.string().describe('agent.name'),
    language: z.enum(['pt-BR', 'en']),
    timezone: z.string().describe('IANA zone of the first unit'),
    today: counts,
    lastAccessAtMs: z.int().optional().describe('Unix ms'),
    turnstiles: z.array(turnstileSchema),
    webhooks: z.array(webhookSchema),
    alarms: z
      .array(z.object({ sinceMs: z.int(), what: z.string(), remedy: z.string() }))
      .describe('What the turnstiles and webhooks do not say themselves'),
    refused: refusedSchema.optional().describe('Absent while the file and what is in force agree'),
  })
  .describe('How everything stands, in words.');
export type Overview = z.output<typeof overviewSchema>;

export interface OverviewParts {
  readonly configuration: Configuration;
  /** Why the file as it was saved last is not the one in force, if it is not. */
  readonly refused: Refused | undefined;
  readonly nowMs: number;
  readonly turnstiles: readonly TurnstileStanding[];
  /** The live state of active webhooks: it counts also while the journal cannot be written. */
  readonly endpoints: readonly EndpointState[];
  readonly stored: {
    readonly turnstiles: readonly TurnstileStatus[];
    readonly webhooks: readonly WebhookStatus[];
    readonly alarms: readonly Alarm[];
    /** Of today, by each turnstile's zone. */
    readonly counts: readonly AccessCount[];
  };
}

export function overview(parts: OverviewParts): Overview {
  const { configuration, refused, nowMs, stored } = parts;
  const { agent, units } = configuration;
  const { language } = agent;
  const webhooks = webhooksOf(parts);
  const facts = {
    turnstiles: parts.turnstiles,
    webhooks: webhooks.map(factsOf),
    alarms: stored.alarms,
    refused: refused?.mistakes,
  };
  const turnstiles = turnstilesOf(parts);
  const lastAccessAtMs = latest(turnstiles.map((turnstile) => turnstile.lastAccessAtMs));
  return {
    ...overallVerdict(facts, nowMs, language),
    nowMs,
    version,
    agent: agent.name,
    language,
    timezone: units[0]?.timezone ?? 'UTC',
    today: sum(stored.counts),
    ...(lastAccessAtMs !== undefined && { lastAccessAtMs }),
    turnstiles,
    webhooks: webhooks.map((webhook) => webhookView(webhook, nowMs, language)),
    alarms: noticesOf(stored.alarms).map(({ sinceMs, what, remedy }) => ({
      sinceMs,
      what: sentence(what[language]),
      remedy: sentence(remedy[language]),
    })),
    ...(refused !== undefined && { refused: refusedView(refused, language) }),
  };
}

function refusedView({ atMs, mistakes }: Refused, language: Language): Overview['refused'] {
  return {
    ...refusalVerdict(mistakes, language),
    atMs,
    mistakes: mistakes.map((mistake) => ({
      place: placeText(mistake),
      text: mistake.message[language],
      ...(mistake.help !== undefined && { help: mistake.help[language] }),
    })),
  };
}

function turnstilesOf({ configuration, nowMs, turnstiles, stored }: OverviewParts): Overview['turnstiles'] {
  return turnstiles.flatMap((facts) => {
    const configured = configuration.turnstiles.find(({ id }) => id === facts.turnstile);
    if (configured === undefined) return [];
    const { id, name, unit, driver } = configured;
    const lastAccessAtMs = stored.turnstiles.find(({ turnstile }) => turnstile === id)?.lastAccessAtMs;
    return {
      ...turnstileVerdict(facts, nowMs, configuration.agent.language),
      id,
      name: name ?? id,
      unit,
      device: [driver.name, facts.model].filter((part) => part !== undefined).join(' '),
      ...(lastAccessAtMs !== undefined && { lastAccessAtMs }),
      today: sum(stored.counts.filter(({ turnstile }) => turnstile === id)),
    };
  });
}

type WebhookNow = WebhookStatus & { readonly active: boolean; readonly configured: boolean };

/** The configured webhooks, and those that left the configuration with something still queued. */
function webhooksOf({ configuration, endpoints, stored }: OverviewParts): WebhookNow[] {
  const configured = configuration.webhooks.map(({ id, active }) => {
    const counted = stored.webhooks.find(({ webhook }) => webhook === id);
    const live = endpoints.find(({ webhook }) => webhook === id);
    // A success is not told to the endpoint's own state each time, so of two answers the later one counts.
    const last = later(counted?.last, live?.last);
    return {
      ...{ pending: 0, parked: 0, state: 'open' as const, step: 0, busyInARow: 0, parkedInARow: 0 },
      ...counted,
      ...live,
      webhook: id,
      ...(last !== undefined && { last }),
      active,
      configured: true,
    };
  });
  const left = stored.webhooks
    .filter(({ webhook, pending }) => pending > 0 && !configuration.webhooks.some(({ id }) => id === webhook))
    .map((status) => ({ ...status, active: false, configured: false }));
  return [...configured, ...left];
}

function factsOf(webhook: WebhookNow): WebhookFacts {
  const { active, configured, state, pending, parked, failingSinceMs, last } = webhook;
  return {
    webhook: webhook.webhook,
    isActive: active,
    isConfigured: configured,
    state,
    class: webhook.class,
    isPaused: webhook.pausedAtMs !== undefined,
    pending,
    parked,
    failingSinceMs,
    lastOutcome: last?.outcome,
  };
}

function webhookView(webhook: WebhookNow, nowMs: number, language: Language): Overview['webhooks'][number] {
  const { active, configured, pausedAtMs, state, pending, parked, oldestPendingAtMs, untilMs, last } =
    webhook;
  return {
    ...webhookVerdict(factsOf(webhook), nowMs, language),
    id: webhook.webhook,
    active,
    configured,
    paused: pausedAtMs !== undefined,
    state,
    pending,
    parked,
    ...(oldestPendingAtMs !== undefined && { oldestPendingAtMs }),
    ...(state === 'waiting' && pending > 0 && untilMs !== undefined && { nextTryAtMs: untilMs }),
    ...(last !== undefined && {
      last: {
        atMs: last.atMs,
        ...(last.status !== undefined && { status: last.status }),
        ok: last.outcome === 'ok',
        text: causeOfOutcome(last.outcome)[language],
      },
    }),
  };
}

function later(a: EndpointState['last'], b: EndpointState['last']): EndpointState['last'] {
  if (a === undefined || b === undefined) return a ?? b;
  return a.atMs > b.atMs ? a : b;
}

function latest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function sum(counted: readonly AccessCount[]): z.output<typeof counts> {
  return {
    accesses: counted.reduce((total, { accesses }) => total + accesses, 0),
    entries: counted.reduce((total, { entries }) => total + entries, 0),
    denied: counted.reduce((total, { denied }) => total + denied, 0),
  };
}
