import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, type Mistake } from '../../../config/check/mistakes.ts';
import { readConfiguration } from '../../../config/read.ts';
import { lines } from '../../../drivers/lines/driver.ts';
import { fakeDrivers, GOOD } from '../fakes.ts';
import { PATH } from '../mistaken.ts';

/** The mistakes that people make most, each with what a line of `giro check` must say of it. */
interface Row {
  readonly name: string;
  /** What is replaced in the good configuration, and by what. */
  readonly from: string | RegExp;
  readonly to: string;
  readonly at: string;
  readonly found: string;
  readonly expected: string;
  /** What to write or do instead, where Giro can know. */
  readonly suggestion?: string;
}

const SECRET = 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const URL_LINE = 'https://crm.example.com/catraca';
const DEVICE = 'connect: tcp://192.168.0.200:3000';
const SERIAL = 'serial:///dev/ttyUSB0';
const HASH = `sha256:${'0a'.repeat(32)}`;
const receive = (id: string, listen: string): string =>
  `  - { id: ${id}, receive: { listen: "${listen}", path: /Zk3mQ9vT1xLs8RnB4wHc } }\n`;
const end = (more: string) => ({ from: `${SECRET}\n`, to: `${SECRET}\n${more}` });

const ROWS: readonly Row[] = [
  {
    name: 'unknown driver',
    from: 'driver: henry',
    to: 'driver: henri',
    at: '14:13',
    found: 'driver "henri"',
    expected: 'henry, lines',
    suggestion: '"henry"',
  },
  {
    name: 'unknown key',
    from: 'name: Entrada',
    to: 'nmae: Entrada',
    at: '13:5',
    found: '"nmae"',
    expected: 'id, unit, name, driver, connect, tap, swapDirection, options',
    suggestion: '"name"',
  },
  {
    name: 'missing secret file',
    from: SECRET,
    to: `secret: \${file:./absent.secret}`,
    at: '25:13',
    found: 'config/absent.secret',
    expected: 'a file that Giro may read',
    suggestion: 'paths start at the folder of this file',
  },
  {
    name: 'missing environment variable',
    from: SECRET,
    to: `secret: \${env:GIRO_ABSENT}`,
    at: '25:13',
    found: 'GIRO_ABSENT is not set',
    expected: 'set it where Giro is started',
    suggestion: `\${file:PATH}`,
  },
  {
    name: 'bad address',
    from: 'tcp://192.168.0.200:3000',
    to: '192.168.0.200:3000',
    at: '15:14',
    found: '"192.168.0.200:3000"',
    expected: 'tcp://HOST:PORT, tcp-listen://HOST:PORT or serial://PATH',
    suggestion: 'did you mean tcp://192.168.0.200:3000?',
  },
  {
    name: 'serial port without its scheme',
    from: SERIAL,
    to: '/dev/ttyUSB0',
    at: '19:14',
    found: '"/dev/ttyUSB0"',
    expected: 'serial://PATH',
    suggestion: 'did you mean serial:///dev/ttyUSB0?',
  },
  {
    name: 'duplicate turnstile id',
    from: 'id: catraca-2',
    to: 'id: catraca-1',
    at: '16:9',
    found: '"catraca-1" is already in line 11',
    expected: 'an id of its own',
  },
  {
    name: 'unknown unit',
    from: 'unit: centro',
    to: 'unit: cetro',
    at: '12:11',
    found: '"cetro"',
    expected: 'known units: centro, sul',
    suggestion: '"centro"',
  },
  {
    name: 'bad URL',
    from: URL_LINE,
    to: 'htps://crm.example.com/',
    at: '24:10',
    found: 'htps://',
    expected: 'https://HOST/PATH',
  },
  {
    name: 'webhook secret that is malformed',
    from: SECRET,
    to: 'secret: 0123456789abcdef',
    at: '25:13',
    found: 'the secret must begin',
    expected: 'whsec_ or whsk_',
    suggestion: 'giro secret new',
  },
  {
    name: 'webhook secret that is too short',
    from: SECRET,
    to: 'secret: whsec_bm90LXZhbGlkCg==',
    at: '25:13',
    found: '10 bytes',
    expected: '24 to 64',
    suggestion: 'giro secret new',
  },
  {
    name: 'bad time zone',
    from: 'America/Sao_Paulo',
    to: 'America/SaoPaulo',
    at: '6:15',
    found: '"America/SaoPaulo"',
    expected: 'IANA',
    suggestion: '"America/Sao_Paulo"',
  },
  {
    name: 'tab as indentation',
    from: '    company: 1',
    to: '\tcompany: 1',
    at: '5:1',
    found: 'a tab',
    expected: 'use spaces',
  },
  {
    name: 'wrong indentation',
    from: '    driver: henry',
    to: '      driver: henry',
    at: '14:7',
    found: 'the indentation is wrong',
    expected: 'keys of one group begin in the same column',
  },
  {
    name: 'bad event name',
    from: 'id: crm',
    to: 'id: crm\n    events: [notificarAceso]',
    at: '24:14',
    found: '"notificarAceso"',
    expected: 'known events: notificarAcesso',
    suggestion: 'did you mean "notificarAcesso"',
  },
  {
    name: 'duplicated key',
    from: 'name: Entrada',
    to: 'name: Entrada\n    name: Lateral',
    at: '14:5',
    found: 'key "name" is already in line 13',
    expected: 'keep one of the two',
  },
  {
    name: 'http without allow',
    from: URL_LINE,
    to: 'http://crm.example.com/',
    at: '24:10',
    found: 'the URL is http',
    expected: 'use https',
    suggestion: 'allow: [http]',
  },
  {
    name: 'loopback without allow',
    from: URL_LINE,
    to: 'https://127.0.0.1/',
    at: '24:10',
    found: 'the URL leads to this machine',
    expected: 'if that is meant',
    suggestion: 'add loopback to allow',
  },
  {
    name: 'two turnstiles on one device',
    from: SERIAL,
    to: 'tcp://192.168.0.200:3000',
    at: '19:14',
    found: '192.168.0.200:3000 is already in line 15',
    expected: 'the address of its own',
  },
  {
    name: 'two turnstiles on one serial port, one of them as a tap',
    from: DEVICE,
    to: 'connect: tcp://192.168.0.200:3000\n  - { id: catraca-3, unit: sul, driver: lines, connect: "serial:///dev/ttyUSB1", tap: "serial:///dev/ttyUSB0", options: { pattern: ^a$ } }',
    at: '20:14',
    found: '/dev/ttyUSB0 is already in line 16',
    expected: 'the address of its own',
  },
  {
    name: 'a tap on the device’s own port',
    from: DEVICE,
    to: 'connect: tcp://127.0.0.1:3000\n    tap: tcp-listen://0.0.0.0:3000',
    at: '16:10',
    found: '127.0.0.1:3000 is the device’s own port',
    expected: 'for example tap: tcp-listen://0.0.0.0:13000',
  },
  {
    name: 'a serial tap on the device’s own port',
    from: SERIAL,
    to: `${SERIAL}\n    tap: ${SERIAL}`,
    at: '20:10',
    found: '/dev/ttyUSB0 is the device’s own port',
    expected: 'for example tap: serial:///dev/ttyUSB1',
  },
  {
    name: 'two turnstiles listening on one port',
    from: /connect: tcp:\S+([\s\S]*)connect: serial\S+/,
    to: 'connect: tcp-listen://0.0.0.0:3000$1connect: tcp-listen://192.168.0.1:3000',
    at: '19:14',
    found: '192.168.0.1:3000 is taken by line 15 (0.0.0.0:3000)',
    expected: 'a port of its own',
  },
  {
    name: 'a tap and a turnstile listening on one port',
    from: /(connect: tcp:\S+)([\s\S]*)connect: serial\S+/,
    to: '$1\n    tap: tcp-listen://127.0.0.1:13000$2connect: tcp-listen://localhost:13000',
    at: '20:14',
    found: 'localhost:13000 is taken by line 16 (127.0.0.1:13000)',
    expected: 'a port of its own',
  },
  {
    name: 'the panel and a turnstile listening on one port',
    from: /units:([\s\S]*)connect: tcp:\S+/,
    to: 'panel: { listen: "127.0.0.1:9000" }\nunits:$1connect: tcp-listen://0.0.0.0:9000',
    at: '16:14',
    found: '0.0.0.0:9000 is taken by line 3 (127.0.0.1:9000)',
    expected: 'a port of its own',
  },
  {
    name: 'a feed on the port that the panel has by default',
    ...end(
      `feed:\n  listen: 127.0.0.1:8470\n  consumers: [{ id: gym, unit: centro, tokens: ["${HASH}"] }]\n`,
    ),
    at: '27:11',
    found: '127.0.0.1:8470 is taken by the panel',
    expected: 'a port of its own',
  },
  {
    name: 'a relay and a feed listening on one port',
    ...end(
      `relay:\n${receive('pacto', '[::]:8471')}feed:\n  listen: 127.0.0.1:8471\n  consumers: [{ id: gym, unit: centro, tokens: ["${HASH}"] }]\n`,
    ),
    at: '29:11',
    found: '127.0.0.1:8471 is taken by line 27 ([::]:8471)',
    expected: 'a port of its own',
  },
  {
    name: 'two relays listening on one port',
    ...end(`relay:\n${receive('pacto', '127.0.0.1:8471')}${receive('evo', '127.0.0.1:8471')}`),
    at: '28:35',
    found: '127.0.0.1:8471 is taken by line 27',
    expected: 'a port of its own',
  },
  {
    name: 'a bad cron expression',
    ...end('relay:\n  - { id: pacto, unit: sul, pull: https://a.example/, schedule: "61 * * * *" }\n'),
    at: '27:65',
    found: '"61 * * * *"',
    expected: 'minute, hour, day, month and weekday',
    suggestion: '"*/5 6-22 * * *"',
  },
  {
    name: 'a unit id given twice',
    from: 'timezone: America/Fortaleza',
    to: 'timezone: America/Fortaleza\n  - { id: sul, company: 3, timezone: America/Bahia }',
    at: '10:11',
    found: 'unit "sul" is already in line 7',
    expected: 'an id of its own',
  },
  {
    name: 'data that is a file',
    from: 'name: recepcao',
    to: 'name: recepcao\n  data: ./webhook.schema.json',
    at: '3:9',
    found: 'config/webhook.schema.json is a file',
    expected: 'expected a folder',
  },
  {
    name: 'a pattern that RE2 refuses',
    from: "'^(?<record>\\d+)$'",
    to: "'^(?=x)$'",
    at: '21:16',
    found: '`(?=`',
    expected: 'look-ahead, look-behind',
  },
  {
    name: 'a map to a word that the contract lacks',
    from: "pattern: '^(?<record>\\d+)$'",
    to: "pattern: '^a$'\n      direction: { E: entrda }",
    at: '22:23',
    found: 'direction.E "entrda"',
    expected: 'known values: entrada, saida',
    suggestion: '"entrada"',
  },
];

