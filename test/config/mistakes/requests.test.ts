import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../../config/check/mistakes.ts';
import { readConfiguration } from '../../../config/read.ts';
import { fakeDrivers, GOOD } from '../fakes.ts';
import { each, mistakesOf, PATH, printed } from '../mistaken.ts';

const SECRET = 'secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw until 2026-11-26T12:00:00Z';
const ED = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';

/** Lines of the webhook's own behind its last. */
const after = (lines: string) => ({ from: SECRET, to: `${SECRET}\n${lines}` });

each([
  {
    name: 'secret that is a number',
    from: SECRET,
    to: 'secret: 5',
    want: ['25:13: secret: expected text or a list, found 5', '  put it in quotes: "5"'],
  },
  {
    name: 'secret that is a public key',
    from: SECRET,
    to: 'secret: whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
    want: [
      '25:13: whpk_ is the public key, which receivers verify with; signing needs the whsk_ that it belongs to',
      '  giro secret new makes a right one',
    ],
  },
  {
    name: 'secrets: one without its end, one of another form',
    from: SECRET,
    to: `secret:
      - whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
      - whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
      - hunter2`,
    want: [
      '27:9: an old secret needs the time until which it still signs: until 2026-11-26T12:00:00Z',
      '28:9: the secret must begin with whsec_ or whsk_',
    ],
  },
  {
    name: 'no secret in the list',
    from: SECRET,
    to: 'secret: []',
    want: ['25:13: there is no secret in it'],
  },
  {
    name: 'too many secrets',
    from: SECRET,
    to: `secret:\n      - whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD${`\n      - ${OLD}`.repeat(11)}`,
    want: ['26:7: 12 secrets; expected at most 11, the newest and ten old ones'],
  },
  {
    name: 'a secret file with a wrong line',
    from: SECRET,
    to: `secret: \${file:../test/fixtures/secrets/wrong-line.secret}`,
    want: [
      '25:13: line 3 of test/fixtures/secrets/wrong-line.secret: what follows "until" is no time such as 2026-11-26T12:00:00Z',
    ],
  },
  {
    name: 'an unknown signature',
    ...after('    signatures: [gitlab]'),
    want: [
      '26:18: signatures "gitlab" is unknown; did you mean "github"?',
      '  known signatures: standard, github, stripe',
    ],
  },
  {
    name: 'a signature of others with an ed25519 secret',
    from: SECRET,
    to: `secret: ${ED}\n    signatures: [standard, stripe]`,
    want: ['26:28: signatures: stripe needs a whsec_ secret'],
  },
  {
    name: 'headers of the request, of the connection, of Giro and of a signature',
    ...after(`    headers:
      Content-Type: text/plain
      HOST: x
      webhook-id: x
      ce-id: x
      X-Giro-Unidade: x
      Connection: close
      X-Hub-Signature-256: x
      User-Agent: x
      Transfer-Encoding: chunked
      Content-Length: "5"`),
    want: [
      '27:7: header Content-Type cannot be set: Giro sets it to fit the body',
      '28:7: header HOST cannot be set: it comes from the URL',
      '29:7: header webhook-id cannot be set: receivers tell events by it, and it is signed',
      '30:7: header ce-id cannot be set: receivers tell events by it, and it is signed',
      '31:7: header X-Giro-Unidade cannot be set: these are Giro’s own',
      '32:7: header Connection cannot be set: it belongs to the connection',
      '33:7: header X-Hub-Signature-256 cannot be set: use signatures instead',
      '34:7: header User-Agent cannot be set: it tells receivers which Giro is calling',
      '35:7: header Transfer-Encoding cannot be set: it belongs to the connection',
      '36:7: header Content-Length cannot be set: Giro sets it to fit the body',
    ],
  },
  {
    name: 'headers that no request can have',
    ...after(`    headers:
      "x y": a
      x-a: "a\\nb"
      x-b: ação
      x-c: 5
      X-B: b`),
    want: [
      '27:7: "x y" is no header name',
      '28:12: header x-a: expected visible ASCII characters on one line',
      '29:12: header x-b: expected visible ASCII characters on one line',
      '30:12: headers.x-c: expected text, found 5',
      '  put it in quotes: "5"',
      '31:7: header X-B stands here already, in other letter case',
    ],
  },
  {
    name: 'authorization twice',
    ...after('    auth: { bearer: x }\n    headers: { Authorization: x }'),
    want: ['27:16: header authorization is also what auth sets', '  keep one of the two'],
  },
  {
    name: 'two kinds of auth',
    ...after('    auth: { bearer: x, basic: { user: a, password: b } }'),
    want: ['26:11: auth: expected exactly one of basic, bearer and oauth2'],
  },
  {
    name: 'auth without a kind',
    ...after('    auth: {}'),
    want: ['26:11: auth: expected exactly one of basic, bearer and oauth2'],
  },
  {
    name: 'auth of another kind',
    ...after('    auth: { baerer: x }'),
    want: ['26:13: unknown key "baerer"; did you mean "bearer"?', '  known keys: basic, bearer, oauth2'],
  },
  {
    name: 'a bearer token in two words',
    ...after('    auth: { bearer: Bearer abc }'),
    want: ['26:21: bearer: expected a token of visible ASCII characters without blanks'],
  },
  {
    name: 'a user with a colon',
    ...after('    auth: { basic: { user: "a:b", password: c } }'),
    want: ['26:28: user: cannot hold a colon (:)'],
  },
  {
    name: 'a token URL without encryption',
    ...after('    auth: { oauth2: { tokenUrl: "http://id.example/token", clientId: a, clientSecret: b } }'),
    want: ['26:33: the URL is http, which anyone on the way can read', '  use https, or add allow: [http]'],
  },
  {
    name: 'TLS files that are missing or something else',
    ...after('    tls: { ca: ../package.json, certificate: absent.pem, key: ../package.json }'),
    want: [
      '26:16: file package.json holds no certificate in PEM',
      '26:46: file config/absent.pem cannot be read: it does not exist',
      '26:63: file package.json holds no private key in PEM without a passphrase',
    ],
  },
  {
    name: 'a client certificate without its key',
    ...after('    tls: { certificate: ../test/fixtures/tls/good.pem }'),
    want: ['26:10: tls: certificate and key go together, and one is missing'],
  },
  {
    name: 'pins of another form',
    ...after('    tls: { pin: [sha1/AAAA, "sha256/uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="] }'),
    want: [
      '26:18: pin: expected sha256/ and the base64 of 32 bytes',
      '  openssl x509 -in CERTIFICATE -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64',
    ],
  },
  {
    name: 'TLS settings for an http URL',
    from: `https://crm.example.com/catraca\n    ${SECRET}`,
    to: `http://crm.example.com/\n    ${SECRET}\n    allow: [http]\n    tls: { pin: "sha256/uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=" }`,
    want: ['27:10: tls is set and the URL is http, without TLS'],
  },
  {
    name: 'a proxy of another kind',
    ...after('    proxy: socks5://user:hunter2@10.0.0.1:1080'),
    want: ['26:12: proxy is no proxy that Giro can use; expected http://HOST:PORT or none'],
  },
]);

