import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type JournalReader, openReader } from '../../../agent/journal/queries.ts';
import { nowMs } from '../child.ts';
import { fill, openJournal } from '../fill.ts';
import { median } from '../statistics.ts';
import { atRest, type System } from '../systems/system.ts';
import { perSecond, startLine, type Workload } from './workload.ts';

const ROWS = { '10k': 10_000, '100k': 100_000, '1M': 1_000_000, '5M': 5_000_000 } as const;
const MEASURED = 20_000;
const BURSTS = 3;
const QUERIES = 20;
const MOST_GROWTH = 1.2;
/** By then the journal knows that the last was delivered, and the next gateway sends none again. */
const MARKED_MS = 500;
const WEEK_MS = 7 * 86_400_000;
/** Lines of a list on the page. */
const LISTED = 50;

/** What an event costs, from the controller to the receiver, as the journal grows. */
export const growth: Workload = {
  name: 'cost as work grows',
  figures: {
    '10k': 'µs an event',
    '100k': 'µs an event',
    '1M': 'µs an event',
    '5M': 'µs an event',
    status: 'ms',
    panel: 'ms (slowest query)',
  },
  goals: [
    {
      text: 'within 20 % of each other',
      met: (figures) => {
        const costs = Object.keys(ROWS).map((name) => figures[name] ?? Number.NaN);
        return Math.max(...costs) <= MOST_GROWTH * Math.min(...costs);
      },
    },
    {
      text: 'status and the panel under 50 ms at 5 million',
      met: ({ status = Number.NaN, panel = Number.NaN }) => status < 50 && panel < 50,
    },
  ],
  systems: ['giro'],
  async run(system, folder, scale) {
    const data = join(folder, 'data');
    const costs: Record<string, number> = {};
    let rows = 0;
    for (const [name, full] of Object.entries(ROWS)) {
      const wanted = Math.round(full * scale);
      await grow(data, rows + 1, wanted);
      costs[name] = median(await burstCosts(system, folder));
      rows = wanted;
    }
    const reader = openReader(data);
    const status = medianMs(() => askForStatus(reader));
    const panel = Math.max(...panelQueries(reader).map(medianMs));
    reader.close();
    return { ...costs, status, panel };
  },
};

/** Brings the journal to so many events, all of them delivered. */
async function grow(data: string, first: number, last: number): Promise<void> {
  const journal = await openJournal(data);
  await fill(journal, first, last, true);
  await journal.close();
}

/** What an event costs in each of some bursts through a gateway on the journal as it is, microseconds. */
async function burstCosts(system: System, folder: string): Promise<number[]> {
  await using bench = await startLine(system, { folder });
  const costs: number[] = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    await atRest(bench.running.pid); // a start has the whole file read once, beside what it does
    await bench.line.receiver.ask({ do: 'reset' });
    const sentAt = await bench.line.send(MEASURED);
    const came = await bench.line.arrived(MEASURED);
    costs.push(1e6 / perSecond(came.numbers.length, sentAt, came.atMs));
  }
  await setTimeout(MARKED_MS);
  return costs;
}

/** What `giro status` asks. */
function askForStatus(reader: JournalReader): void {
  reader.turnstiles();
  reader.webhooks();
  reader.relays();
  reader.unrecognised();
  reader.alarms();
}

/** What the page asks, as of the newest event: how things stand, pictures of a week, lists, a search for a person. */
function panelQueries(reader: JournalReader): (() => unknown)[] {
  const newestMs = reader.events({ limit: 1 })[0]?.occurredAtMs ?? Number.NaN;
  return [
    () => askForStatus(reader),
    () => reader.accessCounts(newestMs - WEEK_MS, newestMs),
    () => reader.depths(newestMs),
    () => reader.latencyQuarters(newestMs),
    () => reader.events({ onlyAccesses: true, limit: LISTED }),
    () => reader.events({ onlyAccesses: true, turnstile: 'catraca-1', limit: LISTED }),
    () => reader.events({ onlyAccesses: true, person: '1234', limit: LISTED }),
    () => reader.events({ onlyAccesses: true, person: 'nobody', limit: LISTED }),
    () =>
      reader.events({ onlyAccesses: true, sinceMs: newestMs - WEEK_MS, untilMs: newestMs, limit: LISTED }),
    () => reader.deliveries({ states: ['parked'] }, LISTED),
    () => reader.audit(LISTED),
  ];
}

function medianMs(ask: () => unknown): number {
  return median(
    Array.from({ length: QUERIES }, () => {
      const startedAtMs = nowMs();
      ask();
      return nowMs() - startedAtMs;
    }),
  );
}
