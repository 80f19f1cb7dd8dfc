import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CuttableLink } from './cut-link.ts';
import { freePort, Gym } from './gym.ts';
import { assertDelivered } from './verdict.ts';

function henryTurnstile(port: number, options: string): string {
  return `  - id: catraca-1
    unit: centro
    name: Entrada principal
    driver: henry
    connect: tcp://127.0.0.1:${port}
    options: ${options}
`;
}

const summary = ({ resultado, passagem, motivo }: Record<string, unknown>) =>
  [resultado, passagem, ...(motivo === undefined ? [] : [motivo])].join(' ');

test('simulate henry -> run -> listen: granted, denied and given up, before and after the link was cut', async () => {
  const gym = await Gym.open();
  const devicePort = await freePort();
  const cable = new CuttableLink(devicePort);
  try {
    gym.configure(
      henryTurnstile(await cable.listen(), '{ number: person, personSystem: pacto, personType: aluno }'),
    );
    const receiver = await gym.receiver();
    const at = ['--at', `tcp-listen://127.0.0.1:${devicePort}`, '--rate', '20', '--pace', '0', '--json'];
    let people = 0;
    const play = async (outcome: string, count: number): Promise<void> => {
      const simulator = gym.start('simulate', 'henry', ...at, '--outcome', outcome, '--count', String(count));
      assert.equal(await simulator.exit, 0);
      people += simulator.stdout.filter((line) => JSON.parse(line).heard === 'reported').length;
      await receiver.until(`${people} deliveries`, () => gym.delivered.length >= people);
    };
    const gateway = await gym.gateway();
    await play('granted-passed', 5);
    await play('denied', 2);
    cable.cut();
    await play('gave-up', 2);

    const events = assertDelivered(gym.delivered);
    assert.deepEqual(
      events.map(({ body }) => summary(body.acesso)),
      [
        ...Array(5).fill('liberado confirmada'),
        ...Array(2).fill('negado nao_informada outro'),
        ...Array(2).fill('liberado desistencia'),
      ],
    );
    for (const { body } of events) {
      assert.equal(body.pessoa?.sistema, 'pacto');
      assert.equal(body.pessoa?.tipo, 'aluno');
      assert.equal(body.credencial, null);
      assert.equal(body.acesso.recuperado, false);
    }
    assert.equal(await gateway.end(), 0);
  } finally {
    await gym.close();
    await cable.close();
  }
});

test('a device in online mode that nobody would answer is refused, with what to do', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(henryTurnstile(port, '{}'));
    gym.start('simulate', 'henry', '--at', `tcp-listen://127.0.0.1:${port}`, '--set', 'TIPO_VALIDA=O');
    const gateway = await gym.gateway();
    assert.match(await gateway.line(/DEVICE_NEEDS_DECIDER/), /decide/);
    // It is connected for a moment at each try, until its settings are read.
    let status = gym.start('status', '--config', gym.config);
    for (let look = 1; look < 20 && /online/.test(await status.line(/^catraca-1/)); look += 1) {
      status = gym.start('status', '--config', gym.config);
    }
    assert.match(await status.line(/^catraca-1/), /offline/);
    assert.match(await status.line(/TIPO_VALIDA/), /decide/);
  } finally {
    await gym.close();
  }
});

test('grantAll answers a device in online mode: people pass and are delivered', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(henryTurnstile(port, '{ decide: grantAll }'));
    const receiver = await gym.receiver();
    await gym.gateway();
    const device = ['--at', `tcp-listen://127.0.0.1:${port}`, '--set', 'TIPO_VALIDA=O'];
    const people = ['--outcome', 'granted-passed', '--count', '3', '--rate', '20', '--pace', '0'];
    const simulator = gym.start('simulate', 'henry', ...device, ...people);
    assert.equal(await simulator.exit, 0);
    await receiver.until('three deliveries', () => gym.delivered.length >= 3);
    const events = assertDelivered(gym.delivered);
    assert.deepEqual(
      events.map(({ body }) => [summary(body.acesso), body.acesso.decididoPor]),
      [
        ['liberado confirmada', 'sistema'],
        ['liberado confirmada', 'sistema'],
        ['liberado confirmada', 'sistema'],
      ],
    );
  } finally {
    await gym.close();
  }
});