test('a key that does not belong to its certificate', () => {
  const tls =
    '    tls: { certificate: ../test/fixtures/tls/good.pem, key: ../test/fixtures/tls/stranger-key.pem }';
  const error = mistakesOf(GOOD.replace(SECRET, `${SECRET}\n${tls}`));
  assert.deepEqual(printed(error), ['26:61: the key does not belong to the certificate']);
});

test('a proxy of the environment that is none is told where the webhook stands', () => {
  const env = { HTTPS_PROXY: 'socks5://user:hunter2@10.0.0.1:1080' };
  assert.throws(
    () => readConfiguration(Buffer.from(GOOD), PATH, { env, drivers: fakeDrivers }),
    (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.deepEqual(printed(error), [
        '23:5: HTTPS_PROXY is no proxy that Giro can use; expected http://HOST:PORT or none',
        '  correct the variable, or set proxy here (none: no proxy)',
      ]);
      return true;
    },
  );
});

test('no mistake quotes what may be a credential', () => {
  const lines = `    headers: { x-key: "hunter2\\n", host: hunter2 }
    auth: { oauth2: { tokenUrl: "https://user:hunter2@id.example/", clientId: a, clientSecret: hunter2 } }
    proxy: ftp://user:hunter2@10.0.0.1:21`;
  const error = mistakesOf(GOOD.replace(SECRET, `secret: [hunter2, whsk_hunter2]\n${lines}`));
  assert.equal(error.mistakes.length, 6);
  assert.doesNotMatch(JSON.stringify(error.mistakes) + error.stack, /hunter2/);
});
