import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { localeLanguage } from '../../config/check/language.ts';
import type { Configuration } from '../../config/configuration.ts';
import { readConfiguration } from '../../config/read.ts';
import { fakeDrivers, GOOD } from './fakes.ts';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const KEY = Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64');

const folder = mkdtempSync(join(tmpdir(), 'giro-read-'));
after(() => rmSync(folder, { recursive: true }));

function read(file: string, env: Record<string, string> = {}): Configuration {
  return readConfiguration(Buffer.from(file), join(folder, 'giro.yaml'), { env, drivers: fakeDrivers });
}

function withSecret(secret: string): string {
  return GOOD.replace(SECRET, () => secret);
}

test('a configuration comes back whole, its defaults filled in', () => {
  const { turnstiles, ...rest } = read(GOOD);
  assert.deepEqual(rest, {
    path: join(folder, 'giro.yaml'),
    agent: { name: 'recepcao', language: 'en', data: join(folder, 'data') },
    panel: { host: '127.0.0.1', port: 8470, isLocal: true },
    journal: {
      keep: { delivered: 30, attempts: 30, parked: 90, unrecognised: 90, ids: 400 },
      limitMb: undefined,
      atLimit: 'grow',
      backups: 3,
      backupFolder: join(folder, 'data', 'backups'),
    },
    units: [
      { id: 'centro', company: 1, timezone: 'America/Sao_Paulo' },
      { id: 'sul', company: 2, timezone: 'America/Fortaleza' },
    ],
    webhooks: [
      {
        id: 'crm',
        url: new URL('https://crm.example.com/catraca'),
        active: true,
        keys: [{ kind: 'hmac', text: SECRET, bytes: KEY }],
        secretFile: undefined,
        signatures: ['standard'],
        headers: {},
        auth: undefined,
        tls: undefined,
        proxy: undefined,
        events: undefined,
        units: undefined,
        allow: [],
        format: { name: 'giro' },
        includeKey: false,
        pace: {
          order: 'turnstile',
          backlog: 'inOrder',
          maxInFlight: 4,
          rateLimit: undefined,
          conflict: 'refused',
          batch: undefined,
        },
      },
    ],
    relay: [],
    feed: undefined,
  });
  assert.deepEqual(turnstiles, [
    {
      id: 'catraca-1',
      unit: 'centro',
      name: 'Entrada',
      driver: fakeDrivers[0],
      address: { kind: 'tcp', host: '192.168.0.200', port: 3000 },
      tap: undefined,
      swapDirection: false,
      options: { decide: 'never', releaseSeconds: 5, readers: {} },
    },
    {
      id: 'catraca-2',
      unit: 'sul',
      name: undefined,
      driver: fakeDrivers[1],
      address: {
        kind: 'serial',
        path: '/dev/ttyUSB0',
        baudRate: 9600,
        dataBits: 8,
        parity: 'none',
        stopBits: 1,
      },
      tap: undefined,
      swapDirection: false,
      options: { pattern: '^(?<record>\\d+)$', passage: false },
    },
  ]);
});

test('a byte order mark and CRLF make no difference', () => {
  assert.deepEqual(read(`\ufeff${GOOD.replaceAll('\n', '\r\n')}`), read(GOOD));
});

test('what is written is kept', () => {
  const file = GOOD.replace('recepcao', 'recepcao\n  id: 1b4e28ba-2fa1-4d2e-883f-0016d3cca427')
    .replace('company: 1', 'company: 1\n    name: Unidade Centro')
    .replace('connect: tcp://192.168.0.200:3000', 'connect: tcp://192.168.0.200\n    swapDirection: true')
    .replace('https://crm', 'http://crm')
    .concat('    active: false\n    events: [notificarAcesso]\n    units: [sul]\n    allow: [http]\n');
  const { agent, units, turnstiles, webhooks } = read(file);
  assert.equal(agent.id, '1b4e28ba-2fa1-4d2e-883f-0016d3cca427');
  assert.equal(units[0]?.name, 'Unidade Centro');
  assert.equal(turnstiles[0]?.swapDirection, true);
  assert.deepEqual(turnstiles[0]?.address, { kind: 'tcp', host: '192.168.0.200', port: 3000 });
  const { active, events, units: wanted, allow, url } = webhooks[0] ?? assert.fail();
  assert.deepEqual(
    { active, events, wanted, allow, url: url.href },
    {
      active: false,
      events: ['notificarAcesso'],
      wanted: ['sul'],
      allow: ['http'],
      url: 'http://crm.example.com/catraca',
    },
  );
});

test('webhooks may be left out', () => {
  assert.deepEqual(read(GOOD.slice(0, GOOD.indexOf('webhooks:'))).webhooks, []);
});

test('anchors and aliases are followed', () => {
  const file = GOOD.replace('unit: centro', 'unit: &unit centro').replace('unit: sul', 'unit: *unit');
  assert.deepEqual(
    read(file).turnstiles.map(({ unit }) => unit),
    ['centro', 'centro'],
  );
});

test('keys that are numbers are text', () => {
  const file = GOOD.replace('driver: henry', 'driver: henry\n    options: { readers: { 1: digital } }');
  assert.deepEqual(read(file).turnstiles[0]?.options, {
    decide: 'never',
    releaseSeconds: 5,
    readers: { '1': 'digital' },
  });
});

