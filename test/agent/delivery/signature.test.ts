import assert from 'node:assert/strict';
import { createHash, createHmac, createPublicKey, createSecretKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { githubSignature, Signer, stripeSignature } from '../../../agent/delivery/signature.ts';
import type { Webhook as Configured } from '../../../config/configuration.ts';
import { signingKey } from '../../signing.ts';

const MFK = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const C2F = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ED = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const ED_PUBLIC = '1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
const HOUSE = {
  id: 'evt_01HZXW3T0N4Y3M8V7K2Q5R6S9T',
  timestampS: 1767225600,
  body: '{"type":"access.granted","timestamp":"2026-01-01T00:00:00.123Z","data":{"deviceId":"cat-01","seq":42,"person":{"name":"José Ação"}}}',
};
const HOUSE_BODY = HOUSE.body;
const FIRST = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampS: 1614265330, body: '{"test": 2432232314}' };

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

interface Message {
  readonly id: string;
  readonly timestampS: number;
  readonly body: string | Uint8Array;
}

function headersOf(
  secrets: readonly string[],
  message: Message,
  schemes: Configured['signatures'] = ['standard'],
) {
  const body = typeof message.body === 'string' ? bytes(message.body) : message.body;
  return new Signer(secrets.map(signingKey), schemes).headers(
    { ...message, body },
    message.timestampS * 1000,
  );
}

const sign = (secrets: readonly string[], message: Message): string | undefined =>
  headersOf(secrets, message)['webhook-signature'];

const HOUSE_C2F = 'v1,zcqpSU4YZSMegWM2ZPmp/5M+lyVkJ04ASyT3GwuygnM=';
const HOUSE_MFK = 'v1,zZSXQJcG7tw0FfchP3xMEokwkurMiX3yyAIXInBuFgE=';
const HOUSE_ED =
  'v1a,hyEU8tmvt5jBl6Z2idUJniPNBvPHo39vrM234+PTkUXcJcVumxjgmH38dMND23GgH39wy5AJDeiSlI1EfofLCA==';

const vectors = [
  {
    name: 'standard-webhooks, JavaScript and Go libraries',
    message: FIRST,
    secrets: [MFK],
    want: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  {
    name: 'standard-webhooks, Rust library',
    message: {
      id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      timestampS: 1649367553,
      body: '{"email":"test@example.com","username":"test_user"}',
    },
    secrets: [C2F],
    want: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
  },
  {
    name: 'Svix server, ed25519',
    message: FIRST,
    secrets: [ED],
    want: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
  },
  {
    name: 'house vector: UTF-8 and a rotation, newest first',
    message: HOUSE,
    secrets: [C2F, MFK],
    want: `${HOUSE_C2F} ${HOUSE_MFK}`,
  },
  { name: 'house vector: ed25519', message: HOUSE, secrets: [ED], want: HOUSE_ED },
  {
    name: 'house vector: both kinds in one header',
    message: HOUSE,
    secrets: [ED, C2F, MFK],
    want: `${HOUSE_ED} ${HOUSE_C2F} ${HOUSE_MFK}`,
  },
];

for (const { name, message, secrets, want } of vectors) {
  test(`published signature: ${name}`, () => assert.equal(sign(secrets, message), want));
}

test('the house vector is the published one', () => {
  assert.equal(bytes(HOUSE_BODY).length, 135);
  assert.equal(
    createHash('sha256').update(HOUSE_BODY).digest('hex'),
    '3009b8771fd1a5b862a2b2ad8102e317d8c24b8368d6913b953116f36f8f3e61',
  );
});

test('node:crypto verifies v1a with the public key alone', () => {
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(ED_PUBLIC, 'base64').toString('base64url') },
  });
  const [, signature = ''] = sign([ED], HOUSE)!.split(',');
  const signed = (body: string): Uint8Array => bytes(`${HOUSE.id}.${HOUSE.timestampS}.${body}`);
  assert.ok(verify(null, signed(HOUSE_BODY), key, Buffer.from(signature, 'base64')));
  assert.ok(!verify(null, signed(`${HOUSE_BODY} `), key, Buffer.from(signature, 'base64')));
});

test('bytes that are no UTF-8 are signed as they are', () => {
  const body = Uint8Array.of(0xff, 0x00, 0xc3);
  const signed = Buffer.concat([Buffer.from('id.1.'), body]);
  const want = createHmac('sha256', Buffer.from(MFK.slice(6), 'base64'))
    .update(signed)
    .digest('base64');
  assert.equal(sign([MFK], { id: 'id', timestampS: 1, body }), `v1,${want}`);
});

