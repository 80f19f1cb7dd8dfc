import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertContract } from '../contract.ts';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, simulateLines } from './lines.ts';

const KEY = '0123456789abcdef0123456789abcdef';

/** What `listen --json` prints besides what every format has. */
interface Printed {
  readonly id: string;
  readonly format: string;
  readonly attributes?: Record<string, string>;
  readonly body: Record<string, unknown>;
}

/** Three accesses through a gateway with one webhook of this format, as a receiver that verifies prints them. */
async function deliveredAs(
  gym: Gym,
  format: string,
): Promise<{ readonly printed: readonly Printed[]; readonly log: string }> {
  const port = await freePort();
  gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`), format);
  writeFileSync(
    gym.config,
    readFileSync(gym.config, 'utf8').replace('company: 1', `company: 1, key: ${KEY}`),
  );
  const receiver = await gym.receiver();
  const gateway = await gym.gateway();
  const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 3));
  assert.equal(await simulator.exit, 0);
  await receiver.until('three deliveries', () => receiver.stdout.length === 3);
  await gateway.end();
  const printed = receiver.stdout.map((line) => JSON.parse(line) as Printed);
  return { printed, log: gateway.stderr.join('\n') };
}

for (const format of ['cloudevents', 'cloudevents-binary']) {
  test(`${format}: what arrives is verified, the event is its own id, its data the contract`, async () => {
    const gym = await Gym.open();
    try {
      const { printed, log } = await deliveredAs(gym, `    format: ${format}\n`);
      for (const [index, { id, format: found, attributes, body }] of printed.entries()) {
        assert.equal(found, format);
        assertContract(body);
        assert.equal(body.chave, undefined);
        assert.equal(body.sequencia, index + 1);
        assert.deepEqual(
          [attributes?.id, attributes?.type, attributes?.source, attributes?.sequence],
          [id, 'notificarAcesso', '/giro/teste/centro/catraca-1', `000000000000000${index + 1}`],
        );
      }
      assert.doesNotMatch(log, /unverified/);
    } finally {
      await gym.close();
    }
  });
}

test('pacto-plano: a flat body of the configured fields, and the log says that nobody has verified it', async () => {
  const gym = await Gym.open();
  try {
    const { printed, log } = await deliveredAs(
      gym,
      `    format: pacto-plano
    fields: { nr: sequencia, dtHrEntrada: ocorridoEm, sentido: acesso.sentido }
    values: { sentido: { entrada: E, saida: S } }
    constants: { origem: catraca }
`,
    );
    for (const [index, { format, body }] of printed.entries()) {
      assert.equal(format, 'json');
      assert.deepEqual(Object.keys(body), ['nr', 'dtHrEntrada', 'sentido', 'origem']);
      assert.deepEqual([body.nr, body.origem], [index + 1, 'catraca']);
      assert.match(String(body.sentido), /^(E|S|indefinido)$/);
    }
    assert.equal(log.match(/format pacto-plano is unverified/g)?.length, 1);
  } finally {
    await gym.close();
  }
});

test('chave arrives at a webhook that asks for it', async () => {
  const gym = await Gym.open();
  try {
    const { printed } = await deliveredAs(gym, '    includeKey: true\n');
    for (const { format, body } of printed) {
      assert.equal(format, 'giro');
      assertContract(body);
      assert.equal(body.chave, KEY);
    }
  } finally {
    await gym.close();
  }
});
