import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TurnstileStanding } from '../../../../agent/events/turnstile-standing.ts';
import type { EndpointState } from '../../../../agent/events/webhook-state.ts';
import type { JournalHealth } from '../../../../agent/journal/journal.ts';
import {
  type DiskSpace,
  machineConditions,
  turnstileConditions,
  type WebhookSample,
  webhookConditions,
} from '../../../../agent/upkeep/alarms/conditions.ts';

const MINUTE_MS = 60_000;
const NOW_MS = 100 * 3_600_000;

const open: EndpointState = { webhook: 'crm', state: 'open', step: 0, busyInARow: 0, parkedInARow: 0 };
const well: WebhookSample = { endpoint: open, isWaiting: true, failedTries: 0, parked: 0 };

function failing(minutes: number, outcome = 'dns'): WebhookSample {
  const last = { atMs: NOW_MS, outcome };
  return {
    ...well,
    endpoint: { ...open, state: 'waiting', failingSinceMs: NOW_MS - minutes * MINUTE_MS, last },
  };
}

const webhooks: readonly { name: string; sample: WebhookSample; want: readonly string[] }[] = [
  { name: 'all is well', sample: well, want: [] },
  { name: 'failing for less than 15 minutes', sample: failing(14.9), want: [] },
  { name: 'failing for 15 minutes', sample: failing(15), want: ['webhook_falhando'] },
  {
    name: 'one message failed four times',
    sample: { ...failing(1), failedTries: 4 },
    want: ['webhook_falhando'],
  },
  { name: 'one message failed three times', sample: { ...failing(1), failedTries: 3 }, want: [] },
  { name: 'failed once, nothing waits since', sample: { ...failing(60 * 48), isWaiting: false }, want: [] },
  {
    name: 'failing for 24 hours',
    sample: failing(24 * 60),
    want: ['webhook_falhando', 'webhook_queda_longa'],
  },
  {
    name: 'gone',
    sample: { ...well, endpoint: { ...open, state: 'gone', failingSinceMs: 0 } },
    want: ['webhook_encerrado'],
  },
  {
    name: 'paused by an operator while it failed',
    sample: { ...well, endpoint: { ...open, failingSinceMs: 0, pausedAtMs: 1 } },
    want: [],
  },
  { name: 'one parked', sample: { ...well, parked: 1 }, want: ['webhook_separados'] },
  {
    name: 'its clock two minutes off',
    sample: { ...well, endpoint: { ...open, clockSkewMs: -120_000 } },
    want: [],
  },
  {
    name: 'its clock more than two minutes off',
    sample: { ...well, endpoint: { ...open, clockSkewMs: -120_001 } },
    want: ['webhook_relogio'],
  },
];
for (const { name, sample, want } of webhooks) {
  test(`webhook: ${name}`, () => {
    const found = webhookConditions(sample, NOW_MS);
    assert.deepEqual(
      found.map(({ code }) => code),
      want,
    );
    assert.ok(found.every(({ webhook }) => webhook === 'crm'));
  });
}

test('a failing webhook says why, in both languages', () => {
  const [dns] = webhookConditions(failing(15), NOW_MS);
  assert.match(dns?.what.en ?? '', /webhook crm .*cannot be resolved/);
  assert.match(dns?.what['pt-BR'] ?? '', /webhook crm .*não foi possível resolver/);
  const refused = failing(15);
  const last = { atMs: 1, status: 401, outcome: 'http_401' };
  const [config] = webhookConditions({ ...refused, endpoint: { ...refused.endpoint, last } }, NOW_MS);
  assert.match(config?.what.en ?? '', /compare the secret/);
});

test('parked are counted', () => {
  const say = (parked: number) => webhookConditions({ ...well, parked }, NOW_MS)[0]?.what['pt-BR'];
  assert.match(say(1) ?? '', /recusou 1 evento, separado;/);
  assert.match(say(12) ?? '', /recusou 12 eventos, separados;/);
});

const turnstiles: readonly { name: string; sample: Partial<TurnstileStanding>; want: readonly string[] }[] = [
  { name: 'connected', sample: {}, want: [] },
  { name: 'a blip', sample: { outageSinceMs: NOW_MS - 5 * MINUTE_MS + 1 }, want: [] },
  {
    name: 'away for 5 minutes',
    sample: { outageSinceMs: NOW_MS - 5 * MINUTE_MS },
    want: ['catraca_desconectada'],
  },
  { name: 'its clock two minutes off', sample: { clockSkewMs: 120_000 }, want: [] },
  {
    name: 'its clock more than two minutes off',
    sample: { clockSkewMs: 120_001 },
    want: ['catraca_relogio'],
  },
];
for (const { name, sample, want } of turnstiles) {
  test(`turnstile: ${name}`, () => {
    const found = turnstileConditions({ turnstile: 'catraca-1', name: 'Entrada', ...sample }, NOW_MS);
    assert.deepEqual(
      found.map(({ code }) => code),
      want,
    );
    assert.ok(
      found.every(
        ({ turnstile, what }) => turnstile === 'catraca-1' && /Entrada \(catraca-1\)/.test(what.en),
      ),
    );
  });
}

test('a turnstile that is away says why and what to do, by the catalogue of errors', () => {
  const sample = { turnstile: 'catraca-1', outageSinceMs: 0, problem: 'PORT_BUSY' };
  const [found] = turnstileConditions(sample, NOW_MS);
  assert.equal(found?.what.en, 'turnstile catraca-1 is not connected: the port is in use by another program');
  assert.equal(found?.remedy['pt-BR'], 'feche o outro programa ou escolha outra porta');
  assert.equal(
    turnstileConditions({ ...sample, problem: 'INTERNAL' }, NOW_MS)[0]?.what['pt-BR'],
    'a catraca catraca-1 não está conectada',
  );
});

const GB = 1_000_000_000;
const ample: DiskSpace = { freeBytes: 100 * GB, totalBytes: 500 * GB };
const sound: JournalHealth = { isDamaged: false };
const machine: readonly {
  name: string;
  health?: JournalHealth;
  space?: DiskSpace;
  want: readonly string[];
}[] = [
  { name: 'all is well', want: [] },
  { name: 'less than 500 MB', space: { freeBytes: 0.49 * GB, totalBytes: 4 * GB }, want: ['disco_cheio'] },
  { name: '500 MB of a small disk', space: { freeBytes: 0.5 * GB, totalBytes: 4 * GB }, want: [] },
  { name: 'less than 5 %', space: { freeBytes: 2.9 * GB, totalBytes: 60 * GB }, want: ['disco_cheio'] },
  { name: '4 % of a huge disk', space: { freeBytes: 80 * GB, totalBytes: 2000 * GB }, want: [] },
  { name: 'the disk refuses', health: { ...sound, refusingSinceMs: 5 }, want: ['diario_recusado'] },
  { name: 'damaged', health: { isDamaged: true }, want: ['diario_danificado'] },
];
for (const { name, health = sound, space = ample, want } of machine) {
  test(`machine: ${name}`, () => {
    assert.deepEqual(
      machineConditions(health, space, NOW_MS).map(({ code }) => code),
      want,
    );
  });
}
