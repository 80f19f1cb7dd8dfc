import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMessage } from '../../../drivers/henry/messages.ts';
import {
  askByDate,
  askUncollected,
  confirmations,
  formatRecord,
  parseRecords,
  type StoredRecord,
} from '../../../drivers/henry/records.ts';
import { payloadOf, vector } from './vectors.ts';

const dataOf = (id: string): string => parseMessage(payloadOf(vector(id)))?.data ?? '';
const ONE = '000000594[81[00000000000000000001[19/02/2026 17:31:56[1[0[5';
const TWO = '000000595[82[00000000000000001050[19/02/2026 17:32:40[0[0[2';
const READ_ONE: StoredRecord = {
  number: '000000594',
  code: 81,
  card: '00000000000000000001',
  time: '19/02/2026 17:31:56',
  direction: '1',
  indicator: '0',
  reader: '5',
};
const READ_TWO = {
  ...READ_ONE,
  number: '000000595',
  code: 82,
  card: '00000000000000001050',
  time: '19/02/2026 17:32:40',
  direction: '0',
  reader: '2',
};

const vectors = [
  { name: 'C1, version 00', data: dataOf('C1'), want: { announced: 2, records: [READ_ONE, READ_TWO] } },
  {
    name: 'divided by CR LF',
    data: `2+${ONE}\r\n${TWO}\r\n`,
    want: { announced: 2, records: [READ_ONE, READ_TWO] },
  },
  {
    name: 'divided by both, and a trailing one',
    data: `02+${ONE}]\n${TWO}]`,
    want: { announced: 2, records: [READ_ONE, READ_TWO] },
  },
  { name: 'none', data: '0', want: { announced: 0, records: [] } },
  { name: 'none, with the plus', data: '000+', want: { announced: 0, records: [] } },
  {
    name: 'the form of exports: card padded with blanks, function key, two digits for the reader',
    data: '1+000000594[000[               000001[19/02/2026 17:31:56[1[1}000[03[1',
    want: {
      announced: 1,
      records: [{ ...READ_ONE, code: 0, card: '000001', indicator: '1}000', reader: '3', isOnline: true }],
    },
  },
  {
    name: 'a record that was cut off',
    data: `2+${ONE}]000000595[82[0000`,
    want: { announced: 2, records: [READ_ONE] },
  },
  {
    name: 'more than announced',
    data: `1+${ONE}]${TWO}`,
    want: { announced: 1, records: [READ_ONE, READ_TWO] },
  },
  { name: 'a time clock', data: '00003]\r\n0000000013190220261731000000000001\r\n', want: 'time clock' },
  { name: 'neither', data: 'NADA', want: undefined },
];
for (const { name, data, want } of vectors) {
  test(`records: ${name}`, () => assert.deepEqual(parseRecords(data), want));
}

test('records: C2, version 01 with the online flag', () => {
  const page = parseRecords(dataOf('C2'));
  assert.ok(typeof page === 'object');
  assert.deepEqual(
    page.records.map(({ number, code, reader, isOnline }) => [number, code, reader, isOnline]),
    [
      ['000001597', 1, '2', false],
      ['000001598', 81, '2', false],
      ['000001599', 31, '4', true],
    ],
  );
});

test('what is asked and confirmed is as in the sheet (D8, D9, C4)', () => {
  assert.equal(askByDate(50, '2010-01-01T12:00:01', '2010-08-01T12:00:01'), dataOf('D9'));
  assert.equal(askUncollected(50, 'qty-start'), 'C]50]1');
  assert.equal(askUncollected(50, 'start-qty'), 'C]1]50');
  assert.equal(askUncollected(1, 'qty-start'), askUncollected(1, 'start-qty'));
  assert.deepEqual(confirmations(['000000594', '000000595']), [dataOf('C4')]);
  assert.deepEqual(confirmations([]), []);
});

test('confirmations name each record once and keep below the size of one command', () => {
  const numbers = Array.from({ length: 50 }, (_, index) => String(index + 1).padStart(9, '0'));
  const commands = confirmations(numbers);
  assert.ok(commands.length > 1);
  assert.deepEqual(
    commands.flatMap((data) => data.replace(/^\d+\+/, '').split(']')),
    numbers,
  );
  for (const data of commands) {
    assert.ok(`01+ER+00+${data}`.length <= 245);
    assert.equal(Number(/^\d+/.exec(data)), data.split(']').length);
  }
});

const digits = (longest: number) => fc.stringMatching(new RegExp(`^\\d{1,${longest}}$`));
const record: fc.Arbitrary<StoredRecord> = fc.record(
  {
    number: digits(9),
    code: fc.integer({ min: 0, max: 123 }),
    card: fc.stringMatching(/^\d{0,20}$/), // 20 digits fit no number: they must stay text
    time: fc.constantFrom('19/02/2026 17:31:56', '00/00/0000 00:00:00'),
    direction: fc.constantFrom('0', '1', '2'),
    indicator: fc.constantFrom('0', '3}17'),
    reader: fc.constantFrom('0', '5', '9'),
    isOnline: fc.boolean(),
  },
  { noNullPrototype: true },
);

test('whatever is stored reads back the same', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 50 }),
      fc.constantFrom(']', '\r\n', ']\n'),
      (records, separator) => {
        const data = `${records.length}+${records.map(formatRecord).join(separator)}`;
        assert.deepEqual(parseRecords(data), { announced: records.length, records });
      },
    ),
  );
});
