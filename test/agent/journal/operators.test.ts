import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AttemptRecord } from '../../../agent/events/attempt.ts';
import { REPLAY_LANE } from '../../../agent/events/delivery.ts';
import type { Journal } from '../../../agent/journal/journal.ts';
import type { Action } from '../../../agent/journal/operate.ts';
import { openReader } from '../../../agent/journal/queries.ts';
import type { Mark } from '../../../agent/journal/records.ts';
import type { DeliveryFilter } from '../../../agent/journal/selection.ts';
import { eventOf, idOf, makeFolder, openJournal } from './journals.ts';

const delivered = (sequence: number, atMs: number): Mark => ({
  kind: 'delivered',
  webhook: 'crm',
  sequence,
  atMs,
  status: 200,
});
const parked = (sequence: number, atMs: number): Mark => ({
  kind: 'parked',
  webhook: 'crm',
  sequence,
  atMs,
  status: 422,
  outcome: 'http_422',
});

/** Sequences that an action would take. */
async function taken(journal: Journal, action: Action, filter: DeliveryFilter): Promise<string[]> {
  const found: string[] = [];
  for (const scope of await journal.scopes(filter)) {
    const { sequences } = await journal.operate({ action, dryRun: true, filter, scope, atMs: 1 });
    found.push(...sequences.map((sequence) => `${scope.webhook} ${sequence}`));
  }
  return found;
}

/** 1 delivered, 2 parked, 3 discarded, 4 and 5 pending; all of crm, 5 (as its number 1) of bi too. */
async function journalOfFive(t: TestContext) {
  const folder = makeFolder(t);
  const { journal } = await openJournal(t, folder);
  const recorded = (n: number) => ({ recordedAtMs: n * 100, lane: `catraca-${n % 2}`, unit: `u${n}` });
  await journal.accept({
    events: [1, 2, 3, 4, 5].map((n) =>
      eventOf(n, { ...recorded(n), webhooks: n === 5 ? ['crm', 'bi'] : ['crm'] }),
    ),
  });
  const marked = journal.mark(delivered(1, 9_000), parked(2, 8_000));
  const scope = { webhook: 'crm', first: 3, last: 3 };
  await journal.operate({ action: 'discard', dryRun: false, filter: {}, scope, atMs: 7_000 });
  await marked;
  return { folder, journal };
}

const filters: readonly [string, Action, DeliveryFilter, string[]][] = [
  ['everything that can be sent again', 'resend', {}, ['crm 1', 'crm 2', 'crm 3']],
  ['everything that can be discarded', 'discard', {}, ['bi 1', 'crm 2', 'crm 4', 'crm 5']],
  ['one event, at each webhook', 'discard', { id: idOf(5) }, ['crm 5', 'bi 1']],
  ['one event at one webhook', 'discard', { id: idOf(5), webhook: 'bi' }, ['bi 1']],
  ['an unknown event', 'discard', { id: idOf(6) }, []],
  ['a state', 'resend', { states: ['parked'] }, ['crm 2']],
  ['failed since', 'resend', { states: ['parked'], sinceMs: 8_000 }, ['crm 2']],
  ['failed since later', 'resend', { states: ['parked'], sinceMs: 8_001 }, []],
  ['all since', 'resend', { states: ['delivered', 'parked'], sinceMs: 8_500 }, ['crm 1']],
  ['until', 'resend', { untilMs: 9_000 }, ['crm 2', 'crm 3']],
  ['pending by when it was recorded', 'discard', { states: ['pending'], untilMs: 500 }, ['crm 4']],
  ['a range', 'discard', { webhook: 'crm', firstSequence: 2, lastSequence: 4 }, ['crm 2', 'crm 4']],
  ['a turnstile', 'discard', { turnstile: 'catraca-0' }, ['crm 2', 'crm 4']],
  ['a unit', 'discard', { unit: 'u4' }, ['crm 4']],
  ['a person', 'discard', { person: 'p1' }, ['crm 4']],
];

