import { INTEGRITY, integrity, nothingLost, startLine, type Workload } from './workload.ts';

const ANSWER_MS = 100;
/** Slow start is over by then. */
const SKIPPED_SHARE = 0.2;

/** A receiver that takes 100 ms an answer, with events always waiting. */
export const slowReceiver: readonly Workload[] = [
  slow('order per turnstile', 400, 38, ''),
  slow('order: none', 2_000, 250, '    order: none\n    maxInFlight: 32\n'),
  slow('batch', 6_000, 900, '    batch: { size: 100 }\n'),
];

function slow(setting: string, events: number, goal: number, webhook: string): Workload {
  const ordered = !webhook.includes('order: none');
  return {
    name: `receiver of 100 ms, ${setting}`,
    figures: { rate: 'events/s', ...(ordered ? INTEGRITY : { lost: '' }) },
    goals: [
      { text: `at least ${goal} events/s`, met: ({ rate = 0 }) => rate >= goal },
      ordered ? nothingLost : { text: '0 lost', met: ({ lost }) => lost === 0 },
    ],
    systems: ['giro'],
    async run(system, folder, scale) {
      const count = Math.round(events * scale);
      await using bench = await startLine(system, { folder, webhook }, { delayMs: ANSWER_MS });
      await bench.line.send(count);
      const came = await bench.line.arrived(count);
      const skipped = Math.floor(came.atMs.length * SKIPPED_SHARE);
      const spanMs = (came.atMs.at(-1) ?? Number.NaN) - (came.atMs[skipped] ?? Number.NaN);
      const { lost = 0, inversions = 0 } = integrity(count, came);
      const rate = ((came.atMs.length - skipped) * 1000) / spanMs;
      return ordered ? { rate, lost, inversions } : { rate, lost };
    },
  };
}
