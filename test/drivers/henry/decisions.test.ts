import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { settle } from '../../clock.ts';
import { CLOCK, introduce, startSession } from './bench.ts';

const GUARD = { timeout: 120_000 };

function ask(index: string, card: string, second = '07'): string {
  return `${index}+REON+000+0]${card.padStart(20, '0')}]14/04/2020 10:07:${second}]1]0]2`;
}

function kinds(readings: readonly Reading[]): string[] {
  return readings.map(({ kind }) => kind).filter((kind) => kind !== 'identity' && kind !== 'clock');
}

test('a grant goes out at once, with the index of the request, and is recorded with it', GUARD, async () => {
  const { device, session, readings } = startSession({ options: { decide: 'grantAll' } });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '13658925'));
  assert.equal(await device.next(), '79+REON+00+1]5]Acesso liberado]1');
  device.hangUp();
  await session;
  const credential = { kind: 'cartao', value: '13658925' };
  const common = {
    key: '79',
    freshness: 'live',
    credential,
    direction: 'entrada',
    means: 'cartao',
    originalMeans: '2',
  };
  assert.deepEqual(readings.slice(-2), [
    {
      kind: 'identified',
      ...common,
      identity: '0|14/04/2020 10:07:07|13658925',
      at: { local: '2020-04-14T10:07:07' },
      decisionWithinMs: 4500,
    },
    {
      kind: 'decided',
      ...common,
      trace: { code: '1', at: { local: '2020-04-14T10:07:07' } },
      result: 'liberado',
      by: 'sistema',
      turnWithinMs: 13_000,
    },
  ]);
});

test('a denial says why, with the configured text', GUARD, async () => {
  const options = { decide: 'denyAll', denyMessage: 'Não autorizado\nProcure a recepção', releaseSeconds: 3 };
  const { device, session, readings } = startSession({ options });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '13658925'));
  assert.equal(await device.next(), '79+REON+00+30]3]Nao autorizado}Procure a recepc]');
  device.hangUp();
  await session;
  const decided = { kind: 'decided', result: 'negado', by: 'sistema', reason: 'outro', originalReason: '30' };
  assert.partialDeepStrictEqual(readings.at(-1), decided);
});

test('decisions and heartbeats go on while nothing is ever committed', GUARD, async () => {
  const { device, session, clock } = startSession({
    options: { decide: 'grantAll' },
    record: () => new Promise(() => {}),
  });
  await introduce(device, { mode: 'O' });
  for (const index of ['10', '11', '12']) {
    await device.say(ask(index, `9${index}`));
    assert.match(await device.next(), new RegExp(`^${index}\\+REON\\+00\\+1]`));
    await clock.advance(60_000 / 4);
  }
  await clock.advance(10_000);
  assert.equal(await device.next(), '04+RH+00');
  await device.say(`04+RH+000+${CLOCK}`);
  device.hangUp();
  await session;
});

test(
  'with 1,000 commits pending readings are counted as lost, said once, and decisions go on',
  GUARD,
  async () => {
    const { device, session, readings, lines, said } = startSession({
      options: { decide: 'grantAll' },
      record: () => new Promise(() => {}),
    });
    await introduce(device, { mode: 'O' });
    for (let person = 0; person < 1005; person++) {
      await device.say(ask('79', String(1000 + person)));
      assert.match(await device.next(), /^79\+REON\+00\+1]/);
    }
    device.hangUp();
    await session;
    // Identity and clock took two of the thousand; each person is one call with two readings.
    assert.equal(kinds(readings).length, 2 * 998);
    assert.deepEqual(said('error'), [
      'journal too far behind, readings are lost',
      'readings were lost, journal too far behind',
    ]);
    assert.equal(lines.findLast(({ level }) => level === 'error')?.data.dropped, 2 * 7);
  },
);

test('rejected records are said once and the door goes on', GUARD, async () => {
  const { device, session, said } = startSession({
    options: { decide: 'grantAll' },
    record: () => Promise.reject(new Error('given up')),
  });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '1'), ask('80', '2'));
  assert.match(await device.next(), /^79\+REON/);
  assert.match(await device.next(), /^80\+REON/);
  device.hangUp();
  await session;
  await settle();
  assert.deepEqual(said('error'), ['readings were not recorded']);
});

test('a request that repeats is answered each time and reported once', GUARD, async () => {
  const { device, session, clock, readings } = startSession({ options: { decide: 'grantAll' } });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '13658925', '07'));
  assert.match(await device.next(), /^79\+/);
  await clock.advance(2000);
  await device.say(ask('80', '13658925', '09'));
  assert.match(await device.next(), /^80\+/);
  await device.say('80+REON+000+80]]14/04/2020 10:07:10]0]0]0', '80+REON+000+81]]14/04/2020 10:07:12]1]0]0');
  device.hangUp();
  await session;
  assert.deepEqual(kinds(readings), ['identified', 'decided', 'passed']);
  assert.partialDeepStrictEqual(readings.at(-1), { kind: 'passed', key: '79' });
});

test('the same card later than 3 s is another access', GUARD, async () => {
  const { device, session, clock, readings } = startSession({ options: { decide: 'denyAll' } });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '13658925', '07'));
  await device.next();
  await clock.advance(3001);
  await device.say(ask('80', '13658925', '10'));
  await device.next();
  device.hangUp();
  await session;
  assert.deepEqual(kinds(readings), ['identified', 'decided', 'identified', 'decided']);
});

test('the device’s echoes of our answers are nothing new', GUARD, async () => {
  const { device, session, readings } = startSession({ options: { decide: 'denyAll' } });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '13658925'));
  await device.next();
  await device.say('79+REON+000+30]00000000000013658925]14/04/2020 10:07:08]1]0]2');
  device.hangUp();
  await session;
  assert.deepEqual(kinds(readings), ['identified', 'decided']);
});

test(
  'a fingerprint that waits for a match is denied even under grantAll, and names nobody',
  GUARD,
  async () => {
    const { device, session, readings } = startSession({ options: { decide: 'grantAll' } });
    await introduce(device, { mode: 'O' });
    await device.say(`12+REON+000+0]-1]05/03/2024 07:15:42]1]0]5]384]${'\x02\x03]+'.repeat(96)}`);
    assert.match(await device.next(), /^12\+REON\+00\+30]/);
    device.hangUp();
    await session;
    assert.partialDeepStrictEqual(readings.at(-1), {
      result: 'negado',
      reason: 'nao_identificado',
      means: 'digital',
    });
    assert.equal('credential' in readings.at(-1)!, false);
  },
);

test('a refused decision is said', GUARD, async () => {
  const { device, session, said } = startSession({ options: { decide: 'grantAll' } });
  await introduce(device, { mode: 'O' });
  await device.say(ask('79', '1'));
  await device.next();
  await device.say('79+REON+013');
  device.hangUp();
  await session;
  assert.deepEqual(said('error'), ['device refused a decision']);
});
