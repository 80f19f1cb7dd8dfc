import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, type LinkAddress, parseAddress } from '../../../drivers/links/address.ts';

const serial = { kind: 'serial', baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const;

const good: readonly { text: string; want: LinkAddress; defaultPort?: number }[] = [
  { text: 'tcp://192.168.0.200:3000', want: { kind: 'tcp', host: '192.168.0.200', port: 3000 } },
  { text: 'tcp://catraca-1.local:80', want: { kind: 'tcp', host: 'catraca-1.local', port: 80 } },
  { text: 'tcp://CATRACA:1', want: { kind: 'tcp', host: 'CATRACA', port: 1 } },
  { text: 'tcp://[fe80::1%eth0]:65535', want: { kind: 'tcp', host: 'fe80::1%eth0', port: 65535 } },
  { text: 'tcp://10.0.0.1', defaultPort: 3000, want: { kind: 'tcp', host: '10.0.0.1', port: 3000 } },
  { text: 'tcp://[::1]', defaultPort: 7878, want: { kind: 'tcp', host: '::1', port: 7878 } },
  { text: 'tcp-listen://0.0.0.0:3000', want: { kind: 'tcp-listen', host: '0.0.0.0', port: 3000 } },
  { text: 'tcp-listen://127.0.0.1:0', want: { kind: 'tcp-listen', host: '127.0.0.1', port: 0 } },
  { text: 'tcp-listen://[::]:443', want: { kind: 'tcp-listen', host: '::', port: 443 } },
  { text: 'serial:///dev/ttyUSB0', want: { ...serial, path: '/dev/ttyUSB0' } },
  { text: 'serial://COM3', want: { ...serial, path: 'COM3' } },
  {
    text: 'serial:///dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0?baudRate=115200',
    want: { ...serial, path: '/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0', baudRate: 115_200 },
  },
  {
    text: 'serial://COM12?baudRate=19200&dataBits=7&parity=even&stopBits=2',
    want: { kind: 'serial', path: 'COM12', baudRate: 19_200, dataBits: 7, parity: 'even', stopBits: 2 },
  },
];

const bad: readonly { text: string; names: string; defaultPort?: number }[] = [
  { text: '', names: 'tcp://HOST:PORT' },
  { text: '192.168.0.200:3000', names: '192.168.0.200:3000' },
  { text: 'tcp:/192.168.0.200:3000', names: 'tcp://HOST:PORT' },
  { text: 'TCP://192.168.0.200:3000', names: 'TCP' },
  { text: 'udp://192.168.0.200:3000', names: 'udp' },
  { text: ' tcp://192.168.0.200:3000', names: 'tcp-listen://HOST:PORT' },
  { text: 'tcp://192.168.0.200', names: '1 to 65535' },
  { text: 'tcp://192.168.0.200:', names: '1 to 65535', defaultPort: 3000 },
  { text: 'tcp://192.168.0.200:0', names: '1 to 65535' },
  { text: 'tcp-listen://0.0.0.0:65536', names: '0 to 65535' },
  { text: 'tcp://192.168.0.200:3000/', names: '"3000/"' },
  { text: 'tcp://192.168.0.200:+30', names: '"+30"' },
  { text: 'tcp://192.168.0.200:0x50', names: '"0x50"' },
  { text: 'tcp://192.168.0.200:3000?baudRate=9600', names: '"3000?baudRate=9600"' },
  { text: 'tcp://192.168.0.200:3000 ', names: '"3000 "' },
  { text: 'tcp://192.168.0.300:3000', names: '192.168.0.300' },
  { text: 'tcp://192.168.0:3000', names: '192.168.0' },
  { text: 'tcp://user@host:3000', names: 'user@host' },
  { text: 'tcp://-host:3000', names: '-host' },
  { text: 'tcp://:3000', names: 'no host' },
  { text: 'tcp://fe80::1', names: '[HOST]:PORT' },
  { text: 'tcp://[fe80::1:3000', names: '[HOST]:PORT' },
  { text: 'tcp://[nonsense]:3000', names: 'nonsense' },
  { text: 'tcp://[]:3000', names: 'no host' },
  { text: 'serial://', names: 'serial:///dev/ttyUSB0' },
  { text: 'serial://dev/ttyUSB0', names: 'three slashes' },
  { text: 'serial://com3', names: 'com3' },
  { text: 'serial:///dev/ttyUSB0?', names: 'baudRate=50..4000000' },
  { text: 'serial:///dev/ttyUSB0?baudrate=9600', names: 'baudrate=9600' },
  { text: 'serial:///dev/ttyUSB0?baudRate=49', names: 'baudRate=49' },
  { text: 'serial:///dev/ttyUSB0?baudRate=4000001', names: 'baudRate=4000001' },
  { text: 'serial:///dev/ttyUSB0?baudRate=9600.5', names: 'baudRate=9600.5' },
  { text: 'serial:///dev/ttyUSB0?baudRate=09600', names: 'baudRate=09600' },
  { text: 'serial:///dev/ttyUSB0?dataBits=9', names: 'dataBits=9' },
  { text: 'serial:///dev/ttyUSB0?parity=mark', names: 'parity=mark' },
  { text: 'serial:///dev/ttyUSB0?stopBits=1.5', names: 'stopBits=1.5' },
  { text: 'serial:///dev/ttyUSB0?toString=1', names: 'toString=1' },
  { text: 'serial:///dev/ttyUSB0?parity=even&parity=odd', names: 'twice' },
];

for (const { text, want, defaultPort } of good) {
  test(`reads ${text}`, () => {
    assert.deepEqual(parseAddress(text, { defaultPort }), { address: want });
  });
}

for (const { text, names, defaultPort } of bad) {
  test(`refuses "${text}" and names ${names}`, () => {
    const parsed = parseAddress(text, { defaultPort });
    assert.ok('problem' in parsed);
    assert.ok(parsed.problem.en.includes(names), parsed.problem.en);
    assert.match(parsed.problem['pt-BR'], /esperado|vezes/);
  });
}

test('what is formatted reads back as the same address', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  const address: fc.Arbitrary<LinkAddress> = fc.oneof(
    fc.record({ kind: fc.constant('tcp'), host, port }),
    fc.record({ kind: fc.constant('tcp-listen'), host, port }),
    fc.record({
      kind: fc.constant('serial'),
      path: fc.constantFrom('/dev/ttyS0', '/dev/serial/by-id/usb-FTDI_A-if00-port0', 'COM1', 'COM256'),
      baudRate: fc.integer({ min: 50, max: 4_000_000 }),
      dataBits: fc.constantFrom(5, 6, 7, 8),
      parity: fc.constantFrom('none', 'even', 'odd'),
      stopBits: fc.constantFrom(1, 2),
    }),
  );
  fc.assert(
    fc.property(address, (it) => assert.deepEqual(parseAddress(formatAddress(it)), { address: { ...it } })),
  );
});

test('any text is either an address or a problem', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', 'tcp://', 'tcp-listen://', 'serial://'), (text, scheme) => {
      const parsed = parseAddress(scheme + text);
      assert.ok('address' in parsed || parsed.problem.en.length > 0);
    }),
  );
});
