import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../agent/commands/doctor/finding.ts';
import { secure } from '../agent/delivery/certificates.ts';
import { receiveAll, type Seen } from '../agent/delivery/receivers.ts';
import { freePort, Gym } from './gym.ts';
import { LineDevice } from './line-device.ts';
import { linesTurnstile } from './lines.ts';

async function live(gym: Gym, ...args: string[]) {
  const process = gym.start('check', '--live', '--config', gym.config, '--json', ...args);
  const code = await process.exit;
  const { live: result, valid } = JSON.parse(process.stdout[0] ?? '') as {
    valid: boolean;
    live: { ok: boolean; failures: number; warnings: number; findings: Finding[] };
  };
  const about = (check: string, subject?: string): Finding | undefined =>
    result.findings.find(
      (finding) => finding.check === check && (subject === undefined || finding.subject === subject),
    );
  return { code, valid, about, ...result };
}

const CA = resolve('test/fixtures/tls/ca.pem');

test('check --live: devices and webhooks up, down, expired and foreign, each in its colour, within 80 columns', async () => {
  const gym = await Gym.open();
  const seen: Seen[] = [];
  try {
    await using device = await LineDevice.open(1);
    await using slow = await receiveAll(seen, () => ({
      status: 200,
      headers: { date: new Date(Date.now() - 600_000).toUTCString() },
    }));
    await using good = await secure('good');
    await using expired = await secure('expired');
    await using foreign = await secure('self');
    const down = await freePort();
    const hook = (id: string, url: string, more = ''): string =>
      `  - { id: ${id}, url: "${url}", secret: ${gym.secret}, allow: [http, loopback]${more} }\n`;
    const trusting = `, tls: { ca: ${CA} }`;
    gym.configure(
      linesTurnstile('catraca-1', device.address) +
        linesTurnstile('catraca-2', `tcp://127.0.0.1:${down}`) +
        linesTurnstile('catraca-3', `tcp-listen://127.0.0.1:${await freePort()}`),
      hook('slow', `http://127.0.0.1:${slow.port}/token-of-the-path`) +
        hook('good', `https://127.0.0.1:${good.port}/`, trusting) +
        hook('expired', `https://127.0.0.1:${expired.port}/`, trusting) +
        hook('foreign', `https://127.0.0.1:${foreign.port}/`) +
        hook('away', 'https://no-such-name.invalid/'),
    );
    const { code, valid, ok, about, findings } = await live(gym);
    assert.deepEqual([code, valid, ok], [1, true, false]);
    const wanted: [check: string, subject: string, state: string, cause: RegExp][] = [
      ['devices', 'catraca-1', 'ok', /127\.0\.0\.1:\d+ answers/],
      ['devices', 'catraca-2', 'fail', /refused/],
      ['devices', 'catraca-3', 'warn', /it connects by itself/],
      ['dns', 'no-such-name.invalid', 'fail', /cannot be resolved/],
      ['tls', 'crm', 'fail', /refuses the connection/],
      ['tls', 'slow', 'ok', /HTTP 200, \d+ ms/],
      ['clock', 'slow', 'warn', /minus this machine's: -(599|60\d) s/],
      ['tls', 'good', 'ok', /HTTP 200/],
      ['clock', 'good', 'ok', /minus this machine's: -?\d s/],
      ['certificates', 'good', 'ok', /\d{5} days left, until 2120-01-01/],
      ['tls', 'expired', 'fail', /expired/],
      ['certificates', 'expired', 'fail', /expired \d+ days ago, 2021-01-01/],
      ['tls', 'foreign', 'fail', /self-signed/],
      ['tls', 'away', 'fail', /cannot be resolved/],
    ];
    for (const [check, subject, state, cause] of wanted) {
      const found = about(check, subject);
      assert.equal(found?.state, state, `${check} ${subject}: ${JSON.stringify(found)}`);
      assert.match(found?.cause.en ?? '', cause);
      assert.equal(found?.action === undefined, state === 'ok', `${check} ${subject}: an action`);
    }
    assert.ok(
      !findings.some(({ check }) => check === 'journal' || check === 'disk'),
      'no more than is asked',
    );

    // What is sent can be taken for nothing but a question.
    assert.deepEqual(
      seen.map(({ method, url, body }) => ({ method, url, body })),
      [{ method: 'HEAD', url: '/', body: '' }],
    );
    assert.deepEqual(
      Object.keys(seen[0]?.headers ?? {}).filter((name) => /webhook|signature|content|giro/.test(name)),
      [],
    );

    for (const language of ['en', 'pt-BR']) {
      const file = readFileSync(gym.config, 'utf8').replace(/language: [\w-]+/, `language: ${language}`);
      writeFileSync(gym.config, file);
      const shown = gym.start('check', '--live', '--config', gym.config);
      assert.equal(await shown.exit, 1);
      // The first line names the file, however long its path is.
      const table = shown.stdout.slice(1);
      assert.deepEqual(
        table.filter((line) => line.length > 80 || line.includes('\u001b')),
        [],
      );
      const [fail, good] = language === 'en' ? ['FAIL', 'certificate'] : ['FALHA', 'certificado'];
      assert.ok(
        table.some((line) => new RegExp(`^${fail} .*catraca-2 +`).test(line)),
        table.join('\n'),
      );
      assert.ok(
        table.some((line) => new RegExp(`^ok +${good} +good +\\S`).test(line)),
        table.join('\n'),
      );
    }
    assert.equal(device.connections, 3, 'once each time');
  } finally {
    await gym.close();
  }
});

test('check --live: a gateway that runs is asked, and its session goes on', async () => {
  const gym = await Gym.open();
  try {
    await using device = await LineDevice.open(1);
    gym.configure(
      linesTurnstile('catraca-1', device.address) +
        linesTurnstile('catraca-2', `tcp://127.0.0.1:${await freePort()}`),
    );
    const receiver = await gym.receiver();
    await gym.gateway();
    device.send(5);
    await device.until(5);
    await receiver.until('deliveries', () => gym.deliveredEvents === 5);
    const first = await live(gym);
    assert.equal(first.code, 1);
    assert.equal(first.about('devices', 'catraca-1')?.cause.en, 'connected');
    assert.equal(first.about('devices', 'catraca-2')?.state, 'fail');
    assert.equal(first.about('tls', 'crm')?.state, 'ok');
    assert.equal(device.connections, 1, 'the gateway’s own, which was there before');

    device.send(10);
    await device.until(10);
    await receiver.until('deliveries', () => gym.deliveredEvents === 10);
    assert.equal(device.connections, 1, 'and goes on');
    assert.equal(gym.delivered.length, 10, 'nothing of the check came as an event');
  } finally {
    await gym.close();
  }
});

test('check --live: nothing that fails is exit code 0; a wrong file is 78 and nothing is tried', async () => {
  const gym = await Gym.open();
  try {
    await using device = await LineDevice.open(1);
    gym.configure(linesTurnstile('catraca-1', device.address));
    await gym.receiver();
    const good = await live(gym);
    assert.deepEqual([good.code, good.ok, good.failures], [0, true, 0], JSON.stringify(good.findings));
    writeFileSync(gym.config, readFileSync(gym.config, 'utf8').replace('driver: lines', 'driver: line'));
    const wrong = gym.start('check', '--live', '--config', gym.config, '--json');
    assert.equal(await wrong.exit, 78);
    assert.equal(JSON.parse(wrong.stdout[0] ?? '').valid, false);
    assert.equal(device.connections, 1);
  } finally {
    await gym.close();
  }
});
