import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { settle } from '../../clock.ts';
import { type BenchOptions, introduce, startSession } from './bench.ts';

const GUARD = { timeout: 120_000 };
const ANA = '00000000000000001050';
const BIA = '00000000000000002020';
const DENIED = `000000001[31[${ANA}[02/03/2026 08:00:00[1[0[4[0`;
const GRANTED = `000000002[1[${BIA}[02/03/2026 08:10:00[1[0[2[0`;
const TURNED = `000000003[81[${BIA}[02/03/2026 08:10:03[1[0[0[0`;

interface Commit {
  readonly position: string;
  readonly kinds: readonly string[];
}

/** A session that collects; each commit waits until the test lets it through, if it says so. */
async function startCollecting({
  collect = {},
  decide = 'never',
  ...given
}: Omit<BenchOptions, 'decide'> & { collect?: object; decide?: string } = {}) {
  const commits: Commit[] = [];
  const take = given.recordAt ?? (async () => {});
  const bench = startSession({
    ...given,
    options: { collect, decide },
    recordAt: (position: string, ...readings: Reading[]) => {
      commits.push({ position, kinds: readings.map(({ kind }) => kind) });
      return take(position, ...readings);
    },
  });
  await introduce(bench.device, { mode: decide === 'never' ? 'F' : 'O' });
  /** The device hears `question` and answers with the same index. */
  const answer = async (question: string, data: string): Promise<void> => {
    const heard = await bench.device.next();
    assert.equal(heard.slice(3), question);
    await bench.device.say(`${heard.slice(0, 2)}+${data}`);
  };
  const end = async (): Promise<void> => {
    await settle();
    bench.device.hangUp();
    await bench.session;
  };
  return { ...bench, commits, answer, end };
}

const NOTHING = 'RR+028';
const LAST = '2026-03-01T10:00:00';
const BY_DATE = 'RR+01+D]50]28/02/2026 10:00:00]03/03/2026 09:00:00';

test('nothing uncollected: nothing is asked for', GUARD, async () => {
  const { answer, commits, end, device, clock } = await startCollecting();
  await answer('RQ+00+RNC', 'RQ+000+RNC]0');
  await clock.advance(25_000);
  assert.match(await device.next(), /\+RH\+/);
  assert.deepEqual(commits, []);
  await end();
});

test(
  'by date from a day before the last record, page by page, committed and then confirmed',
  GUARD,
  async () => {
    const { answer, commits, end, said } = await startCollecting({ position: LAST });
    await answer('RQ+00+RNC', 'RQ+000+RNC]3');
    await answer(BY_DATE, `RR+000+2+${DENIED}]${GRANTED}`);
    await answer('ER+00+1+000000001', 'ER+000');
    await answer('RR+01+D]50]02/03/2026 08:10:00]03/03/2026 09:00:00', `RR+000+2+${GRANTED}]${TURNED}`);
    await answer('ER+00+2+000000002]000000003', 'ER+000');
    await answer('RR+01+D]50]02/03/2026 08:10:03]03/03/2026 09:00:00', `RR+000+1+${TURNED}`);
    await answer('RR+01+D]50]02/03/2026 08:10:04]03/03/2026 09:00:00', NOTHING);
    await answer('RQ+00+RNC', 'RQ+000+RNC]0');
    await end();
    assert.deepEqual(commits, [
      { position: '2026-03-02T08:10:00', kinds: ['decided'] },
      { position: '2026-03-02T08:10:03', kinds: ['decided', 'passed'] },
    ]);
    assert.ok(said('info').includes('stored records collected'));
    assert.deepEqual(said('warn'), []);
  },
);

test(
  'with confirm: false nothing is confirmed, and the count of the others does not matter',
  GUARD,
  async () => {
    const { answer, commits, device, clock, end } = await startCollecting({
      collect: { confirm: false },
      position: LAST,
    });
    await answer(BY_DATE, `RR+000+1+${DENIED}`);
    await answer('RR+01+D]50]02/03/2026 08:00:00]03/03/2026 09:00:00', `RR+000+1+${DENIED}`);
    await answer('RR+01+D]50]02/03/2026 08:00:01]03/03/2026 09:00:00', NOTHING);
    await clock.advance(25_000);
    assert.match(await device.next(), /\+RH\+/);
    assert.deepEqual(commits.length, 1);
    await end();
  },
);

test('a position that another driver left is no position', GUARD, async () => {
  const { answer, end } = await startCollecting({ collect: { confirm: false }, position: '4711' });
  await answer('RR+01+D]50]01/01/2000 00:00:00]03/03/2026 09:00:00', NOTHING);
  await end();
});

