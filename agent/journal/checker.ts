/** Thread: checks a whole journal on a connection of its own while the writer works. Posts what is wrong, or null. */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { findDamage } from './check.ts';
import { refusalOf, troubleOf } from './trouble.ts';

const db = new Sqlite(String(workerData), { readonly: true, fileMustExist: true });
try {
  parentPort?.postMessage(findDamage(db) ?? null);
} catch (error) {
  if (troubleOf(error) !== 'damage') throw error;
  parentPort?.postMessage(refusalOf(error).message);
} finally {
  db.close();
}
