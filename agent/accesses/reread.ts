import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Journal } from '../journal/journal.ts';
import type { Intake } from './intake.ts';

/** Lines read from the journal at a time. */
const PAGE = 500;

/**
 * Reads the kept lines of a turnstile again: a pattern that was corrected recognises what came before. What it reads
 * becomes events as of the time when the line came; the rest stays kept. Ends early when `signal` aborts.
 */
export async function rereadKeptLines(
  { id, driver, options }: Turnstile,
  parts: {
    readonly journal: Pick<Journal, 'keptLines'>;
    readonly intake: Pick<Intake, 'recordKept'>;
    readonly log: Logger;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const read = driver.reread?.(options);
  if (read === undefined) return;
  let recognised = 0;
  let place = { atMs: 0, number: 0 };
  for (;;) {
    const page = await parts.journal.keptLines(id, place, PAGE);
    const last = page.at(-1);
    if (last === undefined || parts.signal.aborted) break;
    place = last;
    const recorded = page.flatMap((line) => {
      const readings = read(line.bytes, `kept-${line.number}`);
      return readings.length === 0 ? [] : [parts.intake.recordKept(line, ...readings)];
    });
    recognised += recorded.length;
    await Promise.all(recorded);
  }
  if (recognised > 0) parts.log.info({ lines: recognised }, 'kept lines were recognised');
}
