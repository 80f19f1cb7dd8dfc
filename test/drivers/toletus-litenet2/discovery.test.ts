import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DISCOVERY_PORT,
  DISCOVERY_QUESTION,
  parseDiscoveryAnswer,
} from '../../../drivers/toletus-litenet2/discovery.ts';

test('the question is prc, to port 7878', () => {
  assert.deepEqual([...DISCOVERY_QUESTION], [0x70, 0x72, 0x63]);
  assert.equal(DISCOVERY_PORT, 7878);
});

const answers = [
  { text: 'TOLETUS LiteNet2@12', want: { deviceId: 12 } },
  { text: 'TOLETUS LiteNet2@12 c=192.168.0.10', want: { deviceId: 12, session: '192.168.0.10' } },
  { text: 'TOLETUS LiteNet2@12 c=none', want: { deviceId: 12, session: 'free' } },
  { text: 'TOLETUS LiteNet2@12 c=None\r\n', want: { deviceId: 12, session: 'free' } },
  { text: 'TOLETUS LiteNet2@12 c=Disconnected\0', want: { deviceId: 12, session: 'free' } },
  { text: 'TOLETUS LiteNet2@12 c=', want: { deviceId: 12, session: 'free' } },
  { text: 'TOLETUS LiteNet2@65535\0\0', want: { deviceId: 65_535 } },
  { text: 'TOLETUS LiteNet2@65536', want: undefined },
  { text: 'TOLETUS LiteNet2', want: undefined },
  { text: 'TOLETUS LiteNet2@x', want: undefined },
  { text: 'Toletus LiteNet1@12', want: undefined },
  { text: '{"model":"LiteNet3","id":12}', want: undefined },
  { text: 'prc', want: undefined },
];
for (const { text, want } of answers) {
  test(`answer ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseDiscoveryAnswer(Buffer.from(text)), want);
  });
}

test('any datagram is read without a throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (datagram) => void parseDiscoveryAnswer(datagram)));
});
