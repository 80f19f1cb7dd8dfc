import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOf, judge, zonedText } from '../../../agent/events/moment.ts';

const HEARD = Date.parse('2026-03-02T12:00:00Z');

test('a device’s local time is read in the unit’s zone, never in this machine’s', () => {
  const local = '2026-11-24T18:03:12';
  const rows = [
    ['America/Sao_Paulo', '2026-11-24T21:03:12.000Z'],
    ['America/Manaus', '2026-11-24T22:03:12.000Z'],
    ['America/Noronha', '2026-11-24T20:03:12.000Z'],
  ] as const;
  for (const [timezone, want] of rows) {
    assert.equal(new Date(instantOf({ local }, timezone) ?? 0).toISOString(), want, timezone);
  }
});

test('a local time that comes twice is the earlier, one that never comes moves on, nonsense is none', () => {
  // Sao Paulo had summer time until 2019-02-17 and from 2018-11-04.
  assert.equal(
    new Date(instantOf({ local: '2019-02-16T23:30:00' }, 'America/Sao_Paulo') ?? 0).toISOString(),
    '2019-02-17T01:30:00.000Z',
  );
  assert.notEqual(instantOf({ local: '2018-11-04T00:30:00' }, 'America/Sao_Paulo'), undefined);
  assert.equal(instantOf({ local: '2026-02-31T10:00:00' }, 'America/Sao_Paulo'), undefined);
  assert.equal(instantOf({ local: '0000-00-00T00:00:00' }, 'America/Sao_Paulo'), undefined);
});

test('a time is written with milliseconds and the zone’s offset', () => {
  assert.equal(zonedText(HEARD, 'America/Sao_Paulo'), '2026-03-02T09:00:00.000-03:00');
  assert.equal(zonedText(HEARD + 7, 'UTC'), '2026-03-02T12:00:00.007+00:00');
});

const rows = [
  {
    name: 'no device time',
    device: undefined,
    fresh: 'live',
    skew: undefined,
    at: 0,
    clock: { fonte: 'agente', confiavel: true },
  },
  {
    name: 'live, near',
    device: -1_200,
    fresh: 'live',
    skew: undefined,
    at: -1_200,
    clock: { fonte: 'dispositivo', confiavel: true, desvioMs: -1_200 },
  },
  {
    name: 'live, clock an hour behind',
    device: -3_600_000,
    fresh: 'live',
    skew: undefined,
    at: 0,
    clock: { fonte: 'agente', confiavel: true, desvioMs: -3_600_000 },
  },
  {
    name: 'recovered, skew known and small',
    device: -86_400_000,
    fresh: 'recovered',
    skew: 900,
    at: -86_400_000,
    clock: { fonte: 'dispositivo', confiavel: true, desvioMs: 900 },
  },
  {
    name: 'recovered, skew known and large',
    device: -86_400_000,
    fresh: 'recovered',
    skew: 500_000,
    at: -86_400_000,
    clock: { fonte: 'dispositivo', confiavel: false, desvioMs: 500_000 },
  },
  {
    name: 'recovered, skew unknown',
    device: -86_400_000,
    fresh: 'recovered',
    skew: undefined,
    at: -86_400_000,
    clock: { fonte: 'dispositivo', confiavel: false },
  },
  {
    name: 'a line just sent',
    device: 200,
    fresh: 'unknown',
    skew: undefined,
    at: 200,
    clock: { fonte: 'dispositivo', confiavel: true, desvioMs: 200 },
  },
  {
    name: 'a line that waited a day at its sender',
    device: -86_400_000,
    fresh: 'unknown',
    skew: undefined,
    at: -86_400_000,
    clock: { fonte: 'dispositivo', confiavel: false },
  },
  {
    name: 'a line from the future',
    device: 86_400_000,
    fresh: 'unknown',
    skew: undefined,
    at: 0,
    clock: { fonte: 'agente', confiavel: true, desvioMs: 86_400_000 },
  },
] as const;

for (const { name, device, fresh, skew, at, clock } of rows) {
  test(`which clock counts: ${name}`, () => {
    const moment =
      device === undefined ? { heardAtMs: HEARD } : { heardAtMs: HEARD, deviceAtMs: HEARD + device };
    assert.deepEqual(judge(moment, fresh, skew), { atMs: HEARD + at, clock });
  });
}
