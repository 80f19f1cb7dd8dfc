import { join } from 'node:path';
import { openReader } from '../../../agent/journal/queries.ts';
import { nowMs } from '../child.ts';
import { fill, openJournal } from '../fill.ts';
import { median } from '../statistics.ts';
import type { Workload } from './workload.ts';

const ROWS = { '10k': 10_000, '100k': 100_000, '1M': 1_000_000, '5M': 5_000_000 } as const;
const MEASURED = 20_000;
const QUERIES = 20;
const MOST_GROWTH = 1.2;

/** What accepting and delivering an event costs in the journal as the journal grows. */
export const growth: Workload = {
  name: 'cost as work grows',
  figures: {
    '10k': 'µs an event',
    '100k': 'µs an event',
    '1M': 'µs an event',
    '5M': 'µs an event',
    status: 'ms',
  },
  goals: [
    {
      text: 'within 20 % of each other',
      met: (figures) => {
        const costs = Object.keys(ROWS).map((name) => figures[name] ?? Number.NaN);
        return Math.max(...costs) <= MOST_GROWTH * Math.min(...costs);
      },
    },
    { text: 'status under 50 ms at 5 million', met: ({ status = Number.NaN }) => status < 50 },
  ],
  systems: ['giro'],
  async run(_system, folder, scale) {
    const data = join(folder, 'data');
    const journal = await openJournal(data);
    const costs: Record<string, number> = {};
    let rows = 0;
    for (const [name, full] of Object.entries(ROWS)) {
      const before = Math.round(full * scale) - MEASURED / 2;
      if (before > rows) await fill(journal, rows + 1, before, true);
      rows = Math.max(rows, before);
      const startedAtMs = nowMs();
      await fill(journal, rows + 1, rows + MEASURED, true);
      costs[name] = ((nowMs() - startedAtMs) * 1000) / MEASURED;
      rows += MEASURED;
    }
    const status = statusMs(data);
    await journal.close();
    return { ...costs, status };
  },
};

function statusMs(data: string): number {
  const reader = openReader(data);
  const took = Array.from({ length: QUERIES }, () => {
    const startedAtMs = nowMs();
    reader.turnstiles();
    reader.webhooks();
    reader.unrecognised();
    reader.alarms();
    return nowMs() - startedAtMs;
  });
  reader.close();
  return median(took);
}