test('a commit that comes when the connection has ended is confirmed at the next', GUARD, async () => {
  const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
  const { answer, device, session, clock, said } = await startCollecting({ recordAt: () => committed });
  await answer('RQ+00+RNC', 'RQ+000+RNC]1');
  await answer('RR+01+C]50]1', `RR+000+1+${DENIED}`);
  await settle();
  device.hangUp();
  await session;
  commit();
  await settle();
  assert.equal(clock.nextAtMs, undefined, 'nothing is waited for any more');
  assert.deepEqual(said('error'), []);
});

test('the first time without confirmation: all there is', GUARD, async () => {
  const { answer, end } = await startCollecting({ collect: { confirm: false, batch: 20 } });
  await answer('RR+01+D]20]01/01/2000 00:00:00]03/03/2026 09:00:00', 'RR+000+0');
  await end();
});

test('the first time: what nobody has collected, and the last one asked for alone', GUARD, async () => {
  const { answer, commits, end, said } = await startCollecting();
  await answer('RQ+00+RNC', 'RQ+000+RNC]3');
  await answer('RR+01+C]50]1', `RR+000+2+${DENIED}]${GRANTED}`);
  await answer('ER+00+1+000000001', 'ER+000');
  await answer('RR+01+C]50]1', `RR+000+2+${GRANTED}]${TURNED}`);
  await answer('ER+00+2+000000002]000000003', 'ER+000');
  await answer('RR+01+C]50]1', NOTHING);
  await answer('RR+01+C]1]1', 'RR+01');
  await end();
  assert.deepEqual(
    commits.map(({ kinds }) => kinds),
    [['decided'], ['decided', 'passed']],
  );
  assert.deepEqual(said('warn'), []);
});

test('one record at a time: the grant is given as open before its turn is told', GUARD, async () => {
  const { answer, commits, end } = await startCollecting({ collect: { rrOrder: 'start-qty' } });
  await answer('RQ+00+RNC', 'RQ+000+RNC]2');
  await answer('RR+01+C]1]50', 'RR+000+0');
  await answer('RR+01+C]1]1', `RR+000+1+${GRANTED}`);
  await answer('ER+00+1+000000002', 'ER+000');
  await answer('RR+01+C]1]1', `RR+000+1+${TURNED}`);
  await answer('ER+00+1+000000003', 'ER+000');
  await answer('RR+01+C]1]1', NOTHING);
  await end();
  assert.deepEqual(
    commits.map(({ kinds }) => kinds),
    [['decided'], ['passed']],
  );
});

test(
  'a device that does not know version 01 is asked in version 00, and by date only if it can',
  GUARD,
  async () => {
    const { answer, end, said } = await startCollecting({ position: LAST });
    await answer('RQ+00+RNC', 'RQ+000+RNC]1');
    await answer(BY_DATE, 'RR+012');
    await answer(BY_DATE.replace('+01+', '+00+'), 'RR+012');
    await answer('RQ+00+RNC', 'RQ+000+RNC]1');
    await answer('RR+01+C]50]1', 'RR+012');
    await answer('RR+00+C]50]1', `RR+00+1+${DENIED.slice(0, -2)}`);
    await answer('ER+00+1+000000001', 'ER+00');
    await answer('RR+00+C]50]1', NOTHING);
    await answer('RR+00+C]1]1', NOTHING);
    await end();
    assert.deepEqual(said('warn'), ['device does not list its records by date']);
  },
);

test('only what was read is confirmed when the count is another', GUARD, async () => {
  const { answer, end, said } = await startCollecting();
  await answer('RQ+00+RNC', 'RQ+000+RNC]2');
  await answer('RR+01+C]50]1', `RR+000+2+${DENIED}]000000002[1[0000`);
  await answer('ER+00+1+000000001', 'ER+000');
  await answer('RR+01+C]50]1', NOTHING);
  await answer('RR+01+C]1]1', NOTHING);
  await end();
  assert.deepEqual(said('warn'), ['records do not add up; none else is confirmed']);
});

test('a device that takes no confirmation is not asked for ever', GUARD, async () => {
  const { answer, end, said, device, clock } = await startCollecting();
  await answer('RQ+00+RNC', 'RQ+000+RNC]1');
  await answer('RR+01+C]50]1', `RR+000+1+${DENIED}`);
  await answer('ER+00+1+000000001', 'ER+044');
  await answer('RR+01+C]50]1', `RR+000+1+${DENIED}`);
  await clock.advance(25_000);
  assert.match(await device.next(), /\+RH\+/);
  await end();
  assert.deepEqual(said('warn'), [
    'device refused that records were collected',
    'device offers records again that were confirmed to it',
  ]);
});

