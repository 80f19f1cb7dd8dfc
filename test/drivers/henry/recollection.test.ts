import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { Recollection } from '../../../drivers/henry/recollection.ts';
import type { StoredRecord } from '../../../drivers/henry/records.ts';
import { options } from './bench.ts';

const ANA = '00000000000000001050';
const BIA = '00000000000000002020';
/** Longest from a grant to its turn in these tests. */
const WAIT_MS = 25_000;

/** The n-th record, `second` seconds after 09:00:00. */
function stored(
  n: number,
  code: number,
  second: number,
  card = '',
  rest: Partial<StoredRecord> = {},
): StoredRecord {
  const minute = String(Math.floor(second / 60)).padStart(2, '0');
  const time = `02/03/2026 09:${minute}:${String(second % 60).padStart(2, '0')}`;
  return {
    number: String(n).padStart(9, '0'),
    code,
    card,
    time,
    direction: '1',
    indicator: '0',
    reader: '2',
    ...rest,
  };
}

/** kind, record, who, and how long a turn is waited for. */
function short(readings: readonly Reading[]): string[] {
  return readings.map((reading) => {
    if (reading.kind === 'alarm') return `alarm ${reading.code}`;
    if (!('freshness' in reading)) return reading.kind;
    const who = reading.credential?.value ?? '-';
    const turn =
      reading.kind === 'decided' ? ` ${reading.result} ${reading.by} ${reading.turnWithinMs ?? ''}` : '';
    return `${reading.kind} ${reading.record} ${who}${turn}`.trimEnd();
  });
}

