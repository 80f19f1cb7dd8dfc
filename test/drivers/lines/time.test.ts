import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceTime } from '../../../drivers/contract/reading.ts';
import { timeReader } from '../../../drivers/lines/time.ts';

const instant = (text: string): DeviceTime => ({ epochMs: Date.parse(text) });
const local = (text: string): DeviceTime => ({ local: text });

const readable: readonly [format: string, text: string, want: DeviceTime][] = [
  ['iso', '2026-11-24T18:03:12.481-03:00', instant('2026-11-24T21:03:12.481Z')],
  ['iso', '2026-11-24T18:03:12Z', instant('2026-11-24T18:03:12Z')],
  ['iso', '2026-11-24T18:03:12+0530', instant('2026-11-24T12:33:12Z')],
  ['iso', '2026-11-24T18:03:12-03', instant('2026-11-24T21:03:12Z')],
  ['iso', '2026-11-24T18:03:12', local('2026-11-24T18:03:12')],
  ['iso', '2026-11-24 18:03:12', local('2026-11-24T18:03:12')],
  ['iso', '2026-11-24T18:03:12.4', local('2026-11-24T18:03:12.400')],
  ['iso', '2026-11-24T18:03:12,481999', local('2026-11-24T18:03:12.481')],
  ['iso', '2028-02-29T00:00:00', local('2028-02-29T00:00:00')],
  ['epochSeconds', '1795555392', { epochMs: 1_795_555_392_000 }],
  ['epochSeconds', '1795555392.48', { epochMs: 1_795_555_392_480 }],
  ['epochSeconds', '1795555392.481999', { epochMs: 1_795_555_392_481 }],
  ['epochMillis', '1795555392481', { epochMs: 1_795_555_392_481 }],
  ['dd/MM/yyyy HH:mm:ss', '24/11/2026 18:03:12', local('2026-11-24T18:03:12')],
  ['yyyyMMddHHmmssSSS', '20261124180312481', local('2026-11-24T18:03:12.481')],
  ['yyyy-MM-ddTHH:mm:ss.SSS', '2026-11-24T18:03:12.481', local('2026-11-24T18:03:12.481')],
  ['[dd.MM.yyyy] (HH:mm:ss)', '[24.11.2026] (18:03:12)', local('2026-11-24T18:03:12')],
];

for (const [format, text, want] of readable) {
  test(`${format}: "${text}" is read`, () => assert.deepEqual(timeReader(format)?.(text), want));
}

const nonsense: readonly [format: string, text: string][] = [
  ['iso', ''],
  ['iso', '2026-11-24'],
  ['iso', '2026-11-24T18:03'],
  ['iso', '2026-02-29T18:03:12'],
  ['iso', '2026-13-01T18:03:12'],
  ['iso', '2026-00-00T00:00:00'],
  ['iso', '2026-11-24T24:00:00'],
  ['iso', '2026-11-24T18:60:00'],
  ['iso', '2026-11-24T18:03:60'],
  ['iso', '2026-11-24T18:03:12+24:00'],
  ['iso', '2026-11-24T18:03:12 -03:00 '],
  ['iso', '1970-01-01T00:00:00'],
  ['iso', '2026-11-24T18:03:12.481-03:00\n'],
  ['epochSeconds', '0'],
  ['epochSeconds', '-1'],
  ['epochSeconds', '1e9'],
  ['epochSeconds', '9999999999'],
  ['epochMillis', '1795555392'],
  ['epochMillis', '1795555392481.5'],
  ['dd/MM/yyyy HH:mm:ss', '31/02/2026 18:03:12'],
  ['dd/MM/yyyy HH:mm:ss', '24/11/26 18:03:12'],
  ['dd/MM/yyyy HH:mm:ss', '24-11-2026 18:03:12'],
  ['[dd.MM.yyyy] HH:mm:ss', '[24x11x2026] 18:03:12'],
];

for (const [format, text] of nonsense) {
  test(`${format}: "${text}" is no time`, () => assert.equal(timeReader(format)?.(text), undefined));
}

for (const format of [
  '',
  'ISO',
  'epoch',
  'dd/MM/yyyy',
  'dd/MM/yyyy HH:mm',
  'dd/MM/yy HH:mm:ss',
  'd/M/yyyy H:mm:ss',
  'dd/MM/yyyy HH:mm:ss a',
  'dd/dd/MM/yyyy HH:mm:ss',
]) {
  test(`"${format}" is no format`, () => assert.equal(timeReader(format), undefined));
}
