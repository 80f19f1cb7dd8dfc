import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadIdentity } from '../../../agent/events/identity.ts';
import { openBackup, stripBackup } from '../../../agent/journal/backup.ts';
import { stagedJournal } from '../../../agent/journal/salvage.ts';
import { backUpNightly } from '../../../agent/upkeep/backups.ts';
import { eventOf, makeFolder, openJournal, recordingLog } from '../journal/journals.ts';

const DAY_MS = 86_400_000;
const { log } = recordingLog();

test('a backup a night, the oldest go, and each is sound and private', async (t) => {
  const folder = makeFolder(t);
  const backupFolder = join(folder, 'backups');
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1)] });
  const { id } = loadIdentity(folder, 0);
  const start = Date.parse('2026-03-02T06:15:00Z');
  mkdirSync(backupFolder);
  writeFileSync(join(backupFolder, 'mine.backup'), 'of the technician');
  for (let night = 0; night < 5; night += 1) {
    await backUpNightly(folder, { backups: 3, backupFolder }, start + night * DAY_MS, log);
    // A start in the same night makes none.
    await backUpNightly(folder, { backups: 3, backupFolder }, start + night * DAY_MS + 3_600_000, log);
  }
  assert.deepEqual(readdirSync(backupFolder).sort(), [
    'giro-20260304-061500.backup',
    'giro-20260305-061500.backup',
    'giro-20260306-061500.backup',
    'mine.backup',
  ]);
  const latest = join(backupFolder, 'giro-20260306-061500.backup');
  assert.equal(statSync(latest).mode & 0o777, 0o600);
  const carried = openBackup(latest).get('identity.json');
  assert.equal((JSON.parse(Buffer.from(carried ?? []).toString()) as { id: string }).id, id);
});

test('a restore that was cut off before its last step is ended by the next start', async (t) => {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  await journal.accept({ events: [eventOf(1)] });
  const backupFolder = join(folder, 'backups');
  await backUpNightly(folder, { backups: 1, backupFolder }, Date.now(), log);
  await journal.close();
  const [name = ''] = readdirSync(backupFolder);
  copyFileSync(join(backupFolder, name), stagedJournal(folder));
  stripBackup(stagedJournal(folder));
  rmSync(join(folder, 'journal.db'));

  const { journal: next } = await openJournal(t, folder);
  assert.deepEqual((await next.accept({ events: [eventOf(1)] })).duplicates, [eventOf(1).id]);
});
