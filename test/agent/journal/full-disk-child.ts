/** Runs a journal on a small file system, fills it up, and makes room again. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../../../agent/journal/journal.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { eventOf, recordingLog } from './journals.ts';

const folder = join(String(process.argv[2]), 'data');
const filler = join(String(process.argv[2]), 'filler');
const { log, line } = recordingLog();
const journal = await Journal.open(folder, { log, clock: systemClock });

fill(filler);
let settled = false;
const content = `{"evento":"notificarAcesso","x":"${'x'.repeat(20_000)}"}`;
const accepted = Promise.all([1, 2, 3].map((n) => journal.accept({ events: [eventOf(n, { content })] })));
void accepted.then(() => {
  settled = true;
});
const { data } = await line(/cannot be written/);
console.log(`refused ${/^SQLITE_\w+/.exec(String(data.cause))?.[0]}`);
console.log(settled ? 'accepted on a full disk' : 'still pending');
rmSync(filler);
const sequences = (await accepted).map(({ deliveries }) => deliveries[0]?.sequence);
console.log(`accepted ${sequences.join(' ')}`);
await journal.close();
const reader = openReader(folder);
console.log(`stored ${reader.events({ limit: 10 }).length}`);
reader.close();

function fill(path: string): void {
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4096, 1);
  try {
    for (;;) writeSync(file, page);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
