import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../../clock.ts';
import { bytes, cards, startSession, text } from './set-up.ts';

const limit = { timeout: 120_000 };
const ack = 'OK\n';

test('all lines of a chunk are one commit, and each is acknowledged after it', limit, async () => {
  const { device, commits, running } = startSession({ ack });
  await device.write(bytes('card 1\ncard 2\ncard'));
  await commits.reach(1);
  assert.deepEqual(commits.all.map(cards), [['1', '2']]);
  const answer = device.read();
  await settle();
  commits.all[0]?.resolve();
  assert.equal(text(await answer), 'OK\nOK\n');

  await device.write(bytes(' 3\n'));
  await commits.reach(2);
  assert.deepEqual(commits.all.map(cards).at(-1), ['3']);
  commits.all[1]?.resolve();
  assert.equal(text(await device.read()), 'OK\n');
  device.close();
  await running;
});

test('the lines of one session have keys of their own', limit, async () => {
  const { device, commits, running } = startSession();
  await device.write(bytes('card 1\ncard 1\n'));
  await device.write(bytes('card 1\n'));
  await commits.reach(2);
  const keys = commits.all
    .flatMap(({ readings }) => readings)
    .map((reading) => 'key' in reading && reading.key);
  assert.equal(new Set(keys).size, 3);
  for (const commit of commits.all) commit.resolve();
  device.close();
  await running;
});

test('acknowledgements keep the order of the lines, whichever commit is done first', limit, async () => {
  const { device, commits, running } = startSession({ ack });
  await device.write(bytes('card 1\n'));
  await commits.reach(1);
  await device.write(bytes('card 2\ncard 3\n'));
  await commits.reach(2);
  let isAnswered = false;
  const answer = device.read().finally(() => {
    isAnswered = true;
  });
  commits.all[1]?.resolve();
  await settle();
  assert.equal(isAnswered, false, 'the second line is not acknowledged before the first');
  commits.all[0]?.resolve();
  assert.equal(text(await answer), 'OK\n');
  assert.equal(text(await device.read()), 'OK\nOK\n');
  device.close();
  await running;
});

test(
  'unrecognised and overlong lines are recorded and acknowledged like the others, empty ones are not',
  limit,
  async () => {
    const { device, commits, running } = startSession({ ack, maxLineBytes: 16 });
    await device.write(bytes(`hello\n\n\r\n${'x'.repeat(20)}\ncard 1\n`));
    await commits.reach(1);
    assert.deepEqual(commits.all.map(cards), [['unrecognised', 'unrecognised', '1']]);
    assert.deepEqual(commits.all[0]?.readings.slice(0, 2), [
      { kind: 'unrecognised', bytes: Uint8Array.from(bytes('hello')) },
      { kind: 'unrecognised', bytes: Uint8Array.from(bytes('x'.repeat(16))) },
    ]);
    commits.all[0]?.resolve();
    assert.equal(text(await device.read()), 'OK\nOK\nOK\n');
    device.close();
    await running;
  },
);

test('without ack nothing is ever written', limit, async () => {
  const { device, commits, running } = startSession();
  await device.write(bytes('card 1\n'));
  await commits.reach(1);
  commits.all[0]?.resolve();
  device.close();
  await running;
  // The device closed its own end, so what the agent wrote would have been taken before.
  assert.equal(commits.all.length, 1);
});

test('ack is written in the configured encoding', limit, async () => {
  const { device, commits, running } = startSession({ ack: 'é\r\n', encoding: 'latin1' });
  await device.write(bytes('card 1\n'));
  await commits.reach(1);
  commits.all[0]?.resolve();
  assert.deepEqual([...((await device.read()) as Uint8Array)], [0xe9, 0x0d, 0x0a]);
  device.close();
  await running;
});

test(
  'a commit that fails ends the session with its error, and nothing is acknowledged after',
  limit,
  async () => {
    const { device, commits, running } = startSession({ ack });
    await device.write(bytes('card 1\n'));
    await commits.reach(1);
    await device.write(bytes('card 2\n'));
    await commits.reach(2);
    const failure = new Error('given up');
    commits.all[0]?.reject(failure);
    await assert.rejects(running, (error) => error === failure);
    commits.all[1]?.resolve();
    assert.equal(await device.read(), 'end', 'no acknowledgement was written');
  },
);

test('at most 2 chunks are on their way to the disk; then the device is held back', limit, async () => {
  const { device, commits, running } = startSession({ ack });
  for (let card = 1; card <= 12; card += 1) {
    await device.write(bytes(`card ${card}\n`));
    await settle();
  }
  await settle();
  assert.equal(commits.all.length, 2);
  commits.all[0]?.resolve();
  await commits.reach(3);
  await settle();
  assert.equal(commits.all.length, 3);
  for (let done = 1; done < 12; done += 1) {
    await commits.reach(done + 1);
    commits.all[done]?.resolve();
  }
  let answers = '';
  while (answers.length < 12 * ack.length) answers += text(await device.read());
  assert.equal(answers, ack.repeat(12));
  assert.deepEqual(
    commits.all.flatMap(cards),
    Array.from({ length: 12 }, (_, index) => String(index + 1)),
  );
  device.close();
  await running;
});

test('at the end of the link the session waits for the commits under way', limit, async () => {
  const { device, commits, running } = startSession();
  await device.write(bytes('card 1\n'));
  await commits.reach(1);
  device.close();
  let hasEnded = false;
  const ended = running.then(() => {
    hasEnded = true;
  });
  await settle();
  await settle();
  assert.equal(hasEnded, false);
  commits.all[0]?.resolve();
  await ended;
});

test(
  'a line that the end of the link cut off is dropped with a warning, even where it would match',
  limit,
  async () => {
    const { device, commits, log, running } = startSession();
    await device.write(bytes('card 12'));
    device.close();
    await running;
    assert.equal(commits.all.length, 0);
    assert.deepEqual(
      log.entries.map(({ level, data }) => ({ level, data })),
      [{ level: 'warn', data: { bytes: 7 } }],
    );
  },
);

test('a link that breaks ends the session with LINK_LOST', limit, async () => {
  const { agent, running } = startSession();
  agent.close();
  await assert.rejects(running, { code: 'LINK_LOST' });
});

test(
  'an abort ends the session at once, whether it reads, waits for room or waits for the last commit',
  limit,
  async () => {
    const reading = startSession();
    await settle();
    reading.aborting.abort();
    await reading.running;

    const full = startSession();
    for (let card = 1; card <= 9; card += 1) {
      await full.device.write(bytes(`card ${card}\n`));
      await settle();
    }
    full.aborting.abort();
    await full.running;

    const last = startSession();
    await last.device.write(bytes('card 1\n'));
    await last.commits.reach(1);
    last.device.close();
    await settle();
    last.aborting.abort();
    await last.running;
  },
);
