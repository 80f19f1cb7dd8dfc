import { setTimeout } from 'node:timers/promises';
import { atRest, cpuOf, memoryOf } from '../systems/system.ts';
import { startLine, type Workload } from './workload.ts';

const WATCHED_S = 60;
/** Start-up is paid by then. */
const SETTLING_S = 10;

/** By then a process that is idle has given back what it will. */
const RETURNED_S = 30;

/** A gateway that nothing happens to: links up, nothing queued. */
export const idle: Workload = {
  name: 'idle for 60 s',
  figures: { anonymous: 'MB', rss: 'MB', cpu: '% of a core' },
  goals: [
    { text: 'RssAnon under 80 MB', met: ({ anonymous = Number.NaN }) => anonymous < 80 },
    { text: 'RSS under 140 MB', met: ({ rss = Number.NaN }) => rss < 140 },
    { text: 'CPU under 0.5 %', met: ({ cpu = Number.NaN }) => cpu < 0.5 },
  ],
  systems: ['giro', 'syslog-ng', 'node-red'],
  async run(system, folder, scale) {
    await using bench = await startLine(system, { folder });
    const { pid } = bench.running;
    await setTimeout(SETTLING_S * 1000);
    const before = cpuOf(pid);
    const watchedS = WATCHED_S * scale;
    await setTimeout(watchedS * 1000);
    return { ...memoryOf(pid), cpu: ((cpuOf(pid) - before) * 100) / watchedS };
  },
};

/** The same with 100,000 events that wait for a receiver that is not there. */
export const idleWithBacklog: Workload = {
  name: 'idle with 100,000 buffered',
  figures: { anonymous: 'MB', rss: 'MB' },
  goals: [{ text: 'RssAnon under 120 MB', met: ({ anonymous = Number.NaN }) => anonymous < 120 }],
  systems: ['giro'],
  async run(system, folder, scale) {
    await using bench = await startLine(system, { folder });
    await bench.line.receiver.ask({ do: 'close' });
    const count = Math.round(100_000 * scale);
    await bench.line.send(count);
    await atRest(bench.running.pid);
    await setTimeout(RETURNED_S * 1000);
    return memoryOf(bench.running.pid);
  },
};
