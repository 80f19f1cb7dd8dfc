/** Thread: makes one backup while the gateway works. Posts what it came to. */
import { parentPort, workerData } from 'node:worker_threads';
import { type BackupOrder, makeBackup } from './backup.ts';
import { refusalOf } from './trouble.ts';

try {
  parentPort?.postMessage(await makeBackup(workerData as BackupOrder));
} catch (error) {
  parentPort?.postMessage({ refused: refusalOf(error) });
}
