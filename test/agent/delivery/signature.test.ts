import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { sign } from '../../../agent/delivery/signature.ts';

const MFK = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const C2F = 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const HOUSE_BODY =
  '{"type":"access.granted","timestamp":"2026-01-01T00:00:00.123Z","data":{"deviceId":"cat-01","seq":42,"person":{"name":"José Ação"}}}';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const key = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

const vectors = [
  {
    name: 'standard-webhooks, JavaScript and Go libraries',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampS: 1614265330,
    keys: [MFK],
    body: '{"test": 2432232314}',
    want: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    name: 'standard-webhooks, Rust library',
    id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
    timestampS: 1649367553,
    keys: [C2F],
    body: '{"email":"test@example.com","username":"test_user"}',
    want: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
  {
    name: 'house vector: UTF-8 and a rotation, newest first',
    id: 'evt_01HZXW3T0N4Y3M8V7K2Q5R6S9T',
    timestampS: 1767225600,
    keys: [C2F, MFK],
    body: HOUSE_BODY,
    want: 'v1,zcqpSU4YZSMegWM2ZPmp/5M+lyVkJ04ASyT3GwuygnM= v1,zZSXQJcG7tw0FfchP3xMEokwkurMiX3yyAIXInBuFgE=',
  },
];

for (const { name, id, timestampS, keys, body, want } of vectors) {
  test(`published signature: ${name}`, () => {
    assert.equal(sign(keys.map(key), id, timestampS, bytes(body)), want);
  });
}

test('the house vector is the published one', () => {
  assert.equal(bytes(HOUSE_BODY).length, 135);
  assert.equal(
    createHash('sha256').update(HOUSE_BODY).digest('hex'),
    '3009b8771fd1a5b862a2b2ad8102e317d8c24b8368d6913b953116f36f8f3e61',
  );
});

test('bytes that are no UTF-8 are signed as they are', () => {
  const body = Uint8Array.of(0xff, 0x00, 0xc3);
  const signed = Buffer.concat([Buffer.from('id.1.'), body]);
  const want = createHmac('sha256', key(MFK)).update(signed).digest('base64');
  assert.equal(sign([key(MFK)], 'id', 1, body), `v1,${want}`);
});

const nowS = (): number => Math.floor(Date.now() / 1000);

function headersAt(timestampS: number, keys = [MFK]): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(timestampS),
    'webhook-signature': sign(keys.map(key), 'evt_1', timestampS, bytes(HOUSE_BODY)),
  };
}

test('the npm verifier accepts it, with either key of a rotation', () => {
  const headers = headersAt(nowS(), [C2F, MFK]);
  for (const secret of [C2F, MFK]) {
    assert.deepEqual(new Webhook(`whsec_${secret}`).verify(HOUSE_BODY, headers), JSON.parse(HOUSE_BODY));
  }
});

const refused: readonly {
  name: string;
  secret?: string;
  body?: string;
  headers: () => Record<string, string>;
}[] = [
  { name: 'another key', secret: C2F, headers: () => headersAt(nowS()) },
  { name: 'another body', body: HOUSE_BODY.replace('42', '43'), headers: () => headersAt(nowS()) },
  { name: 'another id', headers: () => ({ ...headersAt(nowS()), 'webhook-id': 'evt_2' }) },
  {
    name: 'another timestamp',
    headers: () => ({ ...headersAt(nowS()), 'webhook-timestamp': String(nowS() - 9) }),
  },
  { name: 'ten minutes old', headers: () => headersAt(nowS() - 600) },
  { name: 'ten minutes ahead', headers: () => headersAt(nowS() + 600) },
];

for (const { name, secret = MFK, body = HOUSE_BODY, headers } of refused) {
  test(`the npm verifier refuses: ${name}`, () => {
    assert.throws(() => new Webhook(`whsec_${secret}`).verify(body, headers()));
  });
}
