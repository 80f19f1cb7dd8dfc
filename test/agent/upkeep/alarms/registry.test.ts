import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, QUIET_MS, Registry } from '../../../../agent/upkeep/alarms/registry.ts';

const MINUTE_MS = 60_000;

function condition(rest: Partial<Condition> = {}): Condition {
  return {
    code: 'catraca_desconectada',
    turnstile: 'catraca-1',
    sinceMs: 0,
    what: { en: 'not connected', 'pt-BR': 'não conectada' },
    remedy: { en: 'check the cable', 'pt-BR': 'verifique o cabo' },
    ...rest,
  };
}

const kinds = (changes: readonly { kind: string }[]): string[] => changes.map(({ kind }) => kind);

test('opening what is open and closing what is closed changes nothing', () => {
  const registry = new Registry([]);
  assert.deepEqual(registry.examine([], 0), []);
  assert.deepEqual(kinds(registry.examine([condition()], 0)), ['opened']);
  assert.deepEqual(registry.examine([condition({ sinceMs: 5 })], MINUTE_MS), []);
  assert.deepEqual(kinds(registry.examine([], 2 * MINUTE_MS)), ['changed']);
  assert.deepEqual(registry.examine([], 3 * MINUTE_MS), []);
  assert.deepEqual(kinds(registry.examine([], 2 * MINUTE_MS + QUIET_MS)), ['closed']);
  assert.deepEqual(registry.examine([], 60 * MINUTE_MS), []);
});

test('what comes and goes within the quiet time is one alarm, since its first moment', () => {
  const registry = new Registry([]);
  const told: string[] = [];
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    const isWrong = minute % 20 < 6; // 14 minutes of calm are not enough
    const changes = registry.examine(isWrong ? [condition({ sinceMs: minute })] : [], minute * MINUTE_MS);
    told.push(...kinds(changes).filter((kind) => kind !== 'changed'));
  }
  assert.deepEqual(told, ['opened']);
  const [closed] = registry.examine([], 25 * 60 * MINUTE_MS);
  assert.deepEqual([closed?.kind, closed?.alarm.sinceMs], ['closed', 0]);
});

test('a device alarm that repeats just too seldom opens at most once in the quiet time', () => {
  const registry = new Registry([]);
  const opened: number[] = [];
  for (let minute = 0; minute < 4 * 60; minute += 1) {
    const nowMs = minute * MINUTE_MS;
    registry.examine([], nowMs);
    if (minute % 11 !== 0) continue;
    const [change] = registry.happened(condition({ sinceMs: nowMs }), 10 * MINUTE_MS, nowMs);
    if (change?.kind === 'opened') opened.push(nowMs);
  }
  assert.ok(opened.length > 3, 'the test must open some');
  assert.ok(opened.every((atMs, index) => index === 0 || atMs - (opened[index - 1] ?? 0) >= QUIET_MS));
});

test('two codes, two turnstiles and two webhooks are alarms of their own', () => {
  const registry = new Registry([]);
  const { turnstile: _, ...machine } = condition({ code: 'disco_cheio' });
  const all = [
    condition(),
    condition({ turnstile: 'catraca-2' }),
    condition({ code: 'catraca_relogio' }),
    machine,
    { ...machine, webhook: 'crm' },
    { ...machine, webhook: 'erp' },
  ];
  assert.deepEqual(
    kinds(registry.examine(all, 0)),
    all.map(() => 'opened'),
  );
  assert.deepEqual(kinds(registry.examine(all.slice(1), 1)), ['changed']);
});

test('other words are kept without opening again', () => {
  const registry = new Registry([]);
  registry.examine([condition()], 0);
  const [change] = registry.examine([condition({ what: { en: 'port busy', 'pt-BR': 'porta ocupada' } })], 1);
  assert.deepEqual([change?.kind, change?.alarm.what.en, change?.alarm.sinceMs], ['changed', 'port busy', 0]);
});

test('what was open in the journal is not opened again, and ends at the next evidence', () => {
  const before = new Registry([]);
  const stored = before.examine([condition()], 0).map(({ alarm }) => alarm);
  assert.deepEqual(new Registry(stored).examine([condition({ sinceMs: 9 })], 10), []);

  const after = new Registry(stored);
  const [over] = after.examine([], 10);
  assert.equal(over?.alarm.closesAtMs, 10 + QUIET_MS);
  const third = new Registry(over === undefined ? [] : [over.alarm]);
  assert.deepEqual(
    kinds(third.examine([], 10 + QUIET_MS)),
    ['closed'],
    'the quiet time goes on over a restart',
  );
});

test('a device alarm ends after ten minutes without repetition, and repeats are seldom stored', () => {
  const registry = new Registry([]);
  let changes = 0;
  for (let second = 0; second <= 600; second += 1) {
    changes += registry.happened(condition(), 10 * MINUTE_MS, second * 1_000).length;
  }
  assert.ok(changes <= 11, `${changes} writes for 600 repetitions`);
  assert.deepEqual(registry.examine([], 19 * MINUTE_MS), []);
  assert.deepEqual(kinds(registry.examine([], 20 * MINUTE_MS)), ['closed']);
});
