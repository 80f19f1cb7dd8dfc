import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Lock, takeLock } from '../../agent/journal/lock.ts';
import { freePort, Gym } from './gym.ts';
import type { GiroProcess } from './processes.ts';
import { assertDelivered } from './verdict.ts';

/** henry.md C7: what time is it? */
const RH = Buffer.from('02080031312b52482b30301203', 'hex');

/** The gym's own software: asks something, lets the device speak, and calls again when it was cut off. */
class Software {
  readonly #port: number;
  #socket: Socket | undefined;
  #isOver = false;
  #onAnswer = (): void => {};

  constructor(port: number) {
    this.#port = port;
    this.#call();
  }

  /** Resolves with the next bytes of the device. */
  answer(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
    });
  }

  hangUp(): void {
    this.#isOver = true;
    this.#socket?.destroy();
  }

  #call(): void {
    const socket = connect(this.#port, '127.0.0.1');
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!this.#isOver) setTimeout(() => this.#call(), 20);
    });
    socket.on('data', () => this.#onAnswer());
    socket.write(RH);
  }
}

async function tappedGym() {
  const gym = await Gym.open();
  const [devicePort, tapPort] = [await freePort(), await freePort()];
  gym.configure(`  - id: catraca-1
    unit: centro
    driver: henry
    connect: tcp://127.0.0.1:${devicePort}
    tap: tcp-listen://127.0.0.1:${tapPort}
`);
  /** The turnstile; people come to it as soon as the software is through. */
  const people = (...more: string[]): GiroProcess =>
    gym.start(
      ...['simulate', 'henry', '--at', `tcp-listen://127.0.0.1:${devicePort}`, '--outcome', 'granted-passed'],
      ...['--pace', '0', ...more],
    );
  return { gym, tapPort, people, run: () => gym.start('run', '--config', gym.config) };
}

/** Somebody else has the journal. */
function lockJournal(gym: Gym): Lock {
  const data = join(gym.folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  return takeLock(data);
}

test('a tap: the software talks to the device as ever, and each access is delivered; Giro killed, it is back', async () => {
  const { gym, tapPort, people, run } = await tappedGym();
  try {
    const receiver = await gym.receiver();
    let gateway = run();
    await gateway.line(/tap listens/);
    let delivered = 0;
    for (const end of ['SIGKILL', 'SIGTERM'] as const) {
      // One comes now, the next in hours: nobody passes while Giro is away.
      const simulator = people('--rate', '0.0001');
      await simulator.line(/waiting for the gateway/);
      const software = new Software(tapPort);
      delivered += 1;
      await receiver.until(`${delivered} deliveries`, () => gym.delivered.length >= delivered);
      await gateway.end(end);
      const answered = software.answer();
      const endedAtMs = performance.now();
      gateway = run();
      await answered;
      const backMs = Math.round(performance.now() - endedAtMs);
      console.log(`# the software is back at the device ${backMs} ms after ${end}`);
      software.hangUp();
      await simulator.end('SIGKILL');
      await gateway.line(/gateway started/);
    }
    const events = assertDelivered(gym.delivered);
    assert.ok(events.every(({ body }) => body.acesso.passagem === 'confirmada'));
  } finally {
    await gym.close();
  }
});

test('the door comes first: a tap passes on while the journal cannot be opened; what passed is delivered later', async () => {
  const { gym, tapPort, people, run } = await tappedGym();
  const lock = lockJournal(gym);
  let software: Software | undefined;
  try {
    const receiver = await gym.receiver();
    const gateway = run();
    await gateway.line(/gateway cannot start, trying again/);
    const simulator = people('--rate', '20', '--count', '3');
    await simulator.line(/waiting for the gateway/);
    software = new Software(tapPort);
    assert.equal(await simulator.exit, 0, 'all three passed');
    assert.equal(gym.delivered.length, 0);
    lock.release();
    await gateway.line(/gateway started/);
    await receiver.until('3 deliveries', () => gym.delivered.length === 3);
    const events = assertDelivered(gym.delivered);
    assert.ok(events.every(({ body }) => body.acesso.passagem === 'confirmada'));
    assert.equal(await gateway.end('SIGTERM'), 0);
  } finally {
    software?.hangUp();
    lock.release();
    await gym.close();
  }
});

test('without a tap that passes on, a journal that cannot be opened ends the run', async () => {
  const { gym, run } = await tappedGym();
  const lock = lockJournal(gym);
  try {
    gym.configure('  []');
    const gateway = run();
    assert.equal(await gateway.exit, 69);
    assert.ok(gateway.stderr.some((line) => line.includes('another Giro is using this data folder')));
  } finally {
    lock.release();
    await gym.close();
  }
});
