import { join } from 'node:path';
import { nowMs } from '../child.ts';
import { fill, openJournal } from '../fill.ts';
import { Line, type Workload } from './workload.ts';

/** A start with a million events that wait. */
export const startWithBacklog: Workload = {
  name: 'start with 1,000,000 pending',
  figures: { ready: 'ms', first: 'ms' },
  goals: [
    { text: 'ready in under 2 s', met: ({ ready = Number.NaN }) => ready < 2000 },
    { text: 'first delivery under 2.5 s', met: ({ first = Number.NaN }) => first < 2500 },
  ],
  systems: ['giro'],
  async run(system, folder, scale) {
    const journal = await openJournal(join(folder, 'data'));
    await fill(journal, 1, Math.round(1_000_000 * scale), false);
    await journal.close();

    await using line = new Line();
    const receiverPort = await line.listen();
    const startedAtMs = nowMs();
    await using _running = await system.start({ folder, receiverPort });
    const ready = nowMs() - startedAtMs;
    const came = await line.arrived(1);
    return { ready, first: (came.atMs[0] ?? Number.NaN) - startedAtMs };
  },
};
