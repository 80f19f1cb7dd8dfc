import type { Language, Text } from '../../drivers/base/language.ts';
import type { AttemptRecord, NextTry } from '../events/attempt.ts';
import { causeOfOutcome } from '../http/classes.ts';
import { momentText } from './texts.ts';

const NEXT: Readonly<Record<NextTry['why'], Text>> = {
  instant: { en: 'tried again at once', 'pt-BR': 'nova tentativa imediata' },
  lane: { en: 'next try of this queue', 'pt-BR': 'próxima tentativa desta fila' },
  message: { en: 'next try of this event', 'pt-BR': 'próxima tentativa deste evento' },
  endpoint: { en: 'next try of this webhook', 'pt-BR': 'próxima tentativa deste webhook' },
  retryAfter: { en: 'the receiver asked to wait', 'pt-BR': 'o destino pediu para esperar' },
  paused: { en: 'paused by an operator', 'pt-BR': 'pausado por um operador' },
  gone: {
    en: 'no next try until an operator resumes',
    'pt-BR': 'sem nova tentativa até um operador retomar',
  },
  parked: { en: 'set aside (parked); the next one goes on', 'pt-BR': 'separado; o próximo segue' },
};

const WORDS = {
  en: {
    noAnswer: 'no answer',
    until: 'until',
    bytes: 'bytes',
    reused: 'connection reused',
    firstByte: 'first byte',
    total: 'total',
    skew: "receiver's clock minus ours",
    location: 'points to',
  },
  'pt-BR': {
    noAnswer: 'sem resposta',
    until: 'até',
    bytes: 'bytes',
    reused: 'conexão reaproveitada',
    firstByte: 'primeiro byte',
    total: 'total',
    skew: 'relógio do destino menos o nosso',
    location: 'aponta para',
  },
} as const satisfies Record<Language, Record<string, string>>;

/** One attempt, for a person: when and what came; why; what follows. */
export function attemptText(
  attempt: AttemptRecord,
  nowMs: number,
  timezone: string,
  language: Language,
): string {
  const words = WORDS[language];
  const at = (atMs: number): string => momentText(atMs, nowMs, timezone, language);
  const { status, outcome, next, location } = attempt;
  const came = status === undefined ? `${words.noAnswer} (${outcome})` : `HTTP ${status}`;
  const what = `${at(attempt.atMs)}  ${came}: ${causeOfOutcome(outcome, location)[language]}`;
  const follows =
    next === undefined
      ? []
      : [`${NEXT[next.why][language]}${next.atMs === undefined ? '' : ` (${words.until} ${at(next.atMs)})`}`];
  return [what, timesText(attempt, language), ...answerLines(attempt, language), ...follows].join('\n    ');
}

function timesText({ timings, remoteAddress, tls }: AttemptRecord, language: Language): string {
  const words = WORDS[language];
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = timings;
  const steps: readonly (readonly [string, number | null])[] = [
    ['DNS', dnsMs],
    ['TCP', connectMs],
    ['TLS', tlsMs],
    [words.firstByte, firstByteMs],
    [words.total, totalMs],
  ];
  const known = steps.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${ms} ms`]));
  const reused = firstByteMs !== null && connectMs === null ? [words.reused] : [];
  const peer = [
    ...(remoteAddress === undefined ? [] : [remoteAddress]),
    ...(tls === undefined ? [] : [`${tls.protocol} ${tls.cipher}`]),
  ];
  return [...known, ...reused, ...peer].join(', ');
}

/** The beginning of an answer fits a line; all of it is in `--json`. */
const SHOWN_CHARACTERS = 200;

function answerLines({ answer, contentType, clockSkewMs }: AttemptRecord, language: Language): string[] {
  const words = WORDS[language];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a receiver's answer must not move the cursor
  const shown = answerText(answer ?? new Uint8Array()).replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
  return [
    ...(answer === undefined
      ? []
      : [`${contentType ?? '-'}, ${answer.length} ${words.bytes}: ${shown.slice(0, SHOWN_CHARACTERS)}`]),
    ...(clockSkewMs === undefined ? [] : [`${words.skew}: ${Math.round(clockSkewMs / 1000)} s`]),
  ];
}

/** What `--json` prints of an attempt: the answer as text. */
export function attemptJson({ answer, ...attempt }: AttemptRecord): object {
  return answer === undefined ? attempt : { ...attempt, answer: answerText(answer) };
}

function answerText(answer: Uint8Array): string {
  return Buffer.from(answer).toString('utf8');
}
