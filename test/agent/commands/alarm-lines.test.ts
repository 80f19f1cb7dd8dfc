import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmLines } from '../../../agent/commands/alarm-lines.ts';

const alarm = {
  code: 'catraca_desconectada',
  turnstile: 'catraca-1',
  sinceMs: 1,
  what: { en: 'turnstile catraca-1 is not connected', 'pt-BR': 'a catraca catraca-1 não está conectada' },
  remedy: { en: 'check the cable', 'pt-BR': 'verifique o cabo' },
};
const at = (atMs: number): string => `10:0${atMs}`;

test('open alarms say since when, what is wrong and what to do', () => {
  assert.deepEqual(alarmLines([alarm], 'pt-BR', at), [
    'ALARMES',
    '! 10:01  a catraca catraca-1 não está conectada',
    '  -> verifique o cabo',
  ]);
});

test('an alarm whose cause is over says when it closes', () => {
  assert.deepEqual(alarmLines([{ ...alarm, closesAtMs: 2 }], 'en', at).slice(1), [
    '! 10:01  turnstile catraca-1 is not connected (closes at 10:02 unless it comes back)',
    '  -> check the cable',
  ]);
});

test('no alarm is said too', () => {
  assert.deepEqual(alarmLines([], 'pt-BR', at), ['Alarmes: nenhum']);
});
