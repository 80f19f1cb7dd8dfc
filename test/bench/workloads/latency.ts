import { percentile } from '../statistics.ts';
import { INTEGRITY, integrity, nothingLost, startLine, type Workload } from './workload.ts';

const PER_SECOND = 5;

/** How long an access takes from the controller to the receiver, at a gym's rate. */
export const latency: Workload = {
  name: 'latency at 5 events/s',
  figures: { p50: 'ms', p99: 'ms', ...INTEGRITY },
  goals: [
    { text: 'p99 under 5 ms', met: ({ p99 = Number.NaN }) => p99 < 5 },
    {
      text: "p50 at most syslog-ng's",
      met: ({ p50 = Number.NaN }, { 'syslog-ng': peer }) => p50 <= (peer?.p50 ?? Number.NaN),
    },
    nothingLost,
  ],
  systems: ['giro', 'syslog-ng', 'node-red'],
  async run(system, folder, scale) {
    await using bench = await startLine(system, { folder });
    // The first events of a process pay for its compiler.
    const warm = Math.round(20 * scale);
    const count = Math.round(200 * scale);
    await bench.line.send(warm, PER_SECOND * 4);
    const sentAt = await bench.line.send(count, PER_SECOND);
    const came = await bench.line.arrived(warm + count);
    const took = [...came.numbers].flatMap((number, index) =>
      number < warm ? [] : [(came.atMs[index] ?? Number.NaN) - (sentAt[number - warm] ?? Number.NaN)],
    );
    return { p50: percentile(took, 50), p99: percentile(took, 99), ...integrity(warm + count, came) };
  },
};
