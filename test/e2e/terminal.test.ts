import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, simulateLines } from './lines.ts';
import { skipWithoutScript, Terminal } from './terminal.ts';

const RED = '\x1b[31m';
const GREEN = '\x1b[32m';

/** A gym whose one turnstile let so many people pass, all delivered. */
async function gymWith(people: number): Promise<Gym> {
  const gym = await Gym.open();
  const port = await freePort();
  gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
  const receiver = await gym.receiver();
  await gym.gateway();
  await gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, people)).exit;
  await receiver.until('deliveries', () => gym.deliveredEvents === people);
  return gym;
}

test('resend asks on a terminal, takes no for an answer, and shows a bar when told yes', {
  skip: skipWithoutScript,
}, async () => {
  const gym = await gymWith(300);
  try {
    const args = ['resend', '--config', gym.config, '--webhook', 'crm', '--all-since', '1h'];
    await using first = new Terminal(args, { cwd: gym.folder });
    await first.answer(/300 events would be sent again .*\nSend them again\? \[y\/N\]/, '\r');
    assert.equal(await first.exit, 0);
    assert.match(first.text, /nothing changed/);

    await using stopped = new Terminal(args, { cwd: gym.folder });
    await stopped.answer(/\[y\/N\]/, '\x03');
    assert.equal(await stopped.exit, 0);
    assert.match(stopped.text, /nothing changed/);

    await using second = new Terminal(args, { cwd: gym.folder });
    await second.answer(/\[y\/N\]/, 'y\r');
    assert.equal(await second.exit, 0);
    assert.match(second.raw, /\r\[#{30}\] 300\/300\r?\n/, 'the bar, to its end');
    assert.match(second.text, /300 events queued to be sent again \(crm 300\)/);

    const piped = gym.start(...args);
    assert.equal(await piped.exit, 64, 'where nobody can be asked, nobody is');
  } finally {
    await gym.close();
  }
});

test('colours are for a terminal without NO_COLOR; what is printed fits it', {
  skip: skipWithoutScript,
}, async () => {
  const gym = await gymWith(3);
  try {
    const args = ['doctor', '--config', gym.config];
    await using coloured = new Terminal(args, { cwd: gym.folder });
    await coloured.exit;
    assert.ok(coloured.raw.includes(`${GREEN}ok`));
    await using plain = new Terminal(args, { cwd: gym.folder, env: { NO_COLOR: '1' } });
    await plain.exit;
    assert.ok(!plain.raw.includes(GREEN) && !plain.raw.includes(RED));
    const piped = gym.start(...args);
    await piped.exit;
    assert.ok(!piped.stdout.some((line) => line.includes('\x1b')));

    for (const command of ['status', 'events', 'deliveries', 'doctor']) {
      await using shown = new Terminal([command, '--config', gym.config], { cwd: gym.folder });
      await shown.exit;
      const wide = shown.text.split('\n').filter((line) => line.length > 80);
      assert.deepEqual(wide, [], command);
    }
  } finally {
    await gym.close();
  }
});
