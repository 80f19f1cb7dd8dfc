import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { assertDelivered } from './verdict.ts';

const RC = Buffer.from('020a0030312b52432b30302b4d6003', 'hex');

/** The gym's own software: asks something, lets the device speak, and calls again when it was cut off. */
function callAsSoftware(port: number): () => void {
  let isOver = false;
  let socket: Socket;
  const call = (): void => {
    socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isOver) setTimeout(call, 100);
    });
    socket.write(RC);
    socket.resume();
  };
  call();
  return () => {
    isOver = true;
    socket.destroy();
  };
}

test('a tap: the software talks to the device as ever, and each access is delivered; Giro killed, it is back', async () => {
  const gym = await Gym.open();
  try {
    const [devicePort, tapPort] = [await freePort(), await freePort()];
    gym.configure(`  - id: catraca-1
    unit: centro
    driver: henry
    connect: tcp://127.0.0.1:${devicePort}
    tap: tcp-listen://127.0.0.1:${tapPort}
`);
    const receiver = await gym.receiver();
    let gateway = await gym.gateway();
    await gateway.line(/tap listens/);
    const people = ['--outcome', 'granted-passed', '--count', '3', '--rate', '20', '--pace', '0'];
    let delivered = 0;
    for (const end of ['SIGKILL', 'SIGTERM'] as const) {
      const simulator = gym.start(
        'simulate',
        'henry',
        '--at',
        `tcp-listen://127.0.0.1:${devicePort}`,
        ...people,
      );
      await simulator.line(/waiting for the gateway/);
      const hangUp = callAsSoftware(tapPort);
      assert.equal(await simulator.exit, 0);
      delivered += 3;
      await receiver.until(`${delivered} deliveries`, () => gym.delivered.length >= delivered);
      hangUp();
      const killedAtMs = performance.now();
      await gateway.end(end);
      gateway = await gym.gateway();
      await gateway.line(/tap listens/);
      console.log(`# the tap listens again ${Math.round(performance.now() - killedAtMs)} ms after ${end}`);
    }
    const events = assertDelivered(gym.delivered);
    assert.ok(events.every(({ body }) => body.acesso.passagem === 'confirmada'));
  } finally {
    await gym.close();
  }
});
