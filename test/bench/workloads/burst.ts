import { INTEGRITY, integrity, nothingLost, perSecond, startLine, type Workload } from './workload.ts';

/** A gateway has run for months when a burst comes: the first events of a process pay for its compiler. */
const WARM = 5_000;

/** A burst as fast as the system takes it, until the last event is at the receiver. */
export const burst: Workload = burstOf('burst of 20,000 events', false);

/** The same with each line acknowledged after its commit: a controller waits for one before it sends the next. */
export const acknowledgedBurst: Workload = burstOf('burst of 20,000, each acknowledged', true);

function burstOf(name: string, ack: boolean): Workload {
  return {
    name,
    figures: { rate: 'events/s', ...INTEGRITY },
    goals: ack
      ? [nothingLost]
      : [
          {
            text: "at least syslog-ng's events/s",
            met: ({ rate = 0 }, { 'syslog-ng': peer }) => rate >= (peer?.rate ?? Number.NaN),
          },
          {
            text: "at least 10 times Node-RED's",
            met: ({ rate = 0 }, { 'node-red': peer }) => rate >= 10 * (peer?.rate ?? Number.NaN),
          },
          nothingLost,
        ],
    systems: ack ? ['giro'] : ['giro', 'syslog-ng', 'node-red'],
    async run(system, folder, scale) {
      const count = Math.round(20_000 * scale);
      const warm = Math.round(WARM * scale);
      await using bench = await startLine(system, { folder, ack });
      await bench.line.send(warm, 0, ack);
      await bench.line.arrived(warm);
      const sentAt = await bench.line.send(count, 0, ack);
      const came = await bench.line.arrived(warm + count);
      const rate = perSecond(came.numbers.length - warm, sentAt, came.atMs);
      return { rate, ...integrity(warm + count, came) };
    },
  };
}
