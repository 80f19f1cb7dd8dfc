import { INTEGRITY, integrity, nothingLost, startLine, type Workload } from './workload.ts';

/** One answer in five is 500; each failed event is tried again in its turn. */
export const failingReceiver: Workload = {
  name: '20 % of answers are 500, 2,000 events at 200/s',
  figures: { after: 's', doubled: '', ...INTEGRITY },
  goals: [
    { text: 'all within 15 s of the last', met: ({ after = Number.NaN }) => after <= 15 },
    { text: '0 doubled beyond answered-500', met: ({ doubled }) => doubled === 0 },
    nothingLost,
  ],
  systems: ['giro'],
  async run(system, folder, scale) {
    const count = Math.round(2_000 * scale);
    await using bench = await startLine(system, { folder }, { failing: 0.2 });
    const sentAt = await bench.line.send(count, 200);
    const came = await bench.line.arrived(count, 60_000);
    const afterMs = (came.atMs.at(-1) ?? Number.NaN) - (sentAt.at(-1) ?? Number.NaN);
    return { after: afterMs / 1000, doubled: came.doubled, ...integrity(count, came) };
  },
};
