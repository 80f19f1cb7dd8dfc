import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Journal } from '../../../agent/journal/journal.ts';
import { isOwned } from '../../../agent/journal/lock.ts';
import { ManualClock } from '../../clock.ts';
import { startAccepting } from './children.ts';
import { makeFolder, openJournal, recordingLog } from './journals.ts';

const open = (folder: string) => Journal.open(folder, { log: recordingLog().log, clock: new ManualClock() });

test('a second process is refused, told which one has the folder', async (t) => {
  const folder = makeFolder(t);
  const child = await startAccepting(t, folder);
  await child.ids(1);
  assert.equal(isOwned(folder), true);
  await assert.rejects(open(folder), {
    code: 'JOURNAL_LOCKED',
    message: `${folder} is in use by process ${child.pid}`,
  });
  await child.ids(1); // and works on
});

test('kill -9 frees the folder', async (t) => {
  const folder = makeFolder(t);
  const child = await startAccepting(t, folder);
  await child.ids(1);
  await child.kill();
  assert.equal(isOwned(folder), false);
  await openJournal(t, folder);
});

test('looking does not take or free the lock', async (t) => {
  const folder = makeFolder(t);
  assert.equal(isOwned(folder), false);
  const { journal } = await openJournal(t, folder);
  for (let look = 0; look < 100; look += 1) assert.equal(isOwned(folder), true);
  await assert.rejects(open(folder), { code: 'JOURNAL_LOCKED' });
  const child = await startAccepting(t, folder);
  assert.match(await child.refusal(), /JOURNAL_LOCKED/);
  await journal.close();
  assert.equal(isOwned(folder), false);
});

test('a folder that cannot be made is JOURNAL_FAILED', async (t) => {
  const file = join(makeFolder(t), 'file');
  writeFileSync(file, '');
  await assert.rejects(open(join(file, 'data')), { code: 'JOURNAL_FAILED' });
});

test('a journal that cannot be opened frees the folder again', async (t) => {
  const folder = makeFolder(t);
  mkdirSync(join(folder, 'journal.db'));
  await assert.rejects(open(folder), { code: 'JOURNAL_FAILED' });
  assert.equal(isOwned(folder), false);
});
