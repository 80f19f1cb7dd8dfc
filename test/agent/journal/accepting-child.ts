/** Accepts events from several lanes at once until it is killed; prints each id once its promise resolved. */
import { randomUUID } from 'node:crypto';
import { Journal } from '../../../agent/journal/journal.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { eventOf, recordingLog } from './journals.ts';

const journal = await Journal.open(String(process.argv[2]), { log: recordingLog().log, clock: systemClock });

async function accept(lane: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    const id = randomUUID();
    await journal.accept({ events: [eventOf(n, { id, lane })] });
    console.log(id); // to a pipe: written before it returns
  }
}

await Promise.all(Array.from({ length: 16 }, (_, n) => accept(`catraca-${n}`)));
