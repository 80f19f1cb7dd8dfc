import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PANEL_PASSWORD_FILE } from '../../config/sections/panel.ts';
import { GiroError } from '../../drivers/base/errors.ts';

/** Characters. */
export const SHORTEST_PASSWORD = 8;
/** A longer one only costs time. */
export const LONGEST_PASSWORD = 200;

/** About 0.1 s and 32 MiB each time. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const MEMORY_BYTES = 64 * 1024 * 1024;
const KEY_BYTES = 32;

const stored = z.strictObject({
  scrypt: z.strictObject({ N: z.int().max(2 ** 17), r: z.int().max(16), p: z.int().max(4) }),
  salt: z.base64(),
  hash: z.base64(),
});

/** The operator's password as it is kept; a new password is another one in every member. */
export type StoredPassword = z.infer<typeof stored>;

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/**
 * The password of the panel of a data folder; undefined when there is none.
 * @throws {GiroError} PANEL_PASSWORD_UNUSABLE.
 */
export async function readPassword(folder: string): Promise<StoredPassword | undefined> {
  const path = join(folder, PANEL_PASSWORD_FILE);
  try {
    return stored.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new GiroError('PANEL_PASSWORD_UNUSABLE', `${path} cannot be read`, { cause });
  }
}

/**
 * Puts a password in place of the one before, whole or not at all (mode 0600); a running gateway takes it at once.
 * @throws {GiroError} PANEL_PASSWORD_UNUSABLE when it cannot be written.
 */
export async function writePassword(folder: string, password: string): Promise<void> {
  const path = join(folder, PANEL_PASSWORD_FILE);
  const salt = randomBytes(16);
  const hash = await hashOf(password, salt, COST);
  const kept: StoredPassword = {
    scrypt: COST,
    salt: salt.toString('base64'),
    hash: hash.toString('base64'),
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(kept)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new GiroError('PANEL_PASSWORD_UNUSABLE', `${path} cannot be written`, { cause });
  }
}

/** Takes as long for a wrong password as for the right one. */
export async function isPassword(given: string, { scrypt: cost, ...kept }: StoredPassword): Promise<boolean> {
  const hash = Buffer.from(kept.hash, 'base64');
  const found = await hashOf(given, Buffer.from(kept.salt, 'base64'), cost);
  return found.length === hash.length && timingSafeEqual(found, hash);
}

function hashOf(password: string, salt: Buffer, cost: StoredPassword['scrypt']): Promise<Buffer> {
  // Two keyboards may write one accented letter in two ways.
  return derive(password.normalize('NFC'), salt, KEY_BYTES, { ...cost, maxmem: MEMORY_BYTES });
}
