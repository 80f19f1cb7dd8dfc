import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Outbox } from '../../../agent/delivery/outbox.ts';
import type { Delivery } from '../../../agent/events/delivery.ts';
import { loadIdentity } from '../../../agent/events/identity.ts';
import { Signals } from '../../../agent/events/signals.ts';
import { Journal } from '../../../agent/journal/journal.ts';
import { Upkeep } from '../../../agent/upkeep/upkeep.ts';
import { readConfiguration } from '../../../config/read.ts';
import { ManualClock } from '../../clock.ts';
import { fakeDrivers, GOOD } from '../../config/fakes.ts';
import { eventOf, makeFolder, recordingLog } from '../journal/journals.ts';

const DAY_MS = 86_400_000;

test('a machine that was off at night makes up for it ten minutes after its start', async (t) => {
  const folder = makeFolder(t);
  const env = { STATE_DIRECTORY: folder };
  const yaml = GOOD.replace('https://crm.example.com', 'https://127.0.0.1:9').replace(
    'id: crm',
    'id: crm\n    events: [giro.resumo]\n    allow: [loopback]',
  );
  const configuration = readConfiguration(Buffer.from(yaml), join(folder, 'giro.yaml'), {
    env,
    drivers: fakeDrivers,
  });
  const clock = new ManualClock();
  const { log, lines, line } = recordingLog();
  const journal = await Journal.open(folder, { log, clock });
  t.after(() => journal.close());
  const offered: Delivery[] = [];
  const dropped: [reason: string, count: number][] = [];
  const signals = new Signals(log);
  signals.on('dropped', ({ reason, count }) => dropped.push([reason, count]));
  const upkeep = new Upkeep({
    ...{ configuration: () => configuration, clock, log, journal, identity: loadIdentity(folder, 0) },
    dispatcher: { discard: () => {} },
    turnstiles: () => [{ turnstile: 'catraca-1' }],
    outbox: new Outbox({
      ...{ configuration: () => configuration, journal, signals },
      dispatcher: { offer: (deliveries) => void offered.push(...deliveries) },
    }),
    signals,
  });
  t.after(() => upkeep.stop());
  const old = clock.now() - 100 * DAY_MS;
  await journal.accept({ events: [eventOf(1, { recordedAtMs: old }), eventOf(2, { recordedAtMs: old })] });
  void journal.mark({ kind: 'parked', webhook: 'crm', sequence: 1, atMs: old, outcome: 'x' });
  upkeep.start();
  await clock.advance(9 * 60_000);
  assert.equal(offered.length, 0);
  await clock.advance(60_000);
  await line(/retention applied/);
  await line(/backup made/);
  assert.deepEqual(
    offered.map(({ name, unit }) => [name, unit]),
    [
      ['giro.resumo', 'centro'],
      ['giro.resumo', 'sul'],
    ],
  );
  assert.equal(readdirSync(join(folder, 'backups')).length, 1);
  const pending = await journal.pending('crm', 'catraca-1', 0, 9);
  assert.deepEqual(
    pending.map(({ sequence }) => sequence),
    [2],
    'what is pending stays, however old',
  );
  const removed = await line(/parked events were removed/);
  assert.deepEqual(removed.data.parked, { crm: 1 });
  assert.deepEqual(dropped, [['retention', 1]], 'counted for the metrics; what was delivered is no loss');
  const codes = (nowMs: number) => upkeep.conditions(nowMs).map(({ code }) => code);
  assert.ok(codes(clock.now()).includes('separados_removidos'));
  assert.ok(!codes(clock.now() + DAY_MS).includes('separados_removidos'));
  assert.deepEqual(
    lines.filter(({ level }) => level === 'error').map(({ message }) => message),
    ['parked events were removed: nobody saw to them in time'],
  );
});

test('a backup that fails is an alarm until one works', async (t) => {
  const folder = makeFolder(t);
  const env = { STATE_DIRECTORY: folder };
  const path = join(folder, 'giro.yaml');
  const configuration = readConfiguration(Buffer.from(GOOD), path, { env, drivers: fakeDrivers });
  const clock = new ManualClock();
  const { log } = recordingLog();
  const journal = await Journal.open(folder, { log, clock });
  t.after(() => journal.close());
  const make = (settings: typeof configuration) =>
    new Upkeep({
      ...{
        configuration: () => ({ ...settings, webhooks: [] }),
        clock,
        log,
        journal,
        identity: loadIdentity(folder, 0),
      },
      dispatcher: { discard: () => {} },
      turnstiles: () => [],
      outbox: new Outbox({
        configuration: () => ({ ...settings, webhooks: [] }),
        ...{ journal, signals: new Signals(log), dispatcher: { offer: () => {} } },
      }),
      signals: new Signals(log),
    });
  const unusable = { ...configuration.journal, backupFolder: join(folder, 'journal.db', 'x') };
  const upkeep = make({ ...configuration, journal: unusable });
  t.after(() => upkeep.stop());
  const night = upkeep.jobs.find(({ name }) => name === 'night');
  await night?.run();
  const codes = () => upkeep.conditions(clock.now()).map(({ code }) => code);
  assert.ok(codes().includes('backup_falhou'));
});