test('a device that does not keep to dates is not asked for ever', GUARD, async () => {
  const { answer, end, device, clock } = await startCollecting({
    collect: { confirm: false },
    position: LAST,
  });
  for (const from of ['28/02/2026 10:00:00', '02/03/2026 08:00:00', '02/03/2026 08:00:01']) {
    await answer(`RR+01+D]50]${from}]03/03/2026 09:00:00`, `RR+000+1+${DENIED}`);
  }
  await clock.advance(25_000);
  assert.match(await device.next(), /\+RH\+/);
  await end();
});

test('a record of the future does not carry the cursor away', GUARD, async () => {
  const { answer, commits, end } = await startCollecting();
  await answer('RQ+00+RNC', 'RQ+000+RNC]2');
  const future = DENIED.replace('02/03/2026', '02/03/2099').replace('000000001', '000000009');
  await answer('RR+01+C]50]1', `RR+000+2+${DENIED}]${future}`);
  await answer('ER+00+2+000000001]000000009', 'ER+000');
  await end();
  assert.deepEqual(
    commits.map(({ position }) => position),
    ['2026-03-02T08:00:00'],
  );
});

test('the memory of a time clock is refused', GUARD, async () => {
  const { answer, session } = await startCollecting();
  await answer('RQ+00+RNC', 'RQ+000+RNC]3');
  await answer('RR+01+C]50]1', 'RR+000+00003]\r\n0000000013190220261731000000000001\r\n');
  await assert.rejects(session, { code: 'DEVICE_UNSUPPORTED', message: /time clock/ });
});

test(
  'nothing is confirmed before its commit, and people are answered while it is pending',
  GUARD,
  async () => {
    const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
    const { answer, device, end, clock } = await startCollecting({
      decide: 'grantAll',
      recordAt: () => committed,
    });
    await answer('RQ+00+RNC', 'RQ+000+RNC]1');
    await answer('RR+01+C]50]1', `RR+000+1+${DENIED}`);
    await device.say(`79+REON+000+0]${ANA}]02/03/2026 09:00:07]1]0]2`);
    assert.match(await device.next(), /^79\+REON\+00\+1]/);
    await clock.advance(25_000);
    const heartbeat = await device.next();
    assert.match(heartbeat, /\+RH\+/, 'the device is still asked whether it is there');
    await device.say(`${heartbeat.slice(0, 2)}+RH+000+02/03/26 09:00:25]00/00/00]00/00/00`);
    commit();
    await answer('ER+00+1+000000001', 'ER+000');
    await end();
  },
);

test('people are answered between a question and its answer', GUARD, async () => {
  const { device, end } = await startCollecting({ decide: 'grantAll' });
  assert.match(await device.next(), /RQ\+00\+RNC/);
  await device.say(`79+REON+000+0]${ANA}]02/03/2026 09:00:07]1]0]2`);
  assert.match(await device.next(), /^79\+REON\+00\+1]/);
  await end();
});

test('what the journal gives up is not confirmed; the session goes on', GUARD, async () => {
  const { answer, device, clock, end, said } = await startCollecting({
    recordAt: () => Promise.reject(new Error('full')),
  });
  await answer('RQ+00+RNC', 'RQ+000+RNC]1');
  await answer('RR+01+C]50]1', `RR+000+1+${DENIED}`);
  await clock.advance(25_000);
  assert.match(await device.next(), /\+RH\+/);
  assert.deepEqual(said('error'), ['stored records were not recorded']);
  await end();
});

test('a session that lasts collects once a day', GUARD, async () => {
  const { device, clock, stop, session } = await startCollecting();
  let collections = 0;
  const serve = async (): Promise<void> => {
    for (;;) {
      const question = await device.next();
      const isCount = question.includes('+RQ+');
      if (isCount) collections += 1;
      const data = isCount ? 'RQ+000+RNC]0' : 'RH+000+02/03/26 09:00:00]00/00/00]00/00/00';
      await device.say(`${question.slice(0, 2)}+${data}`);
    }
  };
  const serving = serve().catch(() => {});
  for (let minute = 0; minute < 24 * 60; minute += 1) await clock.advance(60_000);
  await clock.advance(60_000);
  assert.equal(collections, 2, 'after the connect, and a day later');
  stop.abort(new Error('stopped'));
  await Promise.all([session, serving]);
});