/** The lines driver is the real one: some of the mistakes are found by its own schema. */
const drivers = [...fakeDrivers.filter(({ name }) => name !== 'lines'), lines];

function mistakesOf(file: string | Uint8Array): readonly Mistake[] {
  try {
    readConfiguration(Buffer.from(file), PATH, { env: {}, drivers });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
  return assert.fail('the configuration has no mistake');
}

function assertTold([mistake, ...others]: readonly Mistake[], row: Omit<Row, 'name' | 'from' | 'to'>): void {
  assert.ok(mistake);
  assert.deepEqual(others, [], 'one mistake is told once');
  const { line, column, message, help } = mistake;
  assert.equal(`${line}:${column}`, row.at);
  const english = `${message.en}\n${help?.en ?? ''}`;
  for (const part of [row.found, row.expected, row.suggestion ?? '']) {
    assert.ok(english.includes(part), `${part} in ${english}`);
  }
  assert.notEqual(message['pt-BR'], message.en as string);
  assert.notEqual(help?.['pt-BR'] ?? 'none', help?.en);
}

test('the configuration that the rows change has no mistakes', () => {
  assert.equal(readConfiguration(Buffer.from(GOOD), PATH, { env: {}, drivers }).turnstiles.length, 2);
});

for (const { name, from, to, ...row } of ROWS) {
  test(`told with place, what was found and what was expected: ${name}`, () => {
    const file = typeof from === 'string' ? GOOD.replace(from, () => to) : GOOD.replace(from, to);
    assert.notEqual(file, GOOD);
    assertTold(mistakesOf(file), row);
  });
}

test('told with place, what was found and what was expected: a Latin-1 file', () => {
  assertTold(mistakesOf(Buffer.from(GOOD.replace('Entrada', 'Saída'), 'latin1')), {
    at: '13:13',
    found: 'is not UTF-8',
    expected: 'the encoding UTF-8',
  });
});

test('what only looks like the same place is no mistake', () => {
  const apart = [
    // The same port, each on an address of its own.
    GOOD.replace(/tcp:\S+/, 'tcp-listen://192.168.0.1:3000').replace(SERIAL, 'tcp-listen://10.0.0.1:3000'),
    // A free port is another one each time.
    GOOD.replace(/tcp:\S+/, 'tcp-listen://127.0.0.1:0').replace(SERIAL, 'tcp-listen://127.0.0.1:0'),
    // A tap has the port of the device, which is another machine.
    GOOD.replace(DEVICE, `${DEVICE}\n    tap: tcp-listen://0.0.0.0:3000`),
    GOOD.replace(/tcp:\S+/, 'tcp-listen://0.0.0.0:8470').replace('units:', 'panel: { listen: off }\nunits:'),
    GOOD.replace(SERIAL, 'tcp://192.168.0.200:3001'),
  ];
  for (const file of apart) {
    assert.equal(readConfiguration(Buffer.from(file), PATH, { env: {}, drivers }).turnstiles.length, 2);
  }
});
