import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { GiroError } from '../../../drivers/base/errors.ts';

/** One file of the bundle. */
export interface Entry {
  readonly name: string;
  readonly text: string;
}

/**
 * Writes a zip (mode 0600) of these files.
 * @throws {GiroError} USAGE when the file is there already, or cannot be made.
 */
export async function writeBundle(path: string, entries: readonly Entry[]): Promise<void> {
  const zip = new ZipFile();
  for (const { name, text } of entries) zip.addBuffer(Buffer.from(text), name, { mode: 0o100600 });
  zip.end();
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(zip.outputStream, file);
  } catch (cause) {
    throw new GiroError('USAGE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
