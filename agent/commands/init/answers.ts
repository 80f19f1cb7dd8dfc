import { hostname } from 'node:os';
import { ConfigurationError, type Problem } from '../../../config/check/mistakes.ts';
import type { Configuration } from '../../../config/configuration.ts';
import { readConfiguration } from '../../../config/read.ts';
import type { Language } from '../../../drivers/base/language.ts';
import { formatAddress } from '../../../drivers/links/address.ts';
import { drivers } from '../../../drivers/registry.ts';
import { type Answers, composeConfiguration } from './compose.ts';

/** Valid, so that a checked file could hold nothing but the answer in question; never used as one. */
const PLACEHOLDER_SECRET = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const PATTERN = '^(?<time>[^;]+);(?<person>\\d+);(?<direction>\\w+);(?<result>\\w+)$';

/** What is offered where nobody has said anything yet. */
export function usualAnswers(language: Language): Answers {
  return {
    language,
    name: nameOf(hostname()),
    unit: 'centro',
    unitName: 'Unidade Centro',
    company: 1,
    timezone: localTimezone(),
    turnstile: 'catraca-1',
    driver: 'henry',
    connect: 'tcp://192.168.0.200:3000',
    pattern: PATTERN,
    webhook: 'crm',
    url: '',
    allow: [],
  };
}

/** The answers that an existing file gives: its first unit, turnstile and webhook. */
export function answersOf({ agent, units, turnstiles, webhooks }: Configuration): Partial<Answers> {
  const [unit] = units;
  const [turnstile] = turnstiles;
  const [webhook] = webhooks;
  const pattern = (turnstile?.options as { pattern?: unknown } | undefined)?.pattern;
  return {
    language: agent.language,
    name: agent.name,
    ...(unit && {
      unit: unit.id,
      unitName: unit.name ?? unit.id,
      company: unit.company,
      timezone: unit.timezone,
    }),
    ...(turnstile && {
      turnstile: turnstile.id,
      driver: turnstile.driver.name,
      connect: formatAddress(turnstile.address),
    }),
    ...(typeof pattern === 'string' && { pattern }),
    ...(webhook && { webhook: webhook.id, url: webhook.url.href, allow: webhook.allow }),
  };
}

/** What the real loader finds wrong with answers; undefined when a file of them would be taken. */
export function problemWith(answers: Answers, path: string): Problem | undefined {
  const yaml = composeConfiguration(answers, PLACEHOLDER_SECRET);
  try {
    readConfiguration(Buffer.from(yaml), path, { env: process.env, drivers });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes[0];
    throw error;
  }
}

function nameOf(host: string): string {
  return host.slice(0, 64) || 'recepcao';
}

/** The machine's own zone where it is a Brazilian one; a server in UTC says nothing about a gym. */
function localTimezone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone.startsWith('America/') ? timeZone : 'America/Sao_Paulo';
}
