import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { GiroError } from '../../drivers/base/errors.ts';
import { stripBackup, sync } from './backup.ts';
import { DAMAGE_NOTE, JOURNAL_FILE } from './file.ts';
import { takeLock } from './lock.ts';
import { stagedJournal } from './salvage.ts';
import { refusalOf } from './trouble.ts';

/** What stands in the way of a journal that is put in place; the log of the old one must never meet the new one. */
const JOURNAL_PARTS = ['', '-wal', '-shm'].map((suffix) => JOURNAL_FILE + suffix);

interface Replacement {
  /** The data folder; made (0700) if there is none. */
  readonly folder: string;
  /** A sound backup. */
  readonly backup: string;
  /** Files of the data folder that come with it, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Names of other files that must not stay beside it. */
  readonly obsolete: readonly string[];
  /** For the name of the folder that keeps what was there, such as `20261125-075500`. */
  readonly stamp: string;
}

/**
 * Puts the journal of a backup in the place of the one in a data folder. What was there is kept in a folder of its own
 * inside, whose name is the answer; undefined when there was nothing. Cut off at any point, the next start or the
 * same call again ends it. Throws JOURNAL_LOCKED while a gateway runs, JOURNAL_FAILED when the disk refuses.
 */
export function replaceJournal({ folder, backup, files, obsolete, stamp }: Replacement): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = takeLock(folder);
    try {
      const staged = stagedJournal(folder);
      rmSync(staged, { force: true });
      copyFileSync(backup, staged);
      stripBackup(staged);
      const aside = setAside(folder, [...files.keys()], stamp);
      for (const [name, content] of files) {
        const fresh = join(folder, `${name}.new`);
        writeFileSync(fresh, content, { mode: 0o600, flush: true });
        renameSync(fresh, join(folder, name));
      }
      move(folder, aside, [...JOURNAL_PARTS, DAMAGE_NOTE, ...obsolete]);
      renameSync(staged, join(folder, JOURNAL_FILE));
      own(folder, [JOURNAL_FILE, ...files.keys()]);
      sync(folder);
      return aside;
    } finally {
      lock.release();
    }
  } catch (error) {
    if (error instanceof GiroError) throw error;
    throw new GiroError('JOURNAL_FAILED', `${folder}: ${refusalOf(error).message}`, { cause: error });
  }
}

/** Copies what is about to be replaced; the journal itself is moved, last of all. */
function setAside(folder: string, names: readonly string[], stamp: string): string | undefined {
  const present = names.filter((name) => existsSync(join(folder, name)));
  if (present.length === 0 && !existsSync(join(folder, JOURNAL_FILE))) return undefined;
  let aside = `replaced-${stamp}`;
  for (let copy = 2; existsSync(join(folder, aside)); copy += 1) aside = `replaced-${stamp}-${copy}`;
  mkdirSync(join(folder, aside), { mode: 0o700 });
  for (const name of present) copyFileSync(join(folder, name), join(folder, aside, name));
  return aside;
}

function move(folder: string, aside: string | undefined, names: readonly string[]): void {
  for (const name of names) {
    if (!existsSync(join(folder, name))) continue;
    if (aside === undefined) rmSync(join(folder, name));
    else renameSync(join(folder, name), join(folder, aside, name));
  }
}

/** Who runs this as root does not shut the gateway's own user out. */
function own(folder: string, names: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  for (const name of [...names, 'owner.lock']) chownSync(join(folder, name), uid, gid);
}
