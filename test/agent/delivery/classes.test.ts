import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Classified, classify } from '../../../agent/delivery/classes.ts';
import { FAULTS } from '../../../agent/delivery/faults.ts';
import type { Answer, Fault } from '../../../agent/delivery/outcome.ts';

function answer(status: number, location?: string): Answer {
  return {
    kind: 'answer',
    status,
    location,
    retryAfter: undefined,
    date: undefined,
    body: new Uint8Array(),
    ms: 1,
  };
}

function fault(code: string, reached: { sent?: boolean; answered?: boolean } = {}): Fault {
  return { kind: 'fault', code, sent: reached.sent ?? false, answered: reached.answered ?? false, ms: 1 };
}

/** webhooks.md 1, failure classes; every code that it does not name is B. */
const NAMED: Readonly<Record<string, readonly number[]>> = {
  C: [401, 403, 404, 405, 407],
  D: [400, 409, 413, 415, 422],
  E: [410],
};

function wanted(status: number): string {
  if (status < 300) return 'ok';
  if (status < 400) return 'C';
  return Object.keys(NAMED).find((kind) => NAMED[kind]!.includes(status)) ?? 'B';
}

test('every status from 200 to 599 has its class, its code and a cause in both languages', () => {
  for (let status = 200; status < 600; status += 1) {
    const { class: kind, outcome, cause } = classify(answer(status));
    assert.equal(kind, wanted(status), String(status));
    assert.equal(outcome, kind === 'ok' ? 'ok' : `http_${status}`);
    assert.ok(
      cause.en.length > 5 && cause['pt-BR'].length > 5 && cause.en !== cause['pt-BR'],
      String(status),
    );
  }
});

test('the cause of a redirect names where it leads', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { cause } = classify(answer(status, 'https://novo.example/x'));
    assert.match(cause.en, /https:\/\/novo\.example\/x/);
    assert.match(cause['pt-BR'], /https:\/\/novo\.example\/x/);
  }
});

const faults: readonly [string, Fault, Classified['class'], string][] = [
  ['no such name', fault('ENOTFOUND'), 'A', 'dns'],
  ['no name server', fault('EAI_AGAIN'), 'A', 'dns'],
  ['refused', fault('ECONNREFUSED'), 'A', 'refused'],
  ['no route', fault('EHOSTUNREACH'), 'A', 'unreachable'],
  ['no network', fault('ENETUNREACH'), 'A', 'unreachable'],
  ['connect timeout of undici', fault('UND_ERR_CONNECT_TIMEOUT'), 'A', 'connect_timeout'],
  ['connect timeout of the kernel', fault('ETIMEDOUT'), 'A', 'connect_timeout'],
  [
    'timeout of the kernel on a standing connection',
    fault('ETIMEDOUT', { sent: true }),
    'A',
    'reset_before_answer',
  ],
  ['reset while connecting', fault('ECONNRESET'), 'A', 'reset_before_answer'],
  ['reset after the request', fault('ECONNRESET', { sent: true }), 'A', 'reset_before_answer'],
  ['closed after the request', fault('UND_ERR_SOCKET', { sent: true }), 'A', 'reset_before_answer'],
  ['reset in the headers', fault('ECONNRESET', { sent: true, answered: true }), 'B', 'reset_in_answer'],
  ['closed in the headers', fault('UND_ERR_SOCKET', { sent: true, answered: true }), 'B', 'reset_in_answer'],
  ['http behind https', fault('ERR_SSL_WRONG_VERSION_NUMBER'), 'A', 'not_tls'],
  ['no common cipher', fault('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'), 'A', 'tls_refused'],
  ['handshake broken', fault('EPROTO'), 'A', 'tls_refused'],
  ['certificate of another name', fault('ERR_TLS_CERT_ALTNAME_INVALID'), 'C', 'tls_name'],
  ['certificate expired', fault('CERT_HAS_EXPIRED'), 'C', 'tls_expired'],
  ['certificate of tomorrow', fault('CERT_NOT_YET_VALID'), 'C', 'tls_not_yet_valid'],
  ['self-signed', fault('DEPTH_ZERO_SELF_SIGNED_CERT'), 'C', 'tls_self_signed'],
  ['self-signed root', fault('SELF_SIGNED_CERT_IN_CHAIN'), 'C', 'tls_self_signed'],
  ['unknown issuer', fault('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'C', 'tls_untrusted'],
  ['address that is blocked', fault('ADDRESS_BLOCKED'), 'C', 'address_blocked'],
  ['http without leave', fault('GIRO_HTTP_NOT_ALLOWED'), 'C', 'http_not_allowed'],
  ['headers timeout', fault('GIRO_HEADERS_TIMEOUT', { sent: true }), 'B', 'headers_timeout'],
  ['attempt timeout', fault('GIRO_ATTEMPT_TIMEOUT'), 'B', 'attempt_timeout'],
  ['no HTTP', fault('HTTPParserError', { sent: true, answered: true }), 'B', 'not_http'],
  ['too many headers', fault('UND_ERR_HEADERS_OVERFLOW', { sent: true, answered: true }), 'B', 'not_http'],
  ['this machine is out of files', fault('EMFILE'), 'A', 'local_resources'],
  ['a code that nobody knows', fault('EWHATEVER'), 'B', 'unknown_fault'],
  ['an error without a code', fault(''), 'B', 'unknown_fault'],
];

for (const [name, outcome, kind, code] of faults) {
  test(`fault: ${name}`, () => {
    const found = classify(outcome);
    assert.deepEqual([found.class, found.outcome], [kind, code]);
  });
}

test('no code of a library stands in two rows', () => {
  const codes: string[] = Object.values(FAULTS).flatMap(({ codes }) => [...codes]);
  assert.equal(new Set(codes).size, codes.length);
});
