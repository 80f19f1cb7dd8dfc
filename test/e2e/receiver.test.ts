import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, recordsOf, simulateLines, upTo } from './lines.ts';
import { assertDelivered } from './verdict.ts';

const LINES = 1_000;

interface Status {
  readonly running: boolean;
  readonly turnstiles: readonly { turnstile: string; state: string; lastAccessAtMs?: number }[];
  readonly webhooks: readonly { webhook: string; active: boolean; state: string; pending: number }[];
}

async function statusOf(gym: Gym): Promise<Status> {
  const status = gym.start('status', '--config', gym.config, '--json');
  assert.equal(await status.exit, 0);
  return JSON.parse(status.stdout.join('')) as Status;
}

test('two turnstiles, the receiver down and back: the queue waits, then drains in order', async () => {
  const gym = await Gym.open();
  try {
    const ports = [await freePort(), await freePort()] as const;
    gym.configure(
      ports
        .map((port, index) => linesTurnstile(`catraca-${index + 1}`, `tcp-listen://127.0.0.1:${port}`))
        .join(''),
    );
    const gateway = await gym.gateway();
    const first = await gym.receiver();
    const simulators = ports.map((port) => gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, LINES)));
    await first.until('some deliveries', () => first.stdout.length >= 50);
    await first.end('SIGKILL');

    for (const simulator of simulators)
      assert.equal(await simulator.exit, 0, 'the door never waits for the webhook');
    await gateway.line(/webhook.*crm|crm.*webhook/);
    const during = await statusOf(gym);
    assert.ok(during.running);
    assert.equal(during.webhooks[0]?.state, 'waiting');
    assert.ok((during.webhooks[0]?.pending ?? 0) > 0);

    const second = await gym.receiver();
    await second.until('all records', () => gym.deliveredEvents === 2 * LINES);
    const events = assertDelivered(gym.delivered);
    for (const turnstile of ['catraca-1', 'catraca-2']) {
      const own = events.filter(({ body }) => body.dispositivo.id === turnstile);
      assert.deepEqual(recordsOf(own), upTo(LINES), turnstile);
    }
  } finally {
    await gym.close();
  }
});

test('an inactive webhook is INATIVA: nothing is queued, the access is kept', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`), '    active: false\n');
    await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 5));
    assert.equal(await simulator.exit, 0);

    const { webhooks } = await statusOf(gym);
    assert.deepEqual(
      webhooks.map(({ webhook, active, pending }) => [webhook, active, pending]),
      [['crm', false, 0]],
    );
    const status = gym.start('status', '--config', gym.config);
    assert.match(await status.line(/^crm/), /INATIVA/);
    const events = gym.start('events', '--config', gym.config, '--json');
    assert.equal(await events.exit, 0);
    assert.deepEqual(
      events.stdout.map((line) => JSON.parse(line).deliveries),
      [[], [], [], [], []],
    );
  } finally {
    await gym.close();
  }
});
