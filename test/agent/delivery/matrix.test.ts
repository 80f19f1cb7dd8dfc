import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureClass } from '../../../agent/events/attempt.ts';
import { classify } from '../../../agent/http/classes.ts';
import { type Fault, type Outcome, OWN_FAULTS } from '../../../agent/http/outcome.ts';
import { answer, Bench } from './bench.ts';

/** What a receiver that goes on answering the same brings about (webhooks.md 1, without jitter). */
interface Consequence {
  /** When the first three requests go out, seconds. */
  readonly atS: readonly number[];
  /** Tries of the message that are used up by then. */
  readonly used: number;
  /** The endpoint after the first of them. */
  readonly endpoint: 'open' | 'waiting' | 'gone';
  readonly delivery: 'pending' | 'delivered' | 'parked';
}

type Kind = FailureClass | 'ok' | '429' | '503';

const WAITING = { used: 0, endpoint: 'waiting', delivery: 'pending' } as const;
const CONSEQUENCES: Readonly<Record<Kind, Consequence>> = {
  ok: { atS: [0], used: 0, endpoint: 'open', delivery: 'delivered' },
  A: { atS: [0, 1, 3], ...WAITING },
  B: { atS: [0, 0, 0.25], used: 0, endpoint: 'open', delivery: 'pending' },
  // At least 60 s and 30 s; the middle of the jitter adds 10 %.
  429: { atS: [0, 66, 132], ...WAITING },
  503: { atS: [0, 33, 66], ...WAITING },
  C: { atS: [0, 1, 3], ...WAITING },
  D: { atS: [0, 1, 6], used: 2, endpoint: 'open', delivery: 'parked' },
  E: { atS: [0], used: 0, endpoint: 'gone', delivery: 'pending' },
};

/** Checks one row: its class, its stable code, its cause in both languages, and all that follows from it. */
async function checkRow(name: string, outcome: Outcome, kind: Kind, code: string): Promise<void> {
  const found = classify(outcome);
  const wantedClass = kind === '429' || kind === '503' ? 'B' : kind;
  assert.deepEqual([found.class, found.outcome], [wantedClass, code], name);
  const { en, 'pt-BR': ptBr } = found.cause;
  assert.ok(en.length > 5 && ptBr.length > 5 && en !== ptBr, `${name}: ${en} / ${ptBr}`);

  const bench = await new Bench().start();
  const startedAtMs = bench.clock.now();
  const enough = CONSEQUENCES[kind].atS.length;
  bench.receiver = () => {
    return outcome;
  };
  await bench.accept('a');
  const endpoint = bench.endpoint.state;
  for (let waitedMs = 0; bench.sent.length < enough && waitedMs < 200_000; waitedMs += 250) {
    await bench.clock.advance(waitedMs === 0 ? 0 : 250);
  }
  const states = (['pending', 'delivered', 'parked'] as const).filter(
    (state) => bench.journal.sequences(state, 'a').length === 1,
  );
  assert.deepEqual(
    {
      atS: bench.sent.slice(0, enough).map(({ atMs }) => (atMs - startedAtMs) / 1000),
      used: bench.journal.marks.filter((mark) => mark.kind === 'tried').length,
      endpoint,
      delivery: states.join(),
    },
    CONSEQUENCES[kind],
    name,
  );
  // Of what waits or is over, nothing more is sent meanwhile.
  assert.equal(bench.sent.length, enough, name);
}

/** webhooks.md 1, failure classes; every code that it does not name is B. */
const NAMED = {
  C: [401, 403, 404, 405, 407],
  D: [400, 409, 413, 415, 422],
  E: [410],
} as const satisfies Partial<Record<Kind, readonly number[]>>;

function wanted(status: number): Kind {
  if (status === 429 || status === 503) return `${status}`;
  if (status < 300) return 'ok';
  if (status < 400) return 'C';
  const kinds = Object.keys(NAMED) as (keyof typeof NAMED)[];
  return kinds.find((kind) => (NAMED[kind] as readonly number[]).includes(status)) ?? 'B';
}

test('every status from 200 to 599: its class, its code, its cause, and what follows', async () => {
  for (let status = 200; status < 600; status += 1) {
    const kind = wanted(status);
    await checkRow(String(status), answer(status), kind, kind === 'ok' ? 'ok' : `http_${status}`);
  }
});

/** Too late for an instant second try. */
function fault(code: string, reached: { sent?: boolean; answered?: boolean } = {}): Fault {
  return { kind: 'fault', code, sent: reached.sent ?? false, answered: reached.answered ?? false, ms: 2_000 };
}

const faults: readonly [string, Fault, FailureClass, string][] = [
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
  ['http without leave', fault(OWN_FAULTS.httpNotAllowed), 'C', 'http_not_allowed'],
  ['headers timeout', fault(OWN_FAULTS.headersTimeout, { sent: true }), 'B', 'headers_timeout'],
  ['attempt timeout', fault(OWN_FAULTS.attemptTimeout), 'B', 'attempt_timeout'],
  ['no HTTP', fault('HTTPParserError', { sent: true, answered: true }), 'B', 'not_http'],
  ['too many headers', fault('UND_ERR_HEADERS_OVERFLOW', { sent: true, answered: true }), 'B', 'not_http'],
  ['no proxy', fault(OWN_FAULTS.proxyUnreachable), 'A', 'proxy_unreachable'],
  ['a proxy that refuses', fault(OWN_FAULTS.proxyRefused), 'A', 'proxy_refused'],
  ['a proxy that wants a password', fault(OWN_FAULTS.proxyCredentials), 'A', 'proxy_credentials'],
  ['another key than the pinned one', fault(OWN_FAULTS.wrongPin), 'C', 'tls_pin'],
  ['a token endpoint without a token', fault(OWN_FAULTS.noToken), 'C', 'no_token'],
  ['this machine is out of files', fault('EMFILE'), 'A', 'local_resources'],
  ['a code that nobody knows', fault('EWHATEVER'), 'B', 'unknown_fault'],
  ['an error without a code', fault(''), 'B', 'unknown_fault'],
];

for (const [name, outcome, kind, code] of faults) {
  test(`fault: ${name}`, () => checkRow(name, outcome, kind, code));
}