const sequences: readonly {
  name: string;
  pages: readonly (readonly StoredRecord[])[];
  now?: string;
  want: readonly string[];
}[] = [
  {
    name: 'a grant and its turn are one passage',
    pages: [[stored(1, 1, 0, ANA), stored(2, 81, 3, ANA)]],
    want: ['decided 1 1050 liberado dispositivo 25000', 'passed 2 1050'],
  },
  {
    name: 'a turn without a card belongs to the grant before it',
    pages: [[stored(1, 1, 0, ANA), stored(2, 82, 10)]],
    want: ['decided 1 1050 liberado dispositivo 25000', 'gaveUp 2 1050'],
  },
  {
    name: 'a grant and its turn on two pages are one passage',
    pages: [[stored(1, 1, 0, ANA)], [stored(1, 1, 0, ANA), stored(2, 81, 3)]],
    want: ['decided 1 1050 liberado dispositivo 25000', 'passed 2 1050'],
  },
  {
    name: 'a later record shows that nobody turned the arm',
    pages: [[stored(1, 1, 0, ANA), stored(2, 1, 26, BIA), stored(3, 81, 28)]],
    want: [
      'decided 1 1050 liberado dispositivo 0',
      'decided 2 2020 liberado dispositivo 25000',
      'passed 3 2020',
    ],
  },
  {
    name: 'two people close behind each other, the cards told',
    pages: [[stored(1, 1, 0, ANA), stored(2, 1, 1, BIA), stored(3, 81, 3, ANA), stored(4, 81, 5, BIA)]],
    want: [
      'decided 1 1050 liberado dispositivo 25000',
      'passed 3 1050',
      'decided 2 2020 liberado dispositivo 25000',
      'passed 4 2020',
    ],
  },
  {
    name: 'the end shows it too, by the device’s clock',
    pages: [[stored(1, 1, 0, ANA)]],
    now: '2026-03-02T09:05:00',
    want: ['decided 1 1050 liberado dispositivo 0'],
  },
  {
    name: 'who was granted a moment ago may still pass',
    pages: [[stored(1, 1, 0, ANA)]],
    now: '2026-03-02T09:00:05',
    want: ['decided 1 1050 liberado dispositivo 20000'],
  },
  {
    name: 'denials, turns of nobody, the button, a release from afar',
    pages: [
      [
        stored(1, 31, 0, ANA),
        stored(2, 81, 1),
        stored(3, 95, 2, '', { reader: '0' }),
        stored(4, 81, 4),
        stored(5, 4, 60, '', { reader: '0' }),
        stored(6, 82, 70),
      ],
    ],
    want: [
      'decided 1 1050 negado dispositivo',
      'passed 2 -',
      'decided 3 - liberado operador 25000',
      'passed 4 -',
      'decided 5 - liberado operador 25000',
      'gaveUp 6 -',
    ],
  },
  {
    name: 'decided online: by the software',
    pages: [
      [stored(1, 36, 0, ANA, { isOnline: true }), stored(2, 1, 5, BIA, { isOnline: true }), stored(3, 81, 6)],
    ],
    want: ['decided 1 1050 negado sistema', 'decided 2 2020 liberado sistema 25000', 'passed 3 2020'],
  },
  {
    name: 'records out of their order',
    pages: [[stored(2, 81, 3), stored(1, 1, 0, ANA)]],
    want: ['decided 1 1050 liberado dispositivo 25000', 'passed 2 1050'],
  },
  {
    name: 'without a valid time nothing is tied together',
    pages: [[stored(1, 1, 0, ANA, { time: '00/00/0000 00:00:00' }), stored(2, 81, 3)]],
    want: ['decided 1 1050 liberado dispositivo 0', 'passed 2 -'],
  },
  {
    name: 'the same page again says nothing new',
    pages: [[stored(1, 31, 0, ANA)], [stored(1, 31, 0, ANA)]],
    want: ['decided 1 1050 negado dispositivo'],
  },
  {
    name: 'alarms that are new',
    pages: [[stored(1, 83, 0), stored(2, 40, 700)]],
    now: '2026-03-02T09:30:00',
    want: ['alarm henry.emergency_password', 'decided 2 - liberado dispositivo 0'],
  },
];
for (const { name, pages, now, want } of sequences) {
  test(`recollection: ${name}`, () => {
    const recollection = new Recollection(options(), WAIT_MS, '2026-03-02T09:05:00');
    const found = [...pages.map((page) => recollection.push(page)), recollection.end(now)];
    assert.deepEqual(short(found.flatMap(({ readings }) => readings)), want);
    const numbers = found.flatMap(({ numbers }) => numbers);
    const all = new Set(pages.flat().map(({ number }) => number));
    assert.deepEqual(numbers.toSorted(), [...all].toSorted(), 'each record is finished with once');
  });
}

test('a record whose reading is held back is not finished with', () => {
  const recollection = new Recollection(options(), WAIT_MS);
  assert.deepEqual(recollection.push([stored(1, 31, 0, BIA), stored(2, 1, 5, ANA)]).numbers, ['000000001']);
  assert.deepEqual(recollection.push([stored(2, 1, 5, ANA)]), { readings: [], numbers: [], hasNews: false });
  assert.deepEqual(recollection.giveOpen().numbers, ['000000002']);
  const turned = recollection.push([stored(3, 81, 8)]);
  assert.deepEqual(short(turned.readings), ['passed 3 1050'], 'the grant was given before');
  assert.deepEqual(recollection.end(undefined).readings, []);
});

test('ids come from the record’s own facts, and a live event of the same second has the same', () => {
  const [reading] = new Recollection(options(), WAIT_MS).push([stored(7, 31, 0, ANA)]).readings;
  assert.partialDeepStrictEqual(reading, {
    identity: '31|02/03/2026 09:00:00|1050',
    trace: { code: '31', at: { local: '2026-03-02T09:00:00' } },
    record: '7',
    freshness: 'recovered',
  });
  const undated = stored(7, 31, 0, ANA, { time: '31/02/2026 09:00:00' });
  const [other] = new Recollection(options(), WAIT_MS).push([undated]).readings;
  assert.partialDeepStrictEqual(other, { identity: '000000007|31|31/02/2026 09:00:00|00000000000000001050' });
  assert.equal('trace' in other!, false);
});
