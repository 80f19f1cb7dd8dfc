import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { receive } from './receivers.ts';

const CHILD = fileURLToPath(new URL('./suspended-child.ts', import.meta.url));
/** The receiver asks for this wait; the process is stopped for longer. */
const RETRY_AFTER_S = 5;
const STOPPED_MS = 8_000;

test('a process that was stopped while it waited sends what is due within 5 s of its resuming', {
  timeout: 120_000,
}, async (t) => {
  const arrivals = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  let count = 0;
  await using receiver = await receive((request, response) => {
    request.resume();
    arrivals[count]?.resolve(performance.now());
    count += 1;
    response.writeHead(count === 1 ? 503 : 200, { 'retry-after': String(RETRY_AFTER_S) }).end();
  });
  const child = spawn(process.execPath, [CHILD, String(receiver.port)], { stdio: 'inherit' });
  t.after(() => child.kill('SIGKILL'));
  await arrivals[0]!.promise;
  await sleep(500); // the answer arrives and the wait begins
  child.kill('SIGSTOP');
  await sleep(STOPPED_MS);
  assert.equal(count, 1);
  const resumedMs = performance.now();
  child.kill('SIGCONT');
  const sentMs = await arrivals[1]!.promise;
  assert.ok(sentMs - resumedMs < 5_000, `${sentMs - resumedMs} ms after resuming`);
});
