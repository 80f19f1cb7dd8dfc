import { type Mistake, placeText } from '../../config/check/mistakes.ts';
import { ERRORS } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import type { Alarm } from '../events/alarm.ts';
import { isOnline, type TurnstileStanding } from '../events/turnstile-standing.ts';
import { causeOfOutcome } from '../http/classes.ts';
import { type PanelWords, WORDS } from './words.ts';

/** `good`: nothing to do; `attention`: it mends itself or can wait; `problem`: somebody must act; `idle`: switched off. */
export type Level = 'good' | 'attention' | 'problem' | 'idle';

/** How one thing stands, for somebody who has never seen it. */
export interface Verdict {
  readonly level: Level;
  /** One plain sentence, without a full stop. */
  readonly text: string;
  /** Why; absent where there is nothing to explain. */
  readonly cause?: string | undefined;
  /** What a person does about it. */
  readonly action?: string | undefined;
}

/** What is known of one webhook. */
export interface WebhookFacts {
  readonly webhook: string;
  /** False: INATIVA, or no longer configured. */
  readonly isActive: boolean;
  readonly isConfigured: boolean;
  readonly state: 'open' | 'waiting' | 'gone';
  readonly class?: 'A' | 'B' | 'C' | 'D' | 'E' | undefined;
  readonly isPaused: boolean;
  readonly pending: number;
  readonly parked: number;
  /** Unix ms of the first failure since the last success. */
  readonly failingSinceMs?: number | undefined;
  /** Of the last attempt; `ok` on success. */
  readonly lastOutcome?: string | undefined;
}

/** What the sentence of the whole page is made from. */
export interface Facts {
  readonly turnstiles: readonly TurnstileStanding[];
  readonly webhooks: readonly WebhookFacts[];
  readonly alarms: readonly Alarm[];
  /** Of the configuration file as it was saved last, at least one; absent unless it was refused. */
  readonly refused?: readonly Mistake[] | undefined;
}

/** A link that fails for less is a blip, and a turnstile that was just started is connecting. */
const BLIP_MS = 10_000;
const CONNECTING_MS = 60_000;
const LONG_OUTAGE_MS = 24 * 3_600_000;
/** Outcomes that mean that this machine reaches nothing, rather than that one receiver is down. */
const NO_INTERNET: ReadonlySet<string> = new Set([
  'dns',
  'unreachable',
  'connect_timeout',
  'proxy_unreachable',
]);
/** Alarms that say of turnstiles and webhooks what the page says of them anyway. */
const SAID_ELSEWHERE = /^(catraca_desconectada|webhook_(falhando|queda_longa|encerrado|separados))$/;
/** Alarms of the machine that put accesses at risk. */
const GRAVE = /^(diario_recusado|diario_danificado|disco_cheio)$/;

export function turnstileVerdict(facts: TurnstileStanding, nowMs: number, language: Language): Verdict {
  const words = WORDS[language];
  if (isOnline(facts)) return { level: 'good', text: words.online };
  const outMs = nowMs - (facts.outageSinceMs ?? nowMs);
  const kind = Object.entries(ERRORS).find(([code]) => code === facts.problem)?.[1];
  if (outMs < CONNECTING_MS && kind === undefined) return { level: 'attention', text: words.connecting };
  return {
    level: 'problem',
    text: words.offline(words.span(outMs)),
    cause: sentence(kind?.summary[language] ?? words.offlineCause),
    action: sentence((kind ?? ERRORS.LINK_FAILED).remedy[language]),
  };
}

export function webhookVerdict(facts: WebhookFacts, nowMs: number, language: Language): Verdict {
  const words = WORDS[language];
  if (!facts.isConfigured) return { level: 'attention', text: words.left, action: words.leftAction };
  if (!facts.isActive) return { level: 'idle', text: words.inactive };
  if (facts.state === 'gone') {
    return { level: 'problem', text: words.gone, cause: words.goneCause, action: words.goneAction };
  }
  if (facts.isPaused) return { level: 'attention', text: words.paused, action: words.pausedAction };
  if (isFailing(facts, nowMs)) return failing(facts, nowMs, language);
  if (facts.parked > 0) {
    return {
      level: 'attention',
      text: words.parked(facts.parked),
      cause: words.parkedCause,
      action: words.parkedAction,
    };
  }
  return { level: 'good', text: facts.pending > 0 ? words.sending(facts.pending) : words.delivering };
}

/** A file that was saved and refused: the gym goes on as before, so it can wait. */
export function refusalVerdict(mistakes: readonly Mistake[], language: Language): Verdict {
  const words = WORDS[language];
  const [first] = mistakes;
  const more = mistakes.length > 1 ? ` ${words.otherMistakes(mistakes.length - 1)}` : '';
  const help = first?.help?.[language];
  return {
    level: 'attention',
    text: words.refused,
    ...(first !== undefined && { cause: `${placeText(first)}: ${first.message[language]}${more}` }),
    action: help === undefined ? words.refusedAction : `${sentence(help)}. ${words.refusedAction}`,
  };
}

