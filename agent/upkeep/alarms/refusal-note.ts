import { statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alarm } from '../../events/alarm.ts';
import { JOURNAL_REFUSED } from './conditions.ts';
import { journalRefused } from './texts.ts';

/** Lies beside a journal that cannot be written, while that lasts: the alarm itself has to wait for the disk. */
const NOTE = 'journal.db.is-refused';

/** Puts the note there or takes it away. A full disk usually still takes an empty file; rejects when it does not. */
export async function noteRefusal(folder: string, isRefused: boolean): Promise<void> {
  const path = join(folder, NOTE);
  await (isRefused ? writeFile(path, '', { mode: 0o600 }) : rm(path, { force: true }));
}

/** The alarms that are open: those in the journal, and that it cannot be written, which it cannot hold yet. */
export function alarmsNow(stored: readonly Alarm[], folder: string): Alarm[] {
  const note = statSync(join(folder, NOTE), { throwIfNoEntry: false });
  const others = stored.filter(({ code }) => code !== JOURNAL_REFUSED);
  if (note === undefined) return [...stored];
  return [...others, { code: JOURNAL_REFUSED, sinceMs: Math.round(note.mtimeMs), ...journalRefused() }];
}