describe('references', () => {
  const secretIn = (text: string): Uint8Array | undefined => {
    writeFileSync(join(folder, 'crm.secret'), text);
    return read(withSecret(`\${file:./crm.secret}`)).webhooks[0]?.keys[0]?.bytes;
  };

  test('a file is relative to the configuration; one newline at its end and a byte order mark are dropped', () => {
    for (const text of [SECRET, `${SECRET}\n`, `${SECRET}\n\n`, `${SECRET}\r\n`, `\ufeff${SECRET}\r\n`]) {
      assert.deepEqual(secretIn(text), KEY);
    }
  });

  test('several in one text, also inside options', () => {
    const env = { HOST: 'crm.example.com', DOOR: 'lado' };
    const file = GOOD.replace(
      '//crm.example.com/catraca',
      () => `//\${env:HOST}/\${env:DOOR}?\${env:DOOR}`,
    ).replace("'^(?<record>\\d+)$'", () => `'^\${env:DOOR}$'`);
    const { webhooks, turnstiles } = read(file, env);
    assert.equal(webhooks[0]?.url.href, 'https://crm.example.com/lado?lado');
    assert.deepEqual(turnstiles[1]?.options, { pattern: '^lado$', passage: false });
  });
});

describe('data folder', () => {
  const dataOf = (data: string | undefined, env: Record<string, string>): string =>
    read(data === undefined ? GOOD : GOOD.replace('recepcao', `recepcao\n  data: ${data}`), env).agent.data;

  test('as configured, from the file’s folder', () => {
    assert.equal(dataOf('../diario', { STATE_DIRECTORY: '/var/lib/giro' }), join(folder, '..', 'diario'));
    assert.equal(dataOf('/srv/giro', {}), '/srv/giro');
  });

  test('else the first folder that systemd gives, else beside the file', () => {
    assert.equal(dataOf(undefined, { STATE_DIRECTORY: '/var/lib/giro' }), '/var/lib/giro');
    assert.equal(dataOf(undefined, { STATE_DIRECTORY: '/var/lib/giro:/var/lib/b' }), '/var/lib/giro');
    assert.equal(dataOf(undefined, { STATE_DIRECTORY: '' }), join(folder, 'data'));
  });

  test('for the file of an installed service the folder that systemd would give', () => {
    const { agent } = readConfiguration(Buffer.from(GOOD), '/etc/giro/giro.yaml', {
      env: {},
      drivers: fakeDrivers,
    });
    assert.equal(agent.data, '/var/lib/giro');
  });
});

describe('language', () => {
  const table = [
    { env: {}, language: 'en' },
    { env: { LANG: 'pt_BR.UTF-8' }, language: 'pt-BR' },
    { env: { LANG: 'pt' }, language: 'pt-BR' },
    { env: { LANG: 'pt_PT.UTF-8' }, language: 'pt-BR' },
    { env: { LANG: 'C.UTF-8' }, language: 'en' },
    { env: { LANG: 'pt_BR.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, language: 'en' },
    { env: { LANG: 'en_US.UTF-8', LC_MESSAGES: 'en_US.UTF-8', LC_ALL: 'pt_BR.UTF-8' }, language: 'pt-BR' },
    { env: { LANG: 'pt_BR.UTF-8', LC_ALL: '' }, language: 'pt-BR' },
  ] as const;
  for (const { env, language } of table) {
    test(`${JSON.stringify(env)} is ${language}`, () => {
      assert.equal(localeLanguage(env), language);
      assert.equal(read(GOOD, env).agent.language, language);
    });
  }

  test('the file’s own comes first', () => {
    const file = GOOD.replace('recepcao', 'recepcao\n  language: pt-BR');
    assert.equal(read(file, { LANG: 'en_US.UTF-8' }).agent.language, 'pt-BR');
  });
});

describe('how requests go out', () => {
  const ED = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const UNTIL = '2026-11-26T12:00:00Z';

  test('several secrets, in one file or in a list of files', () => {
    writeFileSync(join(folder, 'two.secret'), `${ED}\n${SECRET} until ${UNTIL}\n`);
    writeFileSync(join(folder, 'new.secret'), `${ED}\n`);
    writeFileSync(join(folder, 'old.secret'), `${SECRET} until ${UNTIL}\n`);
    const one = read(withSecret(`\${file:./two.secret}`)).webhooks[0];
    const list = read(withSecret(`["\${file:./new.secret}", "\${file:./old.secret}"]`)).webhooks[0];
    for (const webhook of [one, list]) {
      assert.deepEqual(
        webhook?.keys.map(({ text, untilMs }) => [text, untilMs]),
        [
          [ED, undefined],
          [SECRET, Date.parse(UNTIL)],
        ],
      );
    }
    assert.equal(one?.secretFile, join(folder, 'two.secret'));
    assert.equal(list?.secretFile, undefined);
  });

  test('headers, signatures, authorization, and TLS files read from the configuration’s folder', () => {
    const tls = process.cwd();
    const pin = 'sha256/uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=';
    const { webhooks } = read(
      `${GOOD}    signatures: [standard, github]
    headers: { X-Api-Key: "\${env:KEY}" }
    auth: { basic: { user: giro, password: "\${env:KEY}" } }
    tls:
      ca: ${tls}/test/fixtures/tls/ca.pem
      certificate: ${tls}/test/fixtures/tls/good.pem
      key: ${tls}/test/fixtures/tls/key.pem
      pin: ${pin}
`,
      { KEY: 's3cret' },
    );
    const [webhook] = webhooks;
    assert.deepEqual(webhook?.signatures, ['standard', 'github']);
    assert.deepEqual(webhook?.headers, { 'X-Api-Key': 's3cret' });
    assert.deepEqual(webhook?.auth, { kind: 'basic', user: 'giro', password: 's3cret' });
    assert.match(webhook?.tls?.ca ?? '', /^-----BEGIN CERTIFICATE/);
    assert.match(webhook?.tls?.key ?? '', /PRIVATE KEY/);
    assert.deepEqual(webhook?.tls?.pins, [pin.slice('sha256/'.length)]);
  });
});
