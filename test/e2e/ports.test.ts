import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { test } from 'node:test';
import { openPtyPair, skipWithoutPty } from '../drivers/pty.ts';
import { Gym } from './gym.ts';
import type { GiroProcess } from './processes.ts';

/** Without socat, which is the cable. */
function holdersIn({ stdout }: GiroProcess): unknown[] {
  const { ports } = JSON.parse(stdout.join('')) as { ports: [{ holders: { program: string }[] }] };
  return ports[0].holders.filter(({ program }) => program !== 'socat');
}

test('ports names the program that has a port open, and prints its connect', {
  skip: skipWithoutPty,
}, async () => {
  const gym = await Gym.open();
  await using pair = await openPtyPair();
  try {
    const port = openSync(pair.near, constants.O_RDWR | constants.O_NOCTTY);
    const holder = spawn('sleep', ['600'], { stdio: [port, 'ignore', 'ignore'] });
    await once(holder, 'spawn');
    closeSync(port);
    try {
      const held = gym.start('ports', pair.near);
      assert.equal(await held.exit, 0);
      assert.match(held.stdout[0] ?? '', new RegExp(`in use by .*sleep \\(${holder.pid}\\)`));
      assert.equal(held.stdout[1], `  connect: serial://${pair.near}?baudRate=9600`);

      const real = gym.start('ports', realpathSync(pair.near), '--json');
      assert.equal(await real.exit, 0);
      assert.deepEqual(holdersIn(real), [{ pid: holder.pid, program: 'sleep' }]);
    } finally {
      holder.kill();
      await once(holder, 'exit');
    }
    const free = gym.start('ports', pair.near, '--json');
    assert.equal(await free.exit, 0);
    assert.deepEqual(holdersIn(free), []);
  } finally {
    await gym.close();
  }
});
