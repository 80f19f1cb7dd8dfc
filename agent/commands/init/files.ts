import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { GiroError } from '../../../drivers/base/errors.ts';

/** A secret is for its owner only; a configuration holds none of its own. */
const SECRET_MODE = 0o600;
const CONFIGURATION_MODE = 0o644;

/**
 * Writes a secret file, unless there is one: a secret that a receiver verifies with is not lost by asking again.
 * @returns whether it was written
 * @throws {GiroError} SECRET_NOT_WRITTEN
 */
export function writeSecretOnce(path: string, secret: string): boolean {
  if (existsSync(path)) return false;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, `${secret}\n`, { mode: SECRET_MODE, ...ownerOf(dirname(path)) });
  } catch (cause) {
    throw new GiroError('SECRET_NOT_WRITTEN', messageOf(cause), { cause });
  }
  return true;
}

/**
 * Writes the configuration in one step: a crash leaves the old file or the new one. Mode and owner of an old one stay.
 * @throws {GiroError} CONFIG_UNREADABLE
 */
export function writeConfiguration(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const old = statSync(path, { throwIfNoEntry: false });
    const { uid, gid } = old ?? ownerOf(dirname(path));
    writeWhole(path, text, { mode: (old?.mode ?? CONFIGURATION_MODE) & 0o777, uid, gid });
  } catch (cause) {
    throw new GiroError('CONFIG_UNREADABLE', `not written: ${messageOf(cause)}`, { cause });
  }
}

interface Ownership {
  readonly uid: number;
  readonly gid: number;
}

/** Root makes files for the service that owns the folder. */
function ownerOf(folder: string): Ownership {
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

function writeWhole(
  path: string,
  text: string,
  { mode, uid, gid }: Ownership & { readonly mode: number },
): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    const file = openSync(draft, 'wx', mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (process.getuid?.() === 0) chownSync(draft, uid, gid);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
