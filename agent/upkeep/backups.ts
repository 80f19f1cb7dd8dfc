import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalSettings } from '../../config/sections/journal.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { IDENTITY_FILE } from '../events/identity.ts';
import type { CarriedFile } from '../journal/backup.ts';
import { JOURNAL_FILE } from '../journal/file.ts';
import { backUpInBackground } from '../journal/threads.ts';
import { diskSpace } from './alarms/disk.ts';

const NIGHTLY = /^giro-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)\.backup$/;
/** A start does not make up for a night that had one. */
const RECENT_MS = 20 * 3_600_000;
/** Bytes that must stay free beside a backup. */
const SPARE_BYTES = 200_000_000;

/** `20261125-075500`, UTC: sorts by time. */
export function stampOf(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
}

/** What a backup carries of the data folder besides the journal. */
export function identityFiles(folder: string): CarriedFile[] {
  const path = join(folder, IDENTITY_FILE);
  return existsSync(path) ? [{ name: IDENTITY_FILE, content: readFileSync(path) }] : [];
}

/**
 * Makes tonight's backup and removes those that are too many, the oldest first. Nothing when one is recent. Throws
 * BACKUP_FAILED, also where the disk has too little room.
 */
export async function backUpNightly(
  folder: string,
  { backups, backupFolder }: Pick<JournalSettings, 'backups' | 'backupFolder'>,
  nowMs: number,
  log: Logger,
): Promise<void> {
  if (backups === 0) return;
  mkdirSync(backupFolder, { recursive: true, mode: 0o700 });
  const [latest] = nightly(backupFolder);
  if (latest !== undefined && Math.abs(nowMs - madeAtMs(latest)) < RECENT_MS) return;
  const { freeBytes } = await diskSpace(backupFolder);
  const wanted = statSync(join(folder, JOURNAL_FILE)).size + SPARE_BYTES;
  if (freeBytes < wanted) {
    throw new GiroError('BACKUP_FAILED', `${backupFolder} has ${freeBytes} bytes free, ${wanted} are wanted`);
  }
  const target = join(backupFolder, `giro-${stampOf(nowMs)}.backup`);
  const { bytes } = await backUpInBackground({ folder, target, files: identityFiles(folder) });
  log.info({ target, bytes }, 'backup made');
  for (const name of nightly(backupFolder).slice(backups)) rmSync(join(backupFolder, name));
}

/** Names of the nightly backups, the newest first; what somebody else put there is not ours to remove. */
function nightly(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => NIGHTLY.test(name))
    .sort()
    .reverse();
}

function madeAtMs(name: string): number {
  return Date.parse(name.replace(NIGHTLY, '$1-$2-$3T$4:$5:$6Z'));
}
