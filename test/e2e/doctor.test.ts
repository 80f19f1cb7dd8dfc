import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../agent/commands/doctor/finding.ts';
import { unzipped } from '../zip.ts';
import { freePort, Gym } from './gym.ts';
import { linesTurnstile, simulateLines } from './lines.ts';

async function doctor(gym: Gym, ...args: string[]) {
  const process = gym.start('doctor', '--config', gym.config, '--json', ...args);
  const code = await process.exit;
  const { findings, ...rest } = JSON.parse(process.stdout[0] ?? '') as { findings: Finding[]; ok: boolean };
  const about = (check: string, subject?: string): Finding | undefined =>
    findings.find(
      (finding) => finding.check === check && (subject === undefined || finding.subject === subject),
    );
  return { code, findings, about, ...rest };
}

function turnstile(port: number): string {
  return linesTurnstile('catraca-1', `tcp-listen://127.0.0.1:${port}`);
}

test('doctor: all is well with a gateway that runs, in the order of the checks, also on a screen of 80 columns', async () => {
  const gym = await Gym.open();
  try {
    const port = await freePort();
    gym.configure(turnstile(port));
    chmodSync(gym.config, 0o600);
    await gym.receiver();
    await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 100_000, 1));
    await simulator.until('a passage', () => simulator.stdout.length > 0);
    const { code, ok, about, findings } = await doctor(gym);
    assert.equal(code, 0, JSON.stringify(findings.filter(({ state }) => state === 'fail')));
    assert.equal(ok, true);
    assert.equal(about('devices', 'catraca-1')?.cause.en, 'connected');
    assert.equal(about('ports', `catraca-1 connect: ${port}`)?.cause.en, 'held by the gateway');
    assert.match(about('tls', 'crm')?.cause.en ?? '', /^127\.0\.0\.1:\d+: HTTP \d{3}, \d+ ms$/);
    const order = [...new Set(findings.map(({ check }) => check))].filter((check) => check !== 'clock');
    assert.deepEqual(order, [
      'runtime',
      'configuration',
      'permissions',
      'disk',
      'ports',
      'tls',
      'devices',
      'journal',
    ]);

    writeFileSync(gym.config, readFileSync(gym.config, 'utf8').replace('language: en', 'language: pt-BR'));
    const shown = gym.start('doutor', '--config', gym.config);
    assert.equal(await shown.exit, 0);
    assert.ok(
      shown.stdout.every((line) => line.length <= 80),
      shown.stdout.join('\n'),
    );
    assert.match(shown.stdout.at(-1) ?? '', /^falhas: 0, avisos: \d+$/);
  } finally {
    await gym.close();
  }
});

test('doctor: what is wrong is named with its cause and an action, exit code 1', async () => {
  const gym = await Gym.open();
  const squatter = createServer().listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as { port: number };
    const secret = join(gym.folder, 'other.secret');
    writeFileSync(secret, `${gym.secret}\n`, { mode: 0o644 });
    gym.configure(
      `${turnstile(port)}  - { id: catraca-2, unit: centro, driver: henry, connect: "tcp://127.0.0.1:1" }
  - { id: catraca-3, unit: centro, driver: lines, connect: "serial:///dev/does-not-exist", options: { pattern: x } }
`,
      `  - { id: away, url: "https://no-such-name.invalid/", secret: "\${file:./other.secret}" }
  - { id: proxied, url: "https://example.com/", secret: "\${file:./other.secret}", proxy: "http://127.0.0.1:1" }
`,
    );
    const { code, ok, about, findings } = await doctor(gym);
    assert.deepEqual([code, ok], [1, false]);
    const wanted: [check: string, subject: string, state: string, cause: RegExp][] = [
      ['permissions', secret, 'warn', /others may read .*mode 0644/],
      ['ports', `catraca-1 connect: ${port}`, 'fail', new RegExp(`in use by .* \\(${process.pid}\\)`)],
      ['ports', 'catraca-3 connect: /dev/does-not-exist', 'fail', /no such serial port/],
      ['dns', 'no-such-name.invalid', 'fail', /cannot be resolved/],
      ['proxy', '127.0.0.1:1', 'fail', /refused/],
      ['tls', 'away', 'fail', /name of the receiver cannot be resolved/],
      ['tls', 'proxied', 'fail', /no connection to the proxy/],
      ['devices', 'catraca-2', 'fail', /refused/],
      ['devices', 'catraca-3', 'fail', /does not exist/],
    ];
    for (const [check, subject, state, cause] of wanted) {
      const found = about(check, subject);
      assert.equal(found?.state, state, `${check} ${subject}`);
      assert.match(found?.cause.en ?? '', cause);
      assert.ok(
        (found?.action?.en ?? '') !== '' && (found?.action?.['pt-BR'] ?? '') !== '',
        `${check}: an action`,
      );
    }
    assert.match(about('journal')?.cause.en ?? '', /no journal yet/);
    assert.ok(findings.every(({ cause }) => cause.en !== '' && cause['pt-BR'] !== ''));

    writeFileSync(gym.config, 'agent: {}\n');
    const broken = gym.start('doctor', '--config', gym.config, '--json');
    assert.equal(await broken.exit, 78);
    assert.equal(JSON.parse(broken.stdout[0] ?? '').ok, false);
  } finally {
    squatter.close();
    await gym.close();
  }
});

