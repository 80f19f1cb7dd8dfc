import { nowMs } from '../child.ts';
import { atRest, memoryOf } from '../systems/system.ts';
import { INTEGRITY, integrity, nothingLost, perSecond, startLine, type Workload } from './workload.ts';

/** What queued while the receiver was down, once it is back. */
export const drain: Workload = {
  name: 'drain of 50,000 after an outage',
  figures: { rate: 'events/s', first: 'ms', anonymous: 'MB', ...INTEGRITY },
  goals: [
    {
      text: "at least 1.5 times syslog-ng's events/s",
      met: ({ rate = 0 }, { 'syslog-ng': peer }) => rate >= 1.5 * (peer?.rate ?? Number.NaN),
    },
    { text: 'first delivery within 1 s of resume', met: ({ first = Number.NaN }) => first <= 1000 },
    { text: 'RssAnon under 150 MB', met: ({ anonymous = Number.NaN }) => anonymous < 150 },
    nothingLost,
  ],
  systems: ['giro', 'syslog-ng'],
  async run(system, folder, scale) {
    const count = Math.round(50_000 * scale);
    await using bench = await startLine(system, { folder });
    const { line, running, receiverPort } = bench;
    await line.receiver.ask({ do: 'close' });
    await line.send(count);
    await atRest(running.pid); // all of it is taken: what is measured is the way out alone
    await line.listen({ port: receiverPort });
    const backAtMs = nowMs();
    const [came] = await Promise.all([line.arrived(count), running.retryNow()]);
    return {
      rate: perSecond(came.numbers.length, came.atMs, came.atMs),
      first: (came.atMs[0] ?? Number.NaN) - backAtMs,
      anonymous: memoryOf(running.pid).anonymous,
      ...integrity(count, came),
    };
  },
};
