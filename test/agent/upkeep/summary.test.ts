import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Identity } from '../../../agent/events/identity.ts';
import { ReaderThread } from '../../../agent/journal/reader-thread.ts';
import { dayBefore, summariesOf } from '../../../agent/upkeep/summary.ts';
import { assertContract } from '../../contract.ts';
import { eventOf, makeFolder, openJournal } from '../journal/journals.ts';

const identity = new Identity('9b2f4a4e-3f0e-4f6c-9d0a-0d4b5f0c1a2b', Buffer.alloc(32));
const centro = { id: 'centro', name: 'Unidade Centro', company: 1, timezone: 'America/Sao_Paulo' };
const sul = { id: 'sul', company: 1, timezone: 'America/Manaus' };
const NOW = Date.parse('2026-03-03T03:05:00Z'); // 00:05 in São Paulo, 23:05 of the day before in Manaus

test('the figures of the last whole day of each unit, once', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const access = { result: 'liberado', passage: 'confirmada', direction: 'entrada' } as const;
  const at = (time: string, rest: object, unit = 'centro', number = Math.random()) =>
    eventOf(Math.floor(number * 1e9), {
      occurredAtMs: Date.parse(time),
      access: { ...access, ...rest },
      unit,
    });
  await journal.accept({
    events: [
      at('2026-03-02T02:59:59Z', {}), // the day before, in São Paulo
      at('2026-03-02T03:00:00Z', {}),
      at('2026-03-02T12:00:00Z', { direction: 'saida' }),
      at('2026-03-02T12:00:01Z', { result: 'negado', passage: 'nao_informada' }),
      at('2026-03-02T12:00:02Z', { passage: 'desistencia' }),
      at('2026-03-03T02:59:59Z', {}),
      at('2026-03-03T03:00:00Z', {}), // today
      at('2026-03-02T03:59:59Z', {}, 'sul'),
    ],
  });
  const reader = new ReaderThread(folder);
  t.after(() => reader.close());
  const turnstiles = [
    { turnstile: 'catraca-1', clockSkewMs: 1_500 },
    { turnstile: 'catraca-2', outageSinceMs: 1 },
  ];
  const make = () =>
    summariesOf([centro, sul], reader, () => turnstiles, { agent: 'recepcao', identity }, NOW);
  const [first, second] = await make();
  assert.ok(first !== undefined && second !== undefined);
  const { resumo, ...rest } = JSON.parse(first.content) as Record<string, object>;
  assertContract({ ...rest, resumo, id: first.id, sequencia: 1 });
  assert.deepEqual(resumo, {
    dia: '2026-03-02',
    de: '2026-03-02T00:00:00.000-03:00',
    ate: '2026-03-03T00:00:00.000-03:00',
    acessos: { total: 5, liberados: 4, negados: 1, desistencias: 1, entradas: 2, saidas: 1 },
    catracas: [
      { dispositivo: 'catraca-1', conectada: true, desvioMs: 1_500 },
      { dispositivo: 'catraca-2', conectada: false },
    ],
    webhooks: [{ webhook: 'crm', pendentes: 8, separados: 0 }],
    alertas: 0,
  });
  const other = JSON.parse(second.content) as { resumo: { dia: string; acessos: { total: number } } };
  assert.equal(other.resumo.dia, '2026-03-01');
  assert.equal(other.resumo.acessos.total, 1);
  assert.deepEqual(
    (await make()).map(({ id }) => id),
    [first.id, second.id],
    'the same day is the same event',
  );
});

test('a day with a change of summer time has 23 hours', () => {
  const day = dayBefore(Date.parse('2026-03-09T12:00:00Z'), 'America/New_York');
  assert.equal(day.date, '2026-03-08');
  assert.equal(day.toMs - day.fromMs, 23 * 3_600_000);
});
