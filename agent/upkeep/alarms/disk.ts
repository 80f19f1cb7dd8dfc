import { statfs } from 'node:fs/promises';
import type { DiskSpace } from './conditions.ts';

/** Room for this user on the disk that holds a folder. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
