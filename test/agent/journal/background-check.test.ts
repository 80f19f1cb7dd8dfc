import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventOf, makeFolder, openJournal } from './journals.ts';

const MIB = 1024 * 1024;

test('a large file is read whole after the start; damage is reported and salvaged by the next start', async (t) => {
  const folder = makeFolder(t);
  const path = join(folder, 'journal.db');
  const { journal } = await openJournal(t, folder);
  const content = `{"evento":"notificarAcesso","x":"${'x'.repeat(4 * MIB)}"}`;
  for (let n = 0; n < 9; n += 1) await journal.accept({ events: [eventOf(n, { content })] });
  await journal.close();
  assert.ok(statSync(path).size > 64 * MIB);

  const sound = await openJournal(t, folder);
  await sound.line(/is sound/);
  await sound.journal.close();

  const page = Math.floor(statSync(path).size / 4096 / 2); // in the middle of some content: what the start reads is fine
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, page * 4096);
  closeSync(file);
  const damaged = await openJournal(t, folder);
  await damaged.line(/next start salvages/);
  await damaged.journal.accept({ events: [eventOf(100)] });
  await damaged.journal.close();

  const { lines, journal: salvaged } = await openJournal(t, folder);
  assert.match(lines[0]?.message ?? '', /what could be read was saved/);
  const { duplicates } = await salvaged.accept({ events: [eventOf(100)] });
  assert.equal(duplicates.length, 1);
});
