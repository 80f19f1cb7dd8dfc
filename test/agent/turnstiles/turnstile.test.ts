import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepConnected, type SessionState } from '../../../agent/turnstiles/turnstile.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { defineDriver, type TurnstileContext } from '../../../drivers/contract/driver.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { lines } from '../../../drivers/lines/driver.ts';
import type { Link, LinkSource, LinkWishes } from '../../../drivers/links/link.ts';
import { ManualClock, settle } from '../../clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';

const HOUR_MS = 3_600_000;
const passed: Reading = { kind: 'passed', freshness: 'live' };

/** A turnstile whose connections and sessions do what the test says. */
function turnstile(
  connect: (attempt: number) => GiroError | undefined,
  session: (context: TurnstileContext<unknown>) => Promise<void>,
  { link, recordAt = async () => {} }: { link?: LinkWishes; recordAt?: () => Promise<void> } = {},
) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const states: SessionState[] = [];
  const attempts: number[] = [];
  const stopping = new AbortController();
  let open = 0;
  let isSourceClosed = false;
  const source: LinkSource = {
    kind: 'tcp',
    address: 'tcp://127.0.0.1:3000',
    async open() {
      attempts.push(clock.now());
      const problem = connect(attempts.length);
      if (problem !== undefined) throw problem;
      open += 1;
      const dialled = { kind: 'tcp', peer: '127.0.0.1:3000', close: () => (open -= 1) };
      return dialled as unknown as Link;
    },
    async close() {
      isSourceClosed = true;
    },
  };
  const done = keepConnected(
    {
      turnstile: {
        id: 'catraca-1',
        unit: 'centro',
        driver: defineDriver({ ...lines, ...(link && { link }), run: session }),
        address: { kind: 'tcp', host: '127.0.0.1', port: 3000 },
        swapDirection: false,
        options: {},
      },
      timezone: 'America/Sao_Paulo',
      source,
      intake: { record: async () => {}, recordAt },
      position: undefined,
      clock,
      log,
      random: () => 0.5,
      onState: (state) => states.push(state),
    },
    stopping.signal,
  );
  const stop = async (): Promise<void> => {
    stopping.abort();
    await done;
    assert.equal(open, 0, 'every link was closed');
    assert.ok(isSourceClosed);
  };
  return { clock, log, states, attempts, stop, signal: stopping.signal };
}

const refused = () => new GiroError('LINK_FAILED', '127.0.0.1:3000 refused the connection');
/** A session that goes on until the turnstile is stopped. */
const stays = ({ signal }: TurnstileContext<unknown>): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

test('a device that is not there is tried at once, then after 1, 2, 5, 10, 15 and 30 s', async () => {
  const { clock, attempts, stop } = turnstile(refused, stays);
  await clock.advance(200_000);
  await stop();
  const waits = attempts.slice(1).map((atMs, index) => atMs - attempts[index]!);
  assert.deepEqual(waits.slice(0, 8), [0, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 30_000]);
});

test('a driver whose devices keep nothing is dialled at least every 5 s', async () => {
  const { clock, attempts, stop } = turnstile(refused, stays, { link: { longestWaitMs: 5_000 } });
  await clock.advance(60_000);
  await stop();
  const waits = attempts.slice(1).map((atMs, index) => atMs - attempts[index]!);
  assert.deepEqual(waits.slice(0, 6), [0, 1_000, 2_000, 5_000, 5_000, 5_000]);
});

test('a session sees what the one before gave to recordAt, committed or not', async () => {
  const commits: (() => void)[] = [];
  const seen: (readonly [string | undefined, string | undefined])[] = [];
  const { clock, stop } = turnstile(
    () => undefined,
    async (context) => {
      seen.push([context.cursor.position, context.cursor.latest]);
      if (seen.length > 2) return stays(context);
      for (const commit of commits) commit();
      await settle();
      void context.recordAt(`p${seen.length}`, passed);
    },
    { recordAt: () => new Promise((resolve) => void commits.push(resolve)) },
  );
  while (seen.length < 3) await clock.advance(1);
  await stop();
  assert.deepEqual(seen, [
    [undefined, undefined],
    [undefined, 'p1'],
    ['p1', 'p2'],
  ]);
});