test('filters', async (t) => {
  const { journal } = await journalOfFive(t);
  for (const [name, action, filter, want] of filters) {
    assert.deepEqual(await taken(journal, action, filter), want, name);
  }
});

test('resend: pending again in the lane of replays, with id, body and sequence as they were', async (t) => {
  const { journal, folder } = await journalOfFive(t);
  const scope = { webhook: 'crm', first: 1, last: 5 };
  const before = await journal.pending('crm', 'catraca-0', 0, 10);
  const { sequences } = await journal.operate({
    action: 'resend',
    dryRun: false,
    filter: {},
    scope,
    atMs: 1,
  });
  assert.deepEqual(sequences, [1, 2, 3]);
  assert.deepEqual(await journal.pending('crm', 'catraca-0', 0, 10), before, 'the others stay');
  const replays = await journal.pending('crm', REPLAY_LANE, 0, 10);
  assert.deepEqual(
    replays.map(({ sequence, id, body, tries }) => [sequence, id, JSON.parse(body).n, tries]),
    [1, 2, 3].map((n) => [n, idOf(n), n, 0]),
  );
  await journal.close();
  const { journal: next } = await openJournal(t, folder);
  assert.equal(next.state.lanes.find(({ lane }) => lane === REPLAY_LANE)?.pending, 3);
});

test('a step looks at no more than 1,000 deliveries and says where the next one goes on', async (t) => {
  const { journal } = await openJournal(t, makeFolder(t));
  await journal.accept({ events: Array.from({ length: 2_500 }, (_, n) => eventOf(n)) });
  const filter = { person: 'p0' };
  const [scope] = await journal.scopes(filter);
  const counts: number[] = [];
  for (let rest = scope; rest !== undefined; ) {
    const step = await journal.operate({ action: 'discard', dryRun: false, filter, scope: rest, atMs: 1 });
    counts.push(step.sequences.length);
    rest = step.rest;
  }
  assert.deepEqual(counts, [334, 333, 167]);
});

test('a 2xx for what was discarded while it was in flight counts: the receiver has it', async (t) => {
  const { journal, folder } = await journalOfFive(t);
  const marked = journal.mark(delivered(3, 9_500));
  await journal.close();
  await marked;
  const reader = openReader(folder);
  t.after(() => reader.close());
  const [record] = reader.deliveries({ id: idOf(3) }, 1);
  assert.deepEqual([record?.state, record?.atMs], ['delivered', 9_500]);
  assert.equal(reader.webhooks().find(({ webhook }) => webhook === 'crm')?.pending, 2);
});

test('the attempt log gives back what was stored, in order, with the answer to the byte', async (t) => {
  const { journal, folder } = await journalOfFive(t);
  const full: AttemptRecord = {
    webhook: 'crm',
    sequence: 4,
    atMs: 10,
    class: 'C',
    status: 302,
    outcome: 'http_302',
    timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4, totalMs: 5 },
    remoteAddress: '192.0.2.1:443',
    tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    location: 'https://elsewhere.example/',
    contentType: 'text/html',
    answer: Uint8Array.from([0, 255, 10]),
    clockSkewMs: -3000,
    next: { why: 'endpoint', atMs: 1010 },
  };
  const least: AttemptRecord = {
    webhook: 'crm',
    sequence: 4,
    atMs: 9, // a clock set back
    class: 'ok',
    outcome: 'ok',
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 },
  };
  const marked = journal.mark(
    { kind: 'attempt', attempt: full },
    { kind: 'attempt', attempt: { ...least, sequence: 5 } },
    { kind: 'attempt', attempt: least },
  );
  await journal.close();
  await marked;
  const reader = openReader(folder);
  t.after(() => reader.close());
  const plain = reader.attempts('crm', 4).map(({ answer, ...rest }) => ({
    ...rest,
    ...(answer && { answer: Uint8Array.from(answer) }),
  }));
  assert.deepEqual(plain, [full, least]);
});
