import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { v4, v5 } from 'uuid';
import { z } from 'zod';
import { GiroError } from '../../drivers/errors.ts';

/** In the data folder. */
export const IDENTITY_FILE = 'identity.json';

const stored = z.object({
  id: z.uuid(),
  /** 32 random bytes, base64. */
  key: z.base64().refine((text) => Buffer.from(text, 'base64').length === 32),
});

/**
 * Who this installation is: the namespace of its event ids and the key of its credential hashes. Both must outlive
 * the journal, so they live in a file of their own beside it (mode 0600).
 */
export class Identity {
  readonly id: string;
  readonly #key: Buffer;

  constructor(id: string, key: Buffer) {
    this.id = id;
    this.#key = key;
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

/**
 * Reads the identity of the data folder, or makes it at the first start.
 * @param configuredId `agent.id`, which wins over the id in the file (the key stays).
 * @throws {GiroError} KEY_UNUSABLE when the file is there and cannot be used: a new one would change every id and
 * every hash, so that is for a person to decide.
 */
export function loadIdentity(folder: string, configuredId?: string): Identity {
  const path = join(folder, IDENTITY_FILE);
  const { id, key } = read(path) ?? make(folder, path);
  return new Identity(configuredId ?? id, Buffer.from(key, 'base64'));
}

function read(path: string): z.infer<typeof stored> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new GiroError('KEY_UNUSABLE', `${path} cannot be read`, { cause });
  }
  try {
    return stored.parse(JSON.parse(text));
  } catch (cause) {
    throw new GiroError('KEY_UNUSABLE', `${path} is damaged`, { cause });
  }
}

function make(folder: string, path: string): z.infer<typeof stored> {
  const identity = { id: randomUUID(), key: randomBytes(32).toString('base64') };
  const draft = `${path}.new`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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
  } catch (cause) {
    throw new GiroError('KEY_UNUSABLE', `${path} cannot be written`, { cause });
  }
  return identity;
}