/** The sentence of the whole page: the worst that is so, or that all is well. */
export function overallVerdict(facts: Facts, nowMs: number, language: Language): Verdict {
  const words = WORDS[language];
  const grave = facts.alarms.find(({ code }) => GRAVE.test(code));
  if (grave !== undefined) return ofAlarm(grave, 'problem', language);
  const found = [
    ...(facts.refused === undefined ? [] : [refusalVerdict(facts.refused, language)]),
    ...facts.turnstiles.map((each) => ofTurnstile(each, nowMs, language)),
    ...ofWebhooks(facts.webhooks, nowMs, language),
    ...noticesOf(facts.alarms).map((alarm) => ofAlarm(alarm, 'attention', language)),
  ];
  const wrong = [
    ...found.filter(({ level }) => level === 'problem'),
    ...found.filter(({ level }) => level === 'attention'),
  ];
  const [worst, ...others] = wrong;
  if (worst === undefined) return { level: 'good', text: allWell(facts, words) };
  return others.length === 0 ? worst : { ...worst, text: `${worst.text} ${words.others(others.length)}` };
}

/** Something waits for it, and it has been failing for longer than a blip. */
function isFailing({ failingSinceMs, pending }: WebhookFacts, nowMs: number): boolean {
  return failingSinceMs !== undefined && pending > 0 && nowMs - failingSinceMs >= BLIP_MS;
}

function hasNoInternet({ lastOutcome = '' }: WebhookFacts): boolean {
  return NO_INTERNET.has(lastOutcome);
}

function failing(facts: WebhookFacts, nowMs: number, language: Language): Verdict {
  const words = WORDS[language];
  const { failingSinceMs = nowMs, lastOutcome, pending } = facts;
  const spanMs = nowMs - failingSinceMs;
  const needsSomebody = facts.class === 'C' || spanMs >= LONG_OUTAGE_MS;
  return {
    level: needsSomebody ? 'problem' : 'attention',
    text: words.failing(words.span(spanMs), pending),
    cause: lastOutcome === undefined ? undefined : sentence(causeOfOutcome(lastOutcome)[language]),
    action: hasNoInternet(facts)
      ? words.noInternetAction
      : needsSomebody
        ? words.callReceiver
        : words.waitForReceiver,
  };
}

function ofTurnstile(facts: TurnstileStanding, nowMs: number, language: Language): Verdict {
  const words = WORDS[language];
  const verdict = turnstileVerdict(facts, nowMs, language);
  if (verdict.level === 'good') return verdict;
  return { ...verdict, text: words.ofTurnstile(facts.name ?? facts.turnstile, verdict.text) };
}

/** Where nothing gets out, that is said once for all of them. */
function ofWebhooks(webhooks: readonly WebhookFacts[], nowMs: number, language: Language): Verdict[] {
  const words = WORDS[language];
  const offline = webhooks.filter(
    (facts) => facts.isActive && !facts.isPaused && isFailing(facts, nowMs) && hasNoInternet(facts),
  );
  const others = webhooks
    .filter((facts) => !offline.includes(facts))
    .map((facts) => {
      const verdict = webhookVerdict(facts, nowMs, language);
      return { ...verdict, text: words.ofWebhook(facts.webhook, verdict.text) };
    });
  const [first] = offline;
  if (first === undefined) return others;
  const sinceMs = Math.min(...offline.map(({ failingSinceMs = nowMs }) => failingSinceMs));
  const kept = Math.max(...offline.map(({ pending }) => pending));
  const { level, cause, action } = failing({ ...first, failingSinceMs: sinceMs }, nowMs, language);
  return [{ level, text: words.noInternet(words.span(nowMs - sinceMs), kept), cause, action }, ...others];
}

function ofAlarm({ what, remedy }: Alarm, level: Level, language: Language): Verdict {
  return { level, text: sentence(what[language]), action: sentence(remedy[language]) };
}

function allWell({ turnstiles, webhooks }: Facts, words: PanelWords): string {
  if (turnstiles.length === 0) return words.noTurnstiles;
  const pending = webhooks.reduce((sum, webhook) => sum + webhook.pending, 0);
  const isSent = webhooks.some(({ isActive }) => isActive);
  return words.allWell(turnstiles.length, isSent ? words.queue(pending) : words.noWebhooks);
}

/** The alarms that the turnstiles and webhooks of the page do not say themselves. */
export function noticesOf(alarms: readonly Alarm[]): readonly Alarm[] {
  return alarms.filter(({ code }) => !SAID_ELSEWHERE.test(code));
}

/** What the catalogue says in the middle of a line begins one here. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
