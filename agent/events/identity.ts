import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { v4, v5 } from 'uuid';
import { z } from 'zod';
import { GiroError } from '../../drivers/base/errors.ts';

/** In the data folder. */
export const IDENTITY_FILE = 'identity.json';
const COPY_FILE = 'identity.copy.json';

const stored = z.object({
  id: z.uuid(),
  /** 32 random bytes, base64. */
  key: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32),
});

type Stored = z.infer<typeof stored>;

/**
 * What a start found of the identity: its file; none, so it was made; its file lost or damaged and replaced by the copy
 * beside it; or both, so another was made.
 */
export type Found = 'whole' | 'new' | 'restored' | 'replaced';

/**
 * Who this installation is: the namespace of its event ids and the key of its credential hashes. Both must outlive
 * the journal, so they live in a file of their own beside it, twice (mode 0600).
 */
export class Identity {
  readonly id: string;
  readonly found: Found;
  readonly #key: Buffer;

  constructor(id: string, key: Buffer, found: Found = 'whole') {
    this.id = id;
    this.#key = key;
    this.found = found;
  }

  /**
   * The id of an event: equal text from one turnstile gives an equal id, for ever; without text it is a fresh one. The
   * turnstile's id is always in it: two devices that were given the same number must never share an event.
   */
  eventId(turnstile: string, identity: string | undefined): string {
    return identity === undefined ? v4() : v5(`${turnstile}\n${identity}`, this.id);
  }

  /** Keyed hash of a raw credential: HMAC-SHA-256, its first 16 bytes in hex (contract, `credencial.referencia`). */
  reference(value: string): string {
    return createHmac('sha256', this.#key).update(value).digest('hex').slice(0, 32);
  }
}

/** Whether a gateway has run on this folder before. */
export function isInstalled(folder: string): boolean {
  return [IDENTITY_FILE, COPY_FILE].some((file) => existsSync(join(folder, file)));
}

/**
 * Reads the identity of the data folder, or makes it at the first start. A damaged file is set aside under a name with
 * the time; its copy takes its place or, if that cannot be used either, another identity: a gateway that hears the
 * turnstiles under a new name is better than none.
 * @param configuredId `agent.id`, which wins over the id in the file (the key stays).
 * @throws {GiroError} KEY_UNUSABLE when the folder cannot be written.
 */
export function loadIdentity(folder: string, nowMs: number, configuredId?: string): Identity {
  const main = read(join(folder, IDENTITY_FILE));
  const copy = read(join(folder, COPY_FILE));
  const isNew = main === 'missing' && copy === 'missing';
  const kept = [main, copy].find((one) => typeof one === 'object');
  const identity = kept ?? { id: randomUUID(), key: randomBytes(32).toString('base64') };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [file, state] of [
      [IDENTITY_FILE, main],
      [COPY_FILE, copy],
    ] as const) {
      if (state === 'damaged') setAside(join(folder, file), nowMs);
      if (typeof state === 'string' || state.key !== identity.key || state.id !== identity.id) {
        write(folder, file, identity);
      }
    }
  } catch (cause) {
    throw new GiroError('KEY_UNUSABLE', `${join(folder, IDENTITY_FILE)} cannot be written`, { cause });
  }
  const found = isNew ? 'new' : main === kept ? 'whole' : kept === undefined ? 'replaced' : 'restored';
  return new Identity(configuredId ?? identity.id, Buffer.from(identity.key, 'base64'), found);
}

function read(path: string): Stored | 'missing' | 'damaged' {
  try {
    return stored.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'damaged';
  }
}

function setAside(path: string, nowMs: number): void {
  renameSync(path, `${path}.damaged-${new Date(nowMs).toISOString().replace(/[-:]|\.\d+Z/g, '')}`);
}

function write(folder: string, name: string, identity: Stored): void {
  const path = join(folder, name);
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(identity, undefined, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  // The name must survive a power cut as well as the bytes, or the next start would make another identity.
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