test('an old key signs until its time and not at it, judged at each attempt', () => {
  const untilMs = Date.parse('2026-11-26T12:00:00Z');
  const signer = new Signer([signingKey(C2F), { ...signingKey(MFK), untilMs }], ['standard', 'stripe']);
  const signed = { id: 'evt', timestampS: 1, body: bytes('{}') };
  const count = (nowMs: number): number[] => {
    const headers = signer.headers(signed, nowMs);
    return [
      headers['webhook-signature']!.split(' ').length,
      headers['stripe-signature']!.split('v1=').length - 1,
    ];
  };
  assert.deepEqual([untilMs - 1, untilMs, untilMs - 1].map(count), [
    [2, 2],
    [1, 1],
    [2, 2],
  ]);
  assert.ok(signer.headers(signed, untilMs)['webhook-signature']);
});

const key = (text: string) => createSecretKey(text, 'utf8');

test('GitHub’s published signatures', () => {
  const rows = [
    [
      "It's a Secret to Everybody",
      'Hello, World!',
      '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    ],
    ['mysecret', '{"foo":"bar"}', '4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3'],
  ] as const;
  for (const [secret, body, hex] of rows) {
    assert.equal(githubSignature(key(secret), { body: bytes(body) }), `sha256=${hex}`);
  }
});

test('Stripe’s published signature', () => {
  const signed = { timestampS: 1_700_000_000, body: bytes('{"id":"evt_1","object":"event"}') };
  assert.equal(
    stripeSignature([key('whsec_x')], signed),
    't=1700000000,v1=c9bcc97a8a4ff4bae104ef32dcacf8b24b4c3cf0512aef639b8502673db15436',
  );
});

test('the schemes of others are keyed by the text of the secret, beside or instead of the standard one', () => {
  const all = headersOf([C2F, ED, MFK], HOUSE, ['standard', 'github', 'stripe']);
  const hex = (secret: string, signed: string): string =>
    createHmac('sha256', secret).update(signed).digest('hex');
  const stripe = [C2F, MFK].map((secret) => `v1=${hex(secret, `${HOUSE.timestampS}.${HOUSE_BODY}`)}`);
  assert.deepEqual(all, {
    'webhook-signature': sign([C2F, ED, MFK], HOUSE),
    'x-hub-signature-256': `sha256=${hex(C2F, HOUSE_BODY)}`,
    'stripe-signature': `t=${HOUSE.timestampS},${stripe.join(',')}`,
  });
  assert.deepEqual(Object.keys(headersOf([C2F], HOUSE, ['github'])), ['x-hub-signature-256']);
});

const nowS = (): number => Math.floor(Date.now() / 1000);

function headersAt(timestampS: number, secrets = [MFK]): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(timestampS),
    'webhook-signature': sign(secrets, { id: 'evt_1', timestampS, body: HOUSE_BODY })!,
  };
}

test('the npm verifier accepts it, with either key of a rotation, also beside ed25519', () => {
  const headers = headersAt(nowS(), [ED, C2F, MFK]);
  for (const secret of [C2F, MFK]) {
    assert.deepEqual(new Webhook(secret).verify(HOUSE_BODY, headers), JSON.parse(HOUSE_BODY));
  }
});

test('the npm verifier finds the valid one of four, whatever their tags', () => {
  const headers = headersAt(nowS());
  const wrong = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  const four = [`v1,${wrong}`, `v2,${wrong}`, headers['webhook-signature'], `v1,${wrong}`].join(' ');
  assert.ok(new Webhook(MFK).verify(HOUSE_BODY, { ...headers, 'webhook-signature': four }));
});

const without = (name: string): Record<string, string> => {
  const { [name]: _, ...rest } = headersAt(nowS());
  return rest;
};
const signedAs = (signature: string): Record<string, string> => ({
  ...headersAt(nowS()),
  'webhook-signature': signature,
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
  {
    name: 'a timestamp that is no number',
    headers: () => ({ ...headersAt(nowS()), 'webhook-timestamp': 'x' }),
  },
  { name: 'a timestamp in milliseconds', headers: () => headersAt(Date.now()) },
  { name: 'no id', headers: () => without('webhook-id') },
  { name: 'no timestamp', headers: () => without('webhook-timestamp') },
  { name: 'no signature', headers: () => without('webhook-signature') },
  { name: 'v1, alone', headers: () => signedAs('v1,') },
  {
    name: 'the first 8 characters',
    headers: () => signedAs(headersAt(nowS())['webhook-signature']!.slice(0, 8)),
  },
  { name: 'a wrong signature', headers: () => signedAs('v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=') },
  { name: 'ed25519 alone', headers: () => headersAt(nowS(), [ED]) },
  { name: 'ten minutes old', headers: () => headersAt(nowS() - 600) },
  { name: 'ten minutes ahead', headers: () => headersAt(nowS() + 600) },
];

for (const { name, secret = MFK, body = HOUSE_BODY, headers } of refused) {
  test(`the npm verifier refuses: ${name}`, () => {
    assert.throws(() => new Webhook(secret).verify(body, headers()));
  });
}
