import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GiroError } from '../../drivers/base/errors.ts';

/** Lies in a data folder whose queue was taken to another machine. */
export const MOVED_NOTE = 'moved.json';

/** Marks an installation as moved. */
export function noteMoved(folder: string, atMs: number): void {
  const text = `${JSON.stringify({ movedAt: new Date(atMs).toISOString() })}\n`;
  writeFileSync(join(folder, MOVED_NOTE), text, { mode: 0o600, flush: true });
}

/** Takes the mark back; false when there was none. */
export function takeMovedBack(folder: string): boolean {
  const wasMoved = existsSync(join(folder, MOVED_NOTE));
  rmSync(join(folder, MOVED_NOTE), { force: true });
  return wasMoved;
}

/** Throws INSTALLATION_MOVED where an export was made: two gateways with one queue would send everything twice. */
export function requireNotMoved(folder: string): void {
  const path = join(folder, MOVED_NOTE);
  if (existsSync(path))
    throw new GiroError('INSTALLATION_MOVED', `${path} ${readFileSync(path, 'utf8').trim()}`);
}
