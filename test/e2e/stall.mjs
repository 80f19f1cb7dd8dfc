// Preloaded into every thread of a daemon (NODE_OPTIONS=--import): stops the thread that GIRO_TEST_STALL names while
// a file lies there, as a disk that hangs or an endless loop would.
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const [thread, flag] = process.env.GIRO_TEST_STALL.split('=');
const cell = new Int32Array(new SharedArrayBuffer(4));

if ((thread === 'main') === isMainThread) {
  setInterval(() => {
    while (existsSync(flag)) Atomics.wait(cell, 0, 0, 20);
  }, 20).unref();
}