test('diagnose: the zip has what support needs, and no secret, credential, person or query', async () => {
  const gym = await Gym.open();
  try {
    const [port, henry] = [await freePort(), await freePort()];
    const marks = [
      'hdr',
      'pwd',
      'usr',
      'cbq',
      'cbh',
      'hookquery',
      'hookpath',
      'proxyuser',
      'proxypass',
      'unitname',
    ];
    const mark = (name: string): string => `MARK-${name}-7Kq3`;
    gym.configure(
      `${turnstile(port)}  - id: catraca-2
    unit: centro
    driver: henry
    connect: tcp://127.0.0.1:${henry}
    name: ${mark('unitname')}
    options:
      decide: callback
      callback:
        url: http://127.0.0.1:9/way?q=${mark('cbq')}
        allow: [http, loopback]
        fallback: deny
        headers: { authorization: "${mark('cbh')}" }
`,
      `    headers: { x-api-key: ${mark('hdr')} }
    auth: { basic: { user: ${mark('usr')}, password: ${mark('pwd')} } }
  - id: away
    url: https://127.0.0.1:1/${mark('hookpath')}?token=${mark('hookquery')}
    secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
    allow: [loopback]
    proxy: http://${mark('proxyuser')}:${mark('proxypass')}@127.0.0.1:2
`,
    );
    const receiver = await gym.receiver();
    await gym.gateway();
    const simulator = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 20), '--json');
    assert.equal(await simulator.exit, 0);
    await receiver.until('deliveries', () => gym.delivered.length >= 20);
    // What no pattern reads is kept in the journal as it came.
    const stray = gym.start(...simulateLines(`tcp://127.0.0.1:${port}`, 1), '--json');
    assert.equal(await stray.exit, 0);

    const file = join(gym.folder, 'support.zip');
    const diagnose = gym.start('diagnostico', '--config', gym.config, '--output', file, '--json');
    assert.equal(await diagnose.exit, 0, diagnose.stderr.join('\n'));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const files = unzipped(file);
    const names = [
      'versions.json',
      'configuration.json',
      'doctor.json',
      'doctor.txt',
      'queues.json',
      'giro.log',
    ];
    assert.deepEqual([...files.keys()], names);
    assert.match(files.get('versions.json') ?? '', /"giro": "\d+\.\d+\.\d+"/);
    assert.match(files.get('queues.json') ?? '', /"webhook": "away"/);
    assert.match(files.get('giro.log') ?? '', /"msg":"gateway started"/);
    const described = JSON.parse(files.get('configuration.json') ?? '');
    assert.equal(described.webhooks[1].origin, 'https://127.0.0.1:1');
    assert.deepEqual(described.webhooks[0].headers, ['x-api-key']);

    const all = [...files.values()].join('\n');
    for (const secret of [
      ...marks.map(mark),
      gym.secret,
      'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'token=',
      '?q=',
    ]) {
      assert.ok(!all.includes(secret), `${secret} is in the zip`);
    }
    const cards = simulator.stdout.map((line) => (JSON.parse(line) as { card: string }).card);
    const texts = names.filter((name) => name !== 'giro.log').map((name) => files.get(name) ?? '');
    for (const card of cards) {
      assert.ok(!texts.some((text) => text.includes(`"${card}"`)), 'a card is in the zip');
      assert.ok(!(files.get('giro.log') ?? '').includes(`"${card}"`), 'a card is in the log');
    }

    const again = gym.start('diagnose', '--config', gym.config, '--output', file);
    assert.equal(await again.exit, 64, 'no file is written over');
  } finally {
    await gym.close();
  }
});
