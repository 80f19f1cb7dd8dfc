import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TurnstileStanding } from '../../../agent/events/turnstile-standing.ts';
import {
  type Facts,
  overallVerdict,
  refusalVerdict,
  turnstileVerdict,
  type Verdict,
  type WebhookFacts,
  webhookVerdict,
} from '../../../agent/panel/verdict.ts';
import { WORDS } from '../../../agent/panel/words.ts';
import type { Mistake } from '../../../config/check/mistakes.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const turnstile = (rest: Partial<TurnstileStanding> = {}): TurnstileStanding => ({
  turnstile: 'catraca-1',
  name: 'Entrada principal',
  ...rest,
});
const webhook = (rest: Partial<WebhookFacts> = {}): WebhookFacts => ({
  webhook: 'crm',
  isActive: true,
  isConfigured: true,
  state: 'open',
  isPaused: false,
  pending: 0,
  parked: 0,
  ...rest,
});
const facts = (rest: Partial<Facts> = {}): Facts => ({
  turnstiles: [turnstile(), turnstile({ turnstile: 'catraca-2' })],
  webhooks: [webhook()],
  alarms: [],
  ...rest,
});
const failing = (outcome: string, forMs: number, rest: Partial<WebhookFacts> = {}) =>
  webhook({
    state: 'waiting',
    class: 'A',
    pending: 37,
    failingSinceMs: NOW - forMs,
    lastOutcome: outcome,
    ...rest,
  });
const alarm = (code: string) => ({
  code,
  sinceMs: NOW,
  what: { en: 'the disk is full', 'pt-BR': 'o disco está cheio' },
  remedy: { en: 'make room', 'pt-BR': 'libere espaço' },
});

const mistake: Mistake = {
  path: 'config/giro.yaml',
  line: 14,
  column: 13,
  message: { en: 'driver "henri" is unknown', 'pt-BR': 'o driver "henri" não existe' },
  help: { en: 'known drivers: henry, lines', 'pt-BR': 'drivers conhecidos: henry, lines' },
};

const sentences: { name: string; facts: Facts; want: string; level: Verdict['level'] }[] = [
  {
    name: 'all is well',
    facts: facts(),
    want: 'Tudo certo: 2 catracas ligadas, nada na fila',
    level: 'good',
  },
  {
    name: 'one turnstile, a queue on its way',
    facts: facts({ turnstiles: [turnstile()], webhooks: [webhook({ pending: 3 })] }),
    want: 'Tudo certo: 1 catraca ligada, 3 na fila, saindo agora',
    level: 'good',
  },
  {
    name: 'no internet',
    facts: facts({ webhooks: [failing('dns', 12 * MINUTE)] }),
    want: 'Sem internet há 12 min: 37 acessos guardados, nada perdido',
    level: 'attention',
  },
  {
    name: 'no internet for two webhooks is one sentence: since the first, and the longest queue',
    facts: facts({
      webhooks: [
        failing('dns', 12 * MINUTE),
        failing('unreachable', 5 * MINUTE, { webhook: 'app', pending: 1 }),
      ],
    }),
    want: 'Sem internet há 12 min: 37 acessos guardados, nada perdido',
    level: 'attention',
  },
  {
    name: 'no internet for a day needs somebody',
    facts: facts({ webhooks: [failing('dns', DAY, { pending: 1 })] }),
    want: 'Sem internet há 1 d: 1 acesso guardado, nada perdido',
    level: 'problem',
  },
  {
    name: 'a blip is not worth a word',
    facts: facts({ webhooks: [failing('dns', 3_000)] }),
    want: 'Tudo certo: 2 catracas ligadas, 37 na fila, saindo agora',
    level: 'good',
  },
  {
    name: 'a receiver that is down is named',
    facts: facts({ webhooks: [failing('refused', 61_000)] }),
    want: 'crm: sem entregar há 1 min: 37 acessos guardados',
    level: 'attention',
  },
  {
    name: 'a receiver that failed once and was sent nothing since is fine',
    facts: facts({ webhooks: [failing('http_503', DAY, { pending: 0 })] }),
    want: 'Tudo certo: 2 catracas ligadas, nada na fila',
    level: 'good',
  },
  {
    name: 'a turnstile comes before a webhook',
    facts: facts({
      turnstiles: [turnstile({ outageSinceMs: NOW - 5 * MINUTE, problem: 'LINK_FAILED' })],
      webhooks: [failing('dns', 12 * MINUTE)],
    }),
    want: 'Entrada principal: sem conexão há 5 min (e mais 1 aviso)',
    level: 'problem',
  },
  {
    name: 'what puts accesses at risk comes first',
    facts: facts({
      turnstiles: [turnstile({ outageSinceMs: NOW, problem: 'LINK_FAILED' })],
      alarms: [alarm('diario_recusado')],
    }),
    want: 'O disco está cheio',
    level: 'problem',
  },
  {
    name: 'any other alarm is a notice',
    facts: facts({ alarms: [alarm('catraca_relogio')] }),
    want: 'O disco está cheio',
    level: 'attention',
  },
  {
    name: 'an alarm that the page says anyway is not said twice',
    facts: facts({ webhooks: [failing('dns', 20 * MINUTE)], alarms: [alarm('webhook_falhando')] }),
    want: 'Sem internet há 20 min: 37 acessos guardados, nada perdido',
    level: 'attention',
  },
  {
    name: 'a refused configuration goes before what can wait',
    facts: facts({ webhooks: [failing('dns', 12 * MINUTE)], refused: [mistake] }),
    want: 'A configuração foi salva com erro; continua valendo a anterior (e mais 1 aviso)',
    level: 'attention',
  },
  {
    name: 'a refused configuration stands behind what somebody must act on',
    facts: facts({ webhooks: [webhook({ state: 'gone', class: 'E' })], refused: [mistake] }),
    want: 'crm: o destino respondeu que este endereço foi encerrado (410) (e mais 1 aviso)',
    level: 'problem',
  },
  {
    name: 'nothing is configured',
    facts: facts({ turnstiles: [], webhooks: [] }),
    want: 'Nenhuma catraca configurada ainda',
    level: 'good',
  },
  {
    name: 'inactive webhooks count for nothing',
    facts: facts({ webhooks: [webhook({ isActive: false })] }),
    want: 'Tudo certo: 2 catracas ligadas, os acessos ficam guardados aqui e não vão a ninguém',
    level: 'good',
  },
];

