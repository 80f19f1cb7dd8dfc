import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { Decrypter, Encrypter } from 'age-encryption';
import { GiroError } from '../../../drivers/base/errors.ts';

type Bytes = ReadableStream<Uint8Array>;

function read(path: string): Bytes {
  return Readable.toWeb(createReadStream(path)) as Bytes;
}

function write(path: string): WritableStream<Uint8Array> {
  return Writable.toWeb(createWriteStream(path, { mode: 0o600, flush: true }));
}

/** Encrypts a file with a passphrase into another (age, scrypt; `age -d` opens it too), and proves that it opens. */
export async function encryptFile(from: string, to: string, passphrase: string): Promise<void> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  await (await encrypter.encrypt(read(from))).pipeTo(write(to));
  const opened = await digest(await decrypted(to, passphrase));
  if (opened !== (await digest(read(from)))) {
    throw new GiroError('BACKUP_FAILED', `${to} does not open to what went in`);
  }
}

/** Throws BACKUP_UNUSABLE when the passphrase is another one or the file was changed. */
export async function decryptFile(from: string, to: string, passphrase: string): Promise<void> {
  try {
    await (await decrypted(from, passphrase)).pipeTo(write(to));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GiroError('BACKUP_UNUSABLE', `${from}: ${why}`, { cause });
  }
}

async function decrypted(path: string, passphrase: string): Promise<Bytes> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(read(path));
}

async function digest(bytes: Bytes): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
