import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { loadConfiguration } from '../../../config/load.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { IDENTITY_FILE } from '../../events/identity.ts';
import { openBackup } from '../../journal/backup.ts';
import { isOwned } from '../../journal/lock.ts';
import { MOVED_NOTE } from '../../journal/moved.ts';
import { replaceJournal } from '../../journal/restore.ts';
import { stampOf } from '../../upkeep/backups.ts';
import { CONFIG_PREFIX, MANIFEST, type Manifest } from './export.ts';
import { decryptFile } from './secrecy.ts';

/** What an import came to. */
export interface Imported {
  readonly data: string;
  /** Folder inside the data folder with what was there before. */
  readonly aside: string | undefined;
  /** Files that were written, and under which name what was there is kept. */
  readonly files: readonly { readonly path: string; readonly kept?: string }[];
}

interface ImportOrder {
  readonly source: string;
  readonly passphrase: string;
  /** Where the configuration is to be. */
  readonly configPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
}

/**
 * Puts an exported installation in place on this machine. What is in the way is kept under another name. Throws
 * BACKUP_UNUSABLE, CONFIG_INVALID (also when a variable of the environment is missing), JOURNAL_LOCKED: then the
 * command may simply be given again.
 */
export async function importInstallation(order: ImportOrder): Promise<Imported> {
  const { source, passphrase, configPath, env, nowMs } = order;
  if (!existsSync(source)) throw new GiroError('BACKUP_UNUSABLE', `${source} does not exist`);
  const folder = dirname(resolve(configPath));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const plain = join(folder, `.giro-import-${process.pid}`);
  try {
    await decryptFile(source, plain, passphrase);
    const carried = openBackup(plain);
    const manifest = manifestOf(carried, source);
    requireVariables(manifest, env);
    const stamp = stampOf(nowMs);
    const files = [...carried]
      .filter(([name]) => name.startsWith(CONFIG_PREFIX))
      .map(([name, content]) => {
        const own = name.slice(CONFIG_PREFIX.length);
        const isMain = own === manifest.configuration;
        const path = isMain ? resolve(configPath) : isAbsolute(own) ? own : resolve(folder, own);
        return place(path, content, stamp);
      });
    const { agent } = await loadConfiguration(configPath, { env });
    if (isOwned(agent.data)) throw new GiroError('JOURNAL_LOCKED', `${agent.data} is in use`);
    const identity = carried.get(IDENTITY_FILE);
    const aside = replaceJournal({
      folder: agent.data,
      backup: plain,
      files: new Map(identity === undefined ? [] : [[IDENTITY_FILE, identity]]),
      obsolete: [MOVED_NOTE],
      stamp,
    });
    return { data: agent.data, aside, files };
  } finally {
    rmSync(plain, { force: true });
  }
}

function manifestOf(carried: ReadonlyMap<string, Uint8Array>, source: string): Manifest {
  const found = carried.get(MANIFEST);
  if (found === undefined) {
    throw new GiroError('BACKUP_UNUSABLE', `${source} is a backup, not an export`, {
      hint: 'use giro restore',
    });
  }
  return JSON.parse(Buffer.from(found).toString()) as Manifest;
}

function requireVariables({ variables }: Manifest, env: ImportOrder['env']): void {
  const missing = variables.filter((name) => env[name] === undefined);
  if (missing.length === 0) return;
  throw new GiroError(
    'USAGE',
    `the configuration reads variables that are not set here: ${missing.join(', ')}`,
    {
      hint: 'set them as on the old machine and give the command again',
    },
  );
}

/**
 * Writes a file with mode 0600; another content that was there is kept beside it. Who imports as root leaves it readable
 * (0640) to the group of the folder, which is the gateway's.
 */
function place(path: string, content: Uint8Array, stamp: string): Imported['files'][number] {
  mkdirSync(dirname(path), { recursive: true });
  let kept: string | undefined;
  if (existsSync(path) && !Buffer.from(content).equals(readFileSync(path))) {
    kept = `${path}.before-${stamp}`;
    renameSync(path, kept);
  }
  const fresh = `${path}.new`;
  writeFileSync(fresh, content, { mode: 0o600, flush: true });
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(path));
    chownSync(fresh, uid, gid);
    chmodSync(fresh, 0o640);
  }
  renameSync(fresh, path);
  return { path, ...(kept !== undefined && { kept }) };
}