test('a day without the device is one line, one an hour, and one when it is back', async () => {
  let isThere = false;
  const { clock, log, states, stop } = turnstile(() => (isThere ? undefined : refused()), stays);
  await clock.advance(24 * HOUR_MS);
  const during = log.entries.filter(({ level }) => level !== 'debug');
  assert.equal(during.length, 1 + 23);
  assert.equal(during[0]?.message, 'turnstile offline');
  assert.deepEqual(states.at(-1), {
    state: 'offline',
    problem: { code: 'LINK_FAILED', detail: '127.0.0.1:3000 refused the connection' },
    outageSinceMs: states[0]?.outageSinceMs,
  });

  isThere = true;
  await clock.advance(60_000);
  const after = log.entries.filter(({ level }) => level !== 'debug').slice(during.length);
  assert.deepEqual(
    after.map(({ message }) => message),
    ['turnstile online again'],
  );
  assert.deepEqual(states.at(-1), { state: 'online' });
  await stop();
  assert.deepEqual(states.at(-1), { state: 'offline' }, 'an orderly stop has no problem');
});

test('a device that takes connections and fails each one stays in one outage', async () => {
  const { clock, log, attempts, stop } = turnstile(
    () => undefined,
    async ({ record }) => {
      await record({ kind: 'identity', model: 'PRIMME' });
      throw new GiroError('DEVICE_NEEDS_DECIDER', 'TIPO_VALIDA O');
    },
  );
  await clock.advance(HOUR_MS - 60_000);
  await stop();
  assert.ok(attempts.length < 130, 'it is not hammered');
  const said = log.entries.filter(({ level }) => level === 'warn');
  assert.deepEqual(
    said.map(({ message }) => message),
    ['turnstile offline'],
  );
});

test('a session that brought a passage ends the outage: the next failure is tried at once again', async () => {
  let sessions = 0;
  const { clock, attempts, log, stop } = turnstile(
    (attempt) => (attempt <= 6 ? refused() : undefined),
    async (context) => {
      sessions += 1;
      if (sessions > 1) return stays(context);
      await context.record(passed);
      throw new GiroError('LINK_LOST', 'reset');
    },
  );
  await clock.advance(120_000);
  assert.equal(sessions, 2);
  assert.equal(attempts.at(-1), attempts.at(-2), 'no wait after a session that worked');
  assert.deepEqual(
    log.entries.filter(({ level }) => level !== 'debug').map(({ message }) => message),
    ['turnstile offline', 'turnstile online again', 'turnstile offline', 'turnstile online again'],
  );
  await stop();
});

test('a fault of the driver is logged with its stack, and the turnstile goes on', async () => {
  const { clock, log, attempts, stop } = turnstile(
    () => undefined,
    async () => {
      throw new TypeError('a fault');
    },
  );
  await settle();
  await clock.advance(5_000);
  await stop();
  const [line] = log.entries.filter(({ level }) => level === 'warn');
  assert.ok(line && 'err' in line.data && line.data.err instanceof TypeError);
  assert.ok(attempts.length >= 3);
});

test('connections that come and go without holding are one outage, since its beginning', async () => {
  const { clock, states, stop } = turnstile(
    () => undefined,
    async () => {
      throw new GiroError('LINK_LOST', 'reset');
    },
  );
  const startedAtMs = clock.now();
  await clock.advance(600_000);
  const later = states.slice(2);
  assert.ok(later.length > 10 && later.some(({ state }) => state === 'online'));
  assert.ok(later.every(({ outageSinceMs }) => outageSinceMs === startedAtMs));
  await stop();
});
