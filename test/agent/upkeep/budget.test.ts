import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { NewEvent } from '../../../agent/events/event.ts';
import { Budget, type Removal } from '../../../agent/upkeep/budget.ts';
import type { JournalSettings } from '../../../config/sections/journal.ts';
import { ManualClock, settle } from '../../clock.ts';
import { eventOf, makeFolder, openJournal } from '../journal/journals.ts';

const KEEP = { delivered: 30, attempts: 30, parked: 90, unrecognised: 90, ids: 400 };
const filler = `{"evento":"notificarAcesso","x":"${'x'.repeat(8_000)}"}`;

/** A journal with a limit of 16 MB; an event takes about 16 kB. */
async function filled(t: TestContext, atLimit: JournalSettings['atLimit'], count: number) {
  const clock = new ManualClock();
  const { journal, lines } = await openJournal(t, makeFolder(t), clock);
  const told: Removal[] = [];
  const removed: number[] = [];
  const dropped: number[] = [];
  const parkedRemoved: Readonly<Record<string, number>>[] = [];
  const budget = new Budget({
    journal,
    outbox: journal,
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    settings: () => ({ keep: KEEP, limitMb: 16, atLimit, backups: 0, backupFolder: '' }),
    signal: new AbortController().signal,
    gapOf: (removal) => {
      told.push(removal);
      return [gapOf(told.length)];
    },
    onRemoved: (_, sequences) => removed.push(...sequences),
    onDropped: (count) => dropped.push(count),
    onParkedRemoved: (counts) => parkedRemoved.push(counts),
  });
  const accept = (from: number, to: number) =>
    journal.accept({
      events: Array.from({ length: to - from }, (_, index) =>
        eventOf(from + index, { content: filler, recordedAtMs: clock.now() }),
      ),
    });
  for (let from = 0; from < count; from += 100) await accept(from, Math.min(count, from + 100));
  const used = async (): Promise<number> => (await journal.upkeep({ do: 'usage' })).usedBytes;
  const codes = (): string[] => budget.conditions(clock.now()).map(({ code }) => code);
  return { journal, budget, accept, used, codes, told, removed, dropped, parkedRemoved, lines, clock };
}

function gapOf(number: number): NewEvent {
  const { access: _, ...event } = eventOf(1_000_000 + number, { name: 'giro.lacuna', webhooks: ['crm'] });
  return event;
}

const delivered = (sequence: number) =>
  ({ kind: 'delivered', webhook: 'crm', sequence, atMs: 1, status: 200 }) as const;

test('delivered events go first, the oldest first, and then there is no alarm', async (t) => {
  const { journal, budget, used, codes } = await filled(t, 'block', 1_100);
  assert.ok((await used()) > 16e6);
  for (let sequence = 1; sequence <= 500; sequence += 1) void journal.mark(delivered(sequence));
  await budget.look();
  assert.ok((await used()) <= 0.75 * 16e6);
  assert.deepEqual(codes(), []);
  const pending = await journal.pending('crm', 'catraca-1', 0, 5_000);
  assert.deepEqual([pending.length, pending[0]?.sequence], [600, 501], 'nothing that is pending went');
});

test('what was parked for longer than it is kept goes with the delivered, and that is told once', async (t) => {
  const { journal, budget, dropped, parkedRemoved, clock } = await filled(t, 'grow', 1_100);
  const longAgo = clock.now() - (KEEP.parked + 1) * 86_400_000;
  const parked = (sequence: number, atMs: number) =>
    ({ kind: 'parked', webhook: 'crm', sequence, atMs, outcome: 'http_422' }) as const;
  for (let sequence = 1; sequence <= 60; sequence += 1) void journal.mark(parked(sequence, longAgo));
  void journal.mark(parked(61, clock.now()));
  await budget.look();
  assert.deepEqual(parkedRemoved, [{ crm: 60 }], 'over several steps');
  assert.deepEqual(dropped, [], 'age took them, not the limit');
  assert.deepEqual(await journal.parked(), [{ webhook: 'crm', parked: 1 }]);
});

test('grow: an alarm, and everything goes on', async (t) => {
  const { journal, budget, codes } = await filled(t, 'grow', 1_100);
  await budget.look();
  assert.deepEqual(codes(), ['diario_no_limite']);
  assert.equal((await journal.accept({ events: [eventOf(5_000)] })).deliveries.length, 1);
});

test('block: no access is taken, alarms and deliveries are, and it goes on in order when there is room', async (t) => {
  const { journal, budget, accept, codes, clock } = await filled(t, 'block', 1_100);
  await budget.look();
  assert.deepEqual(codes(), ['diario_no_limite', 'diario_bloqueado']);
  const order: number[] = [];
  const waiting = [2_000, 2_001, 2_002].map((number) =>
    accept(number, number + 1).then(({ deliveries }) => order.push(deliveries[0]?.sequence ?? 0)),
  );
  const alarm = await journal.accept({ alarms: [], events: [eventOf(3_000)] });
  await settle();
  assert.deepEqual(order, []);
  assert.equal(alarm.deliveries[0]?.sequence, 1_101);

  for (let sequence = 1; sequence <= 600; sequence += 1) void journal.mark(delivered(sequence));
  await clock.advance(60_000);
  await budget.look();
  await Promise.all(waiting);
  assert.deepEqual(order, [1_102, 1_103, 1_104]);
  assert.deepEqual(codes(), []);
});

test('block: what waits when the journal closes is given up, so that the device keeps it', async (t) => {
  const { journal, budget, accept } = await filled(t, 'block', 1_100);
  await budget.look();
  const refused = assert.rejects(accept(2_000, 2_001), { code: 'JOURNAL_FAILED' });
  await journal.close();
  await refused;
});

test('dropOldest: the oldest pending go, a gap says so, and the log and an alarm do', async (t) => {
  const { journal, budget, used, codes, told, removed, dropped } = await filled(t, 'dropOldest', 1_100);
  await budget.look();
  assert.ok((await used()) <= 0.95 * 16e6);
  assert.deepEqual(codes(), ['diario_no_limite', 'diario_descartou']);
  const count = told.reduce((sum, removal) => sum + removal.count, 0);
  assert.ok(count > 0 && count < 400, `${count}`);
  assert.deepEqual(
    removed,
    Array.from({ length: count }, (_, index) => index + 1),
  );
  assert.equal(
    dropped.reduce((sum, each) => sum + each, 0),
    count,
    'counted for the metrics',
  );
  assert.deepEqual(told[0]?.webhooks, ['crm']);
  assert.deepEqual([told[0]?.entries, told[0]?.exits], [25, 0]);
  const pending = await journal.pending('crm', 'catraca-1', 0, 5_000);
  assert.equal(pending[0]?.sequence, count + 1);
  assert.equal(pending.filter(({ name }) => name === 'giro.lacuna').length, told.length);
  assert.deepEqual((await journal.accept({ events: [eventOf(0)] })).duplicates.length, 1, 'its id is known');
});
