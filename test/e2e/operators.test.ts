import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { secure } from '../agent/delivery/certificates.ts';
import { assertContract } from '../contract.ts';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, simulateLines } from './lines.ts';

const LINES = 300;

/** A gym whose one turnstile let so many people pass. */
async function gymWith(lines: number, ...receiver: string[]) {
  const gym = await Gym.open();
  const port = await freePort();
  gym.configure(linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`));
  const gateway = await gym.gateway();
  const first = await gym.receiver(...receiver);
  const pass = async (count: number): Promise<void> => {
    assert.equal(await gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, count)).exit, 0);
  };
  if (lines > 0) await pass(lines);
  return { gym, gateway, receiver: first, pass };
}

async function giro(gym: Gym, ...args: string[]) {
  const process = gym.start(...args, '--config', gym.config);
  const code = await process.exit;
  return { code, out: process.stdout.join('\n'), err: process.stderr.join('\n') };
}

interface Status {
  readonly webhooks: readonly { state: string; pending: number; parked: number; pausedAtMs?: number }[];
}

async function webhookOf(gym: Gym): Promise<Status['webhooks'][number]> {
  const { out } = await giro(gym, 'status', '--json');
  return (JSON.parse(out) as Status).webhooks[0]!;
}

test('resend: a count first, then the same ids and bytes in order, marked as replays', async () => {
  const { gym, receiver } = await gymWith(LINES);
  try {
    await receiver.until('all delivered', () => gym.delivered.length === LINES);
    const socket = join(gym.folder, 'data', 'control.sock');
    assert.equal(statSync(socket).mode & 0o777, 0o600);

    const range = ['resend', '--webhook', 'crm', '--sequence', '11-250'];
    const dry = await giro(gym, ...range, '--dry-run', '--json');
    assert.deepEqual(JSON.parse(dry.out), {
      action: 'resend',
      dryRun: true,
      total: 240,
      webhooks: { crm: 240 },
    });
    const unasked = await giro(gym, ...range);
    assert.equal(unasked.code, 64, unasked.err);
    assert.match(unasked.err, /240 events would be sent again.*\n.*--yes/s);
    assert.equal((await webhookOf(gym)).pending, 0);
    assert.equal(gym.delivered.length, LINES, 'neither changed anything');

    const done = await giro(gym, ...range, '--yes');
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /^240 events queued to be sent again \(crm 240\)$/);
    assert.match(done.err, /240\/240/);
    await receiver.until('all replays', () => gym.delivered.length === LINES + 240);
    const before = new Map(gym.delivered.slice(0, LINES).map((delivery) => [delivery.id, delivery]));
    const replays = gym.delivered.slice(LINES);
    assert.deepEqual(
      replays.map(({ body }) => body.sequencia),
      Array.from({ length: 240 }, (_, index) => 11 + index),
    );
    for (const { id, sha256, replay } of replays) {
      assert.ok(replay);
      assert.equal(sha256, before.get(id)?.sha256);
    }
    assert.ok(gym.delivered.slice(0, LINES).every(({ replay }) => !replay));

    const one = await giro(gym, 'resend', '--id', replays[0]!.id);
    assert.equal(one.code, 0, 'a single one is not asked about');
    await receiver.until('the one', () => gym.delivered.length === LINES + 241);
  } finally {
    await gym.close();
  }
});

test('pause holds over a restart: nothing is sent, everything queues, resume sends it', async () => {
  const { gym, gateway, receiver, pass } = await gymWith(5);
  try {
    await receiver.until('the first five', () => gym.delivered.length === 5);
    const dry = await giro(gym, 'pause', 'crm', '--dry-run');
    assert.deepEqual([dry.code, dry.err], [0, 'Waiting for crm: 0'], dry.err);
    assert.match(dry.out, /^crm would be paused/);
    assert.equal((await webhookOf(gym)).pausedAtMs, undefined, 'nothing changed');
    assert.equal((await giro(gym, 'pause', 'crm')).code, 0);
    assert.equal(await gateway.end('SIGKILL'), 'SIGKILL');
    await gym.gateway();
    await pass(5);
    const paused = await webhookOf(gym);
    assert.equal(paused.pending, 5);
    assert.ok(paused.pausedAtMs !== undefined);
    assert.match((await giro(gym, 'status')).out, /ATIVA, paused/);
    const refused = await giro(gym, 'test', 'crm');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /paused.*giro resume/s);
    assert.equal((await giro(gym, 'test', 'crm', '--dry-run')).code, 1, 'a dry run is refused as well');
    const counted = await giro(gym, 'resume', 'crm', '--dry-run', '--json');
    assert.deepEqual(JSON.parse(counted.out), {
      action: 'resume',
      dryRun: true,
      webhook: 'crm',
      pending: 5,
    });
    assert.equal(gym.delivered.length, 5);
    assert.ok((await webhookOf(gym)).pausedAtMs !== undefined, 'it is still paused');

    const resumed = await giro(gym, 'resume', 'crm');
    assert.deepEqual([resumed.code, resumed.err], [0, 'Waiting for crm: 5']);
    await receiver.until('the rest', () => gym.delivered.length === 10);
    assert.equal((await webhookOf(gym)).pausedAtMs, undefined);
  } finally {
    await gym.close();
  }
});

test('parked: listed with its answer and its attempts in words; discarded, and sent again after all', async () => {
  const { gym, receiver } = await gymWith(1, '--status', '422');
  try {
    await receiver.until('three tries', () => receiver.stdout.length === 3);
    const listed = await giro(gym, 'parked', '--json');
    const [parked] = listed.out.split('\n').map((line) => JSON.parse(line));
    assert.equal(parked.status, 422);
    const story = await giro(gym, 'deliveries', '--id', parked.id);
    assert.equal(story.out.match(/HTTP 422: the receiver refuses the content of this event/g)?.length, 3);
    assert.match(story.out, /next try of this event \(until [\d:]+\)/);
    assert.match(story.out, /set aside \(parked\)/);
    await receiver.end();

    assert.match(
      (await giro(gym, 'discard', '--state', 'parked', '--webhook', 'crm')).out,
      /^1 events discarded/,
    );
    assert.equal((await webhookOf(gym)).parked, 0);
    assert.match((await giro(gym, 'resend', '--failed-since', '1h', '--yes')).out, /^0 events/);
    const good = await gym.receiver();
    assert.match((await giro(gym, 'resend', '--id', parked.id)).out, /^1 events/);
    await good.until('the event', () => good.stdout.length === 1);
    const attempts = await giro(gym, 'deliveries', '--id', parked.id, '--json');
    const { state, attempts: all } = JSON.parse(attempts.out);
    assert.deepEqual([state, all.length, all[3].class], ['delivered', 4, 'ok']);
  } finally {
    await gym.close();
  }
});

test('test: a signed testeWebhook through the queue; without a receiver exit code 1 and nothing left behind', async () => {
  const { gym, receiver } = await gymWith(0);
  try {
    const good = await giro(gym, 'testar', 'crm', '--json');
    assert.equal(good.code, 0, good.err);
    const { delivered, attempt, id } = JSON.parse(good.out);
    assert.deepEqual([delivered, attempt.status], [true, 200]);
    assert.ok(Math.abs(attempt.clockSkewMs) <= 5_000);
    await receiver.until('the test', () => receiver.stdout.length === 1);
    const [seen] = gym.delivered;
    assert.equal(seen?.id, id);
    assertContract(seen?.body);
    await receiver.end();

    const bad = await giro(gym, 'test', 'crm');
    assert.equal(bad.code, 1);
    assert.match(bad.out, /no answer \(refused\): the receiver refuses the connection/);
    assert.equal((await webhookOf(gym)).pending, 0);
    assert.equal((await giro(gym, 'test', 'nobody')).code, 64);
  } finally {
    await gym.close();
  }
});

test('test names the protocol and the cipher of the connection, for a person and as JSON', async (t) => {
  await using receiver = await secure('good', {
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  });
  const gym = await Gym.open();
  t.after(() => gym.close());
  const ca = resolve('test/fixtures/tls/ca.pem');
  gym.configure(
    linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${await freePort()}`),
    `  - { id: app, url: 'https://127.0.0.1:${receiver.port}/', secret: ${gym.secret}, allow: [loopback], tls: { ca: ${ca} } }`,
  );
  await gym.gateway();
  const shown = await giro(gym, 'test', 'app');
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.out, /TLS \d+ ms.*, TLSv1\.2 ECDHE-ECDSA-AES256-GCM-SHA384$/m);
  const { attempt } = JSON.parse((await giro(gym, 'test', 'app', '--json')).out);
  assert.deepEqual(attempt.tls, { protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' });
});

test('without a running gateway the commands say so; a killed one leaves no socket in the way', async () => {
  const { gym, gateway, receiver } = await gymWith(1);
  try {
    await receiver.until('delivered', () => gym.delivered.length === 1);
    await gateway.end('SIGKILL');
    for (const args of [
      ['pause', 'crm'],
      ['resume', 'crm'],
      ['test', 'crm'],
      ['resend', '--webhook', 'crm'],
    ]) {
      const { code, err } = await giro(gym, ...args);
      assert.equal(code, 69, err);
      assert.match(err, /the running gateway cannot be reached.*\n.*giro run/);
    }
    await gym.gateway();
    assert.equal((await giro(gym, 'pause', 'crm')).code, 0);
  } finally {
    await gym.close();
  }
});
