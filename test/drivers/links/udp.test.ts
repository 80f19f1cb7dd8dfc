import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemClock } from '../../../drivers/base/clock.ts';
import type { GiroError } from '../../../drivers/base/errors.ts';
import { ask } from '../../../drivers/links/udp.ts';

const GUARD = { timeout: 60_000 };
const bytes = Buffer.from('prc');

/** Devices at some addresses of this machine, each of which answers as the test says. */
async function device(host: string, answer: (question: Buffer) => Buffer[]) {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    for (const datagram of answer(question)) socket.send(datagram, port, address);
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => socket.close() };
}

test('every question goes out, and every answer comes with its sender', GUARD, async () => {
  const one = await device('127.0.0.1', (question) => [question, Buffer.from('again')]);
  const two = await device('127.0.0.2', () => [Buffer.from('two')]);
  const failures: GiroError[] = [];
  const answers = await ask(
    [
      { from: '127.0.0.1', to: '127.0.0.1', port: one.port, bytes },
      { from: '0.0.0.0', to: '127.0.0.2', port: two.port, bytes },
      { from: '192.0.2.250', to: '127.0.0.1', port: one.port, bytes },
    ],
    {
      waitMs: 500,
      clock: systemClock,
      signal: new AbortController().signal,
      onFailure: (_question, error) => failures.push(error),
    },
  );
  one.close();
  two.close();
  assert.deepEqual(answers.map(({ address, bytes: said }) => `${address} ${said}`).sort(), [
    '127.0.0.1 again',
    '127.0.0.1 prc',
    '127.0.0.2 two',
  ]);
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['LINK_FAILED'],
  );
});

test('an abort ends the wait', GUARD, async () => {
  const stopping = new AbortController();
  const asked = ask([{ from: '127.0.0.1', to: '127.0.0.1', port: 9, bytes }], {
    waitMs: 3_600_000,
    clock: systemClock,
    signal: stopping.signal,
    onFailure: () => {},
  });
  stopping.abort();
  await assert.rejects(asked, { name: 'AbortError' });
});