for (const { name, facts: given, want, level } of sentences) {
  test(`the sentence: ${name}`, () => {
    const verdict = overallVerdict(given, NOW, 'pt-BR');
    assert.deepEqual([verdict.text, verdict.level], [want, level]);
    if (level === 'problem') assert.ok(verdict.action !== undefined, 'says what to do');
  });
}

test('a refused configuration: where, what was found, what to do, in both languages', () => {
  assert.deepEqual(refusalVerdict([mistake], 'pt-BR'), {
    level: 'attention',
    text: 'A configuração foi salva com erro; continua valendo a anterior',
    cause: 'config/giro.yaml:14:13: o driver "henri" não existe',
    action: 'Drivers conhecidos: henry, lines. Corrija o arquivo e salve: ele é lido de novo sozinho',
  });
  const { help: _, ...helpless } = mistake;
  assert.deepEqual(refusalVerdict([helpless, mistake, mistake], 'en'), {
    level: 'attention',
    text: 'The configuration was saved with a mistake; the one of before stays in force',
    cause: 'config/giro.yaml:14:13: driver "henri" is unknown (and 2 other mistakes)',
    action: 'Correct the file and save it: it is read again by itself',
  });
});

test('a turnstile that was just started is connecting; with a cause it says the cause and what to do', () => {
  const fresh = turnstile({ outageSinceMs: NOW - 5_000 });
  assert.deepEqual(turnstileVerdict(fresh, NOW, 'en'), { level: 'attention', text: 'Connecting' });
  const refused = turnstile({ outageSinceMs: NOW - 5_000, problem: 'PORT_BUSY' });
  const verdict = turnstileVerdict(refused, NOW, 'en');
  assert.equal(verdict.level, 'problem');
  assert.equal(verdict.cause, 'The port is in use by another program');
  assert.equal(verdict.action, 'Close the other program or choose another port');
});

test('each state of a webhook has its words, and what asks for somebody has an action', () => {
  const states: [Partial<WebhookFacts>, Verdict['level']][] = [
    [{}, 'good'],
    [{ isActive: false }, 'idle'],
    [{ isConfigured: false, isActive: false, pending: 2 }, 'attention'],
    [{ state: 'gone', class: 'E' }, 'problem'],
    [{ isPaused: true, pending: 4 }, 'attention'],
    [{ parked: 1 }, 'attention'],
    [
      { state: 'waiting', class: 'C', failingSinceMs: NOW - MINUTE, pending: 1, lastOutcome: 'http_401' },
      'problem',
    ],
    [{ class: 'B', failingSinceMs: NOW - MINUTE, pending: 1, lastOutcome: 'http_503' }, 'attention'],
  ];
  for (const [rest, level] of states) {
    const verdict = webhookVerdict(webhook(rest), NOW, 'en');
    assert.equal(verdict.level, level, JSON.stringify(rest));
    assert.equal(verdict.action !== undefined, level !== 'good' && level !== 'idle', JSON.stringify(rest));
  }
});

test('both languages have words of their own for everything', () => {
  assert.deepEqual(Object.keys(WORDS.en), Object.keys(WORDS['pt-BR']));
  for (const [name, english] of Object.entries(WORDS.en)) {
    if (typeof english === 'string') assert.notEqual(english, WORDS['pt-BR'][name as keyof typeof WORDS.en]);
  }
});
