import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Bytes in the path of a Unix socket at most (unix(7): 108 with the one that ends it). */
const LONGEST_SOCKET_PATH = 107;

/** A path to a socket that is short enough for the kernel, and works until it is released. */
export interface ShortPath {
  readonly path: string;
  release(): void;
}

/** On Linux a folder's descriptor stands for a path that is too long; elsewhere the path stays as it is. */
export function shortPath(path: string): ShortPath {
  if (process.platform !== 'linux' || Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) {
    return { path, release: () => {} };
  }
  const folder = openSync(dirname(path), 'r');
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
}
