import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Configuration } from '../../../config/configuration.ts';
import { linksOf } from '../../../config/linked-files.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { version } from '../../base/version.ts';
import { type CarriedFile, makeBackup } from '../../journal/backup.ts';
import { takeLock } from '../../journal/lock.ts';
import { noteMoved, requireNotMoved } from '../../journal/moved.ts';
import { identityFiles } from '../../upkeep/backups.ts';
import { encryptFile } from './secrecy.ts';

/** How files of the configuration are named in an export: the path as the configuration has it. */
export const CONFIG_PREFIX = 'config/';
/** The one that says what the export is. */
export const MANIFEST = 'giro-export.json';

export interface Manifest {
  /** Of the Giro that made it. */
  readonly version: string;
  /** File name of the configuration. */
  readonly configuration: string;
  /** RFC 3339. */
  readonly madeAt: string;
  /** Environment variables that the configuration reads. */
  readonly variables: readonly string[];
}

/** What an export came to. */
export interface Exported {
  readonly bytes: number;
  /** Names of the files of the configuration that it holds. */
  readonly files: readonly string[];
  readonly variables: readonly string[];
}

/**
 * Writes the whole installation, encrypted, to `target`, and marks it as moved: from then on it does not run here.
 * Until the mark is set nothing has changed. Throws JOURNAL_LOCKED while a gateway runs, INSTALLATION_MOVED, JOURNAL_MISSING,
 * BACKUP_FAILED.
 */
export async function exportInstallation(
  configuration: Configuration,
  target: string,
  passphrase: string,
  nowMs: number,
): Promise<Exported> {
  const { data } = configuration.agent;
  requireNotMoved(data);
  if (!existsSync(data)) throw new GiroError('JOURNAL_MISSING', `${data} does not exist`);
  const { files: names, variables } = linksOf(configuration.path);
  const manifest: Manifest = {
    version,
    configuration: basename(configuration.path),
    madeAt: new Date(nowMs).toISOString(),
    variables,
  };
  const files: CarriedFile[] = [
    { name: MANIFEST, content: Buffer.from(JSON.stringify(manifest)) },
    { name: `${CONFIG_PREFIX}${manifest.configuration}`, content: readFileSync(configuration.path) },
    ...names.map((name) => configurationFile(name, dirname(configuration.path))),
    ...identityFiles(data),
  ];
  const plain = join(data, 'export.plain'); // not beside the target, which may be a stick that gets lost
  const lock = takeLock(data);
  try {
    const { bytes } = await makeBackup({ folder: data, target: plain, files });
    await encryptFile(plain, target, passphrase);
    noteMoved(data, nowMs);
    return { bytes, files: [manifest.configuration, ...names], variables };
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  } finally {
    rmSync(plain, { force: true });
    lock.release();
  }
}

function configurationFile(name: string, folder: string): CarriedFile {
  const path = isAbsolute(name) ? name : resolve(folder, name);
  return { name: CONFIG_PREFIX + name, content: readFileSync(path) };
}
