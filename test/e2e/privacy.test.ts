import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, simulateLines } from './lines.ts';
import { assertDelivered } from './verdict.ts';

test('no card and no secret in any line of the log, and no card in any file of the journal', async () => {
  const gym = await Gym.open();
  try {
    const ports = { lines: await freePort(), henry: await freePort() };
    gym.configure(`${linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${ports.lines}`)}  - id: catraca-2
    unit: centro
    driver: henry
    connect: tcp://127.0.0.1:${ports.henry}
`);
    const receiver = await gym.receiver();
    const gateway = gym.start('run', '--config', gym.config);
    await gateway.line(/gateway started/);
    const simulators = [
      gym.start(...simulateLines(`tcp://127.0.0.1:${ports.lines}`, 20), '--json'),
      gym.start(
        ...['simulate', 'henry', '--at', `tcp-listen://127.0.0.1:${ports.henry}`],
        ...['--count', '10', '--rate', '20', '--pace', '0', '--json'],
      ),
    ];
    for (const simulator of simulators) assert.equal(await simulator.exit, 0);
    await receiver.until('deliveries', () => gym.delivered.length >= 30);
    assertDelivered(gym.delivered);
    await gateway.end();

    const cards = simulators.flatMap(({ stdout }) =>
      stdout.map((line) => (JSON.parse(line) as { card: string }).card),
    );
    assert.equal(cards.length, 30);
    // A number of four digits occurs anywhere; as a word of its own, in quotes or between separators, it must not.
    const asWord = new RegExp(`(?<![0-9a-f.:-])0*(?:${[...new Set(cards)].join('|')})(?![0-9a-f.:Z-])`);
    const log = [...gateway.stdout, ...gateway.stderr];
    assert.ok(log.length > 30, 'a line an event');
    assert.deepEqual(
      log.filter((line) => asWord.test(withoutNumbers(line))),
      [],
    );
    const secret = gym.secret;
    assert.deepEqual(
      log.filter((line) => line.includes(secret)),
      [],
    );

    const data = join(gym.folder, 'data');
    for (const file of readdirSync(data)) {
      const text = readFileSync(join(data, file), 'latin1');
      for (const card of cards) {
        assert.ok(!text.includes(`;${card}`) && !text.includes(`"${card}"`), `${file} holds a card`);
      }
    }
  } finally {
    await gym.close();
  }
});

/** A line of the log without the members that are numbers by nature and may equal a card by chance. */
function withoutNumbers(line: string): string {
  const { time, pid, ms, atMs, sequence, offlineMs, ...rest } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify(rest);
}
