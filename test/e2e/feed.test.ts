import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { assertContract } from '../contract.ts';
import { freePort, Gym } from './gym.ts';
import { LineDevice } from './line-device.ts';
import { linesTurnstile } from './lines.ts';
import { LIMIT_MS } from './processes.ts';

const TOKEN = 'giro_token-of-an-integrator';

/** A notification of an access, as far as this test looks. */
interface Access {
  readonly id: string;
  readonly evento: string;
  readonly sequencia: number;
  readonly registradoEm: string;
  readonly acesso: { readonly registroDispositivo: string };
}

test('an integrator finds every access in the feed by cursor, sequence and time, through a kill -9 of the gateway', {
  timeout: LIMIT_MS,
}, async (t) => {
  const gym = await Gym.open();
  t.after(() => gym.close());
  await using device = await LineDevice.open(1);
  const port = await freePort();
  const hash = createHash('sha256').update(TOKEN).digest('hex');
  gym.configure(
    linesTurnstile('catraca-1', device.address),
    `feed:
  listen: 127.0.0.1:${port}
  consumers: [{ id: integrator, unit: centro, tokens: ["sha256:${hash}"] }]
`,
  );
  const list = async (query: string): Promise<{ events: Access[]; next: string }> => {
    const url = `http://127.0.0.1:${port}/v1/events?limit=500${query}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal(answer.status, 200);
    const page = (await answer.json()) as { events: { event: Access }[]; next: string };
    return { events: page.events.map(({ event }) => event), next: page.next };
  };
  const records = (events: readonly Access[]) =>
    events.map(({ acesso }) => Number(acesso.registroDispositivo));

  const gateway = await gym.gateway();
  await gateway.line(/feed listens/);
  device.send(100);
  await device.until(60);
  await gateway.end('SIGKILL');
  const again = await gym.gateway();
  await again.line(/feed listens/);
  await device.until(100);

  const { events: all, next } = await list('');
  for (const event of all) assertContract(event);
  const upTo = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.deepEqual(records(all), upTo);
  assert.deepEqual(
    all.map(({ sequencia }) => sequencia),
    upTo,
    'without a gap',
  );
  assert.deepEqual(records((await list('&afterSequence=70')).events), upTo.slice(70));
  const middle = all[50];
  assert.ok(middle);
  const since = (await list(`&since=${encodeURIComponent(middle.registradoEm)}`)).events;
  assert.ok(records(since).includes(51) && since.length < 100);
  assert.deepEqual(records(since), upTo.slice(100 - since.length));

  const waiting = list(`&after=${next}&wait=50`);
  device.send(101);
  assert.deepEqual(records((await waiting).events), [101]);
});
