import type { Reading } from '../../../drivers/contract/reading.ts';
import { lines } from '../../../drivers/lines/driver.ts';
import { linesOptions } from '../../../drivers/lines/options.ts';
import { ManualClock } from '../../clock.ts';
import { linkPair } from '../link-pair.ts';
import { RecordingLog } from '../recording-log.ts';

/** One call of `record`, which the test settles. */
export interface Commit {
  readonly readings: readonly Reading[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A journal whose commits wait for the test. */
export class Commits {
  readonly all: Commit[] = [];
  #waiting: (() => void) | undefined;

  readonly record = (...readings: Reading[]): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.all.push({ readings, resolve, reject });
    this.#waiting?.();
    return promise;
  };

  /** Resolves once `count` calls were made in all. */
  async reach(count: number): Promise<void> {
    while (this.all.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}

export const CARD_PATTERN = '^card (?<credential>\\d+)$';

/** A session of the driver on a link in memory. */
export function startSession(options: object = {}) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const aborting = new AbortController();
  const [agent, device] = linkPair(clock, aborting.signal);
  const commits = new Commits();
  const running = lines.run({
    id: 'catraca-1',
    options: linesOptions.parse({ pattern: CARD_PATTERN, ...options }),
    link: agent,
    clock,
    log,
    signal: aborting.signal,
    record: commits.record,
    localTime: () => '2026-03-02T09:00:00',
    cursor: { position: undefined },
    recordAt: () => Promise.reject(new Error('this driver has no cursor')),
  });
  // Each test awaits it; until then a rejection is not unhandled.
  running.catch(() => {});
  return { log, aborting, agent, device, commits, running };
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);

/** The credentials of a commit, in order; the kind of what has none. */
export function cards({ readings }: Commit): string[] {
  return readings.map((reading) =>
    'credential' in reading ? (reading.credential?.value ?? '') : reading.kind,
  );
}

/** What a read gave, as text; `end` and `silence` as they are. */
export const text = (read: Uint8Array | 'silence' | 'end'): string =>
  typeof read === 'string' ? read : Buffer.from(read).toString('latin1');
