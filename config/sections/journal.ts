import { resolve } from 'node:path';
import { z } from 'zod';
import type { Checker } from '../check/checker.ts';
import { text } from '../check/mistakes.ts';

/** Days; ten years at most. */
function days(usual: number, what: string): z.ZodDefault<z.ZodInt> {
  return z.int().min(1).max(3_650).default(usual).describe(`Days that ${what}.`);
}

const keepSchema = z
  .strictObject({
    delivered: days(30, 'an event is kept after its last delivery'),
    attempts: days(30, 'the attempt log is kept'),
    parked: days(90, 'a parked event waits for an operator; its removal is an alarm'),
    unrecognised: days(90, 'lines that no pattern matches are kept'),
    ids: days(400, 'the id of an event is known, so that what a device sends again is not a new event'),
  })
  .prefault({})
  .describe('How long the journal keeps what is done.');

export const journalSchema = z
  .strictObject({
    keep: keepSchema,
    limitMb: z
      .int()
      .min(16)
      .max(1_000_000)
      .optional()
      .describe('Size that the journal should not exceed, in MB of 1,000,000 bytes. Default: no limit.'),
    atLimit: z
      .enum(['grow', 'block', 'dropOldest'])
      .optional()
      .describe(
        'What happens at limitMb, after delivered events were removed: grow (default), only an alarm; block, no new access is taken and the device keeps it; dropOldest, the oldest pending events are removed, with an alarm and giro.lacuna.',
      ),
    backups: z.int().min(0).max(90).default(3).describe('Nightly backups that are kept; 0 makes none.'),
    backupFolder: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of the nightly backups, relative to this file. Default: backups in the data folder.'),
  })
  .prefault({})
  .describe('How long and how large the journal is kept, and its backups.');

/** How the journal is kept; days, MB of 1,000,000 bytes. */
export interface JournalSettings {
  readonly keep: Readonly<Record<'delivered' | 'attempts' | 'parked' | 'unrecognised' | 'ids', number>>;
  readonly limitMb: number | undefined;
  readonly atLimit: 'grow' | 'block' | 'dropOldest';
  readonly backups: number;
  /** Absolute. */
  readonly backupFolder: string;
}

/** Judges `journal`; undefined when it is wrong. `folder` is that of the file, `data` the journal's. */
export function checkJournal(checker: Checker, folder: string, data: string): JournalSettings | undefined {
  const found = journalSchema.safeParse(checker.source.at(['journal'])).data;
  if (found === undefined) return undefined;
  const { keep, limitMb, atLimit = 'grow', backups, backupFolder } = found;
  if (limitMb === undefined && checker.source.at(['journal', 'atLimit']) !== undefined) {
    checker.report(['journal', 'atLimit'], {
      message: text(
        'journal.atLimit is set and there is no limitMb',
        'journal.atLimit está definido e falta limitMb',
      ),
      help: text('set limitMb, or leave atLimit out', 'defina limitMb ou retire atLimit'),
    });
  }
  const longest = Math.max(keep.delivered, keep.parked);
  if (keep.ids < longest) {
    checker.report(['journal', 'keep', 'ids'], {
      message: text(
        `journal.keep.ids: expected at least the ${longest} days that events are kept, found ${keep.ids}`,
        `journal.keep.ids: o esperado são pelo menos os ${longest} dias em que os eventos são guardados, encontrado ${keep.ids}`,
      ),
      help: text(
        'what a device sends again after its id is forgotten would be a new event',
        'o que um equipamento reenviar depois de o id ser esquecido seria um evento novo',
      ),
    });
  }
  return {
    keep,
    limitMb,
    atLimit,
    backups,
    backupFolder: backupFolder === undefined ? resolve(data, 'backups') : resolve(folder, backupFolder),
  };
}
