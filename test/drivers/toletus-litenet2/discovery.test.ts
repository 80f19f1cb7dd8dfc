import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { discovery, formatAnswer } from '../../../drivers/toletus-litenet2/discovery.ts';

test('the question is prc, to port 7878', () => {
  assert.deepEqual([...discovery.question], [0x70, 0x72, 0x63]);
  assert.equal(discovery.port, 7878);
});

const answers = [
  { text: 'TOLETUS LiteNet2@12', want: { deviceId: '12' } },
  { text: 'TOLETUS LiteNet2@12 c=192.168.0.10', want: { deviceId: '12', session: '192.168.0.10' } },
  { text: 'TOLETUS LiteNet2@12 c=none', want: { deviceId: '12', session: 'free' } },
  { text: 'TOLETUS LiteNet2@12 c=None\r\n', want: { deviceId: '12', session: 'free' } },
  { text: 'TOLETUS LiteNet2@12 c=Disconnected\0', want: { deviceId: '12', session: 'free' } },
  { text: 'TOLETUS LiteNet2@12 c=', want: { deviceId: '12', session: 'free' } },
  { text: 'TOLETUS LiteNet2@65535\0\0', want: { deviceId: '65535' } },
  { text: 'TOLETUS LiteNet2@65536', want: undefined },
  { text: 'TOLETUS LiteNet2', want: undefined },
  { text: 'TOLETUS LiteNet2@x', want: undefined },
  { text: 'Toletus LiteNet1@12', want: undefined },
  { text: '{"model":"LiteNet3","id":12}', want: undefined },
  { text: 'prc', want: undefined },
];
for (const { text, want } of answers) {
  test(`answer ${JSON.stringify(text)}`, () => {
    const device = want && { model: 'Toletus LiteNet2', ...want };
    assert.deepEqual(discovery.read(Buffer.from(text)), device);
  });
}

test('what the simulated board answers is read back', () => {
  for (const session of [undefined, 'free', '192.168.0.10']) {
    const found = discovery.read(formatAnswer(94, session));
    assert.deepEqual(found, { model: 'Toletus LiteNet2', deviceId: '94', ...(session && { session }) });
  }
});

test('any datagram is read without a throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (datagram) => void discovery.read(datagram)));
});
