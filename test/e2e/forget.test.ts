import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';

const PERSON = '7041997';
const CARD = '13658925';
const OTHER = '7041998';

function turnstile(port: number): string {
  return `  - id: catraca-1
    unit: centro
    driver: lines
    connect: tcp-listen://127.0.0.1:${port}
    options:
      pattern: '^(?<record>\\d+);(?<time>[^;]+);(?<person>\\d*);(?<credential>\\d*);(?<result>\\w+)$'
      result: { granted: liberado, denied: negado }
      person: { system: pacto, type: aluno }
      passage: true
      ack: "OK\\n"
`;
}

/** Sends lines and waits until each was acknowledged. */
async function send(port: number, lines: readonly string[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.setEncoding('utf8');
  let answered = '';
  for (const line of lines) socket.write(`${line}\n`);
  for await (const chunk of socket) {
    answered += String(chunk);
    if (answered.split('\n').length > lines.length) break;
  }
  socket.destroy();
}

test('forget removes one person from every file of the journal, and nobody else', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(turnstile(port));
    const receiver = await gym.receiver();
    const gateway = await gym.gateway();
    const at = (second: number): string => `2026-03-02T12:00:${String(second).padStart(2, '0')}Z`;
    await send(port, [
      `1;${at(1)};${PERSON};${CARD};granted`,
      `2;${at(2)};${OTHER};222;granted`,
      `3;${at(3)};;${CARD};denied`, // the same card, nobody named
      `4;${at(4)};${PERSON};;granted`,
      `what is ${PERSON} here`,
      `what is 1${PERSON} here`,
    ]);
    await receiver.until('four', () => gym.delivered.length === 4);
    const references = gym.delivered.flatMap(({ body }) => body.credencial?.referencia ?? []);
    await receiver.end();
    await send(port, [`5;${at(5)};${PERSON};${CARD};granted`]);

    const giro = async (...args: string[]) => {
      const process = gym.start(...args, '--config', gym.config, '--json');
      const code = await process.exit;
      assert.notEqual(process.stdout.length, 0, process.stderr.join('\n'));
      return { code, found: JSON.parse(process.stdout.join('')) as Record<string, unknown> };
    };
    const counted = { events: 3, pending: 1, traces: 0, lines: 1, delivered: { crm: 3 } };
    const dry = await giro('forget', '--person', PERSON, '--dry-run');
    assert.deepEqual(dry, { code: 0, found: { dryRun: true, ...counted } });
    const first = await giro('forget', '--person', PERSON, '--yes');
    assert.deepEqual(first, { code: 1, found: { dryRun: false, ...counted } }, 'one is not delivered yet');
    const events = gym.start('events', '--config', gym.config, '--json');
    await events.exit;
    assert.equal(events.stdout.length, 2, 'the other person, and what is pending');

    const rest = await giro('forget', '--person', PERSON, '--yes', '--discard-pending');
    assert.equal(rest.code, 0);
    assert.equal(rest.found.events, 1);
    const none = await giro('forget', '--credential', CARD, '--dry-run');
    assert.deepEqual([none.found.events, none.found.pending], [0, 0]);
    await gateway.end();

    const data = join(gym.folder, 'data');
    for (const name of readdirSync(data)) {
      const text = readFileSync(join(data, name), 'latin1');
      assert.ok(!new RegExp(`(?<!1)${PERSON}`).test(text), `${name} holds the person`);
      assert.ok(!text.includes(references[0] ?? ''), `${name} holds the card’s hash`);
    }
    const journal = readFileSync(join(data, 'journal.db'), 'latin1');
    assert.ok(journal.includes(OTHER) && journal.includes(`1${PERSON}`), 'others stay');

    // What the device sends again brings nobody back.
    const again = await gym.receiver();
    const restarted = await gym.gateway();
    await send(port, [`1;${at(1)};${PERSON};${CARD};granted`, `9;${at(9)};${OTHER};222;granted`]);
    await again.until('the new one', () => gym.delivered.length >= 5);
    assert.equal(gym.delivered.length, 5);
    assert.equal(gym.delivered[4]?.body.pessoa?.idExterno, OTHER);
    assert.ok(
      ![...gateway.stderr, ...restarted.stderr].some((line) => line.includes(PERSON)),
      'not in the log',
    );
  } finally {
    await gym.close();
  }
});
