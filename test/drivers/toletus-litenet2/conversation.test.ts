import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { Conversation } from '../../../drivers/toletus-litenet2/conversation.ts';
import {
  type Order,
  parseOrder,
  parseReport,
  type Report,
  readerReport,
} from '../../../drivers/toletus-litenet2/messages.ts';
import type { Parameter } from '../../../drivers/toletus-litenet2/parameters.ts';
import { card, options, turn } from './bench.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const ANA = card('0000000000001050');
const BIA = card('0000000000002020');
const TIMED_OUT: Report = { kind: 'releaseTimedOut' };
const UNKNOWN_FINGER: Report = { kind: 'unknownFingerprint' };
const RELEASE: Order = { kind: 'release', side: 'entrada', text: 'ok' };
const RELEASE_EITHER: Order = { kind: 'release', side: 'ambas', text: '' };
const DENY: Order = { kind: 'notify', durationMs: 3000, tone: 2, colour: 1, showsText: true };
const BEEP: Order = { kind: 'notify', durationMs: 3000, tone: 1, colour: 2, showsText: false };
const TEXT: Order = { kind: 'storeText', text: 'Fale c/ recepcao' };

function flow(mode: number): Report {
  return { kind: 'parameter', parameter: { name: 'extendedFlow', value: { mode, pictograms: 0 } } };
}

function write(parameter: Parameter): Order {
  return { kind: 'write', parameter };
}

/** Reports and orders tell by their kind who said them; a number moves the clock on by so many ms. */
type Step = Report | Order | number;
const ORDERS = new Set(['release', 'storeText', 'notify', 'restart', 'resetPeripherals', 'read', 'write']);

function hear(steps: readonly Step[], given: Record<string, unknown> = {}): Reading[] {
  const conversation = new Conversation(options(given), { isAnswered: true });
  let nowMs = NOW;
  return steps.flatMap((step) => {
    if (typeof step === 'number') {
      nowMs += step;
      return [];
    }
    return ORDERS.has(step.kind)
      ? conversation.fromSoftware(step as Order, nowMs)
      : conversation.fromDevice(step as Report, nowMs);
  });
}

/** kind, number, result, direction and whether it stands alone; the number is who it is about. */
function short(readings: readonly Reading[]): string[] {
  return readings.map((reading) => {
    if (!('freshness' in reading)) return reading.kind;
    const { kind, credential, direction, alone } = reading;
    const result = kind === 'decided' ? reading.result : undefined;
    return [kind, credential?.value, result, direction, alone && 'alone'].filter(Boolean).join(' ');
  });
}

const sequences: readonly { name: string; steps: readonly Step[]; want: readonly string[] }[] = [
  {
    name: 'granted and passed',
    steps: [ANA, RELEASE, turn(1, 7)],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'passed 1050 entrada'],
  },
  {
    name: 'granted and gave up',
    steps: [ANA, RELEASE, 5000, TIMED_OUT],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'gaveUp 1050 entrada'],
  },
  {
    name: 'denied with the error tone',
    steps: [ANA, TEXT, DENY],
    want: ['identified 1050', 'decided 1050 negado'],
  },
  {
    name: 'red alone denies, a beep and a text decide nothing',
    steps: [ANA, { ...BEEP, colour: 1 }, BIA, TEXT, BEEP],
    want: ['identified 1050', 'decided 1050 negado', 'identified 2020'],
  },
  {
    name: 'released either way: the direction is that of the turn',
    steps: [ANA, RELEASE_EITHER, turn(2, 7)],
    want: ['identified 1050', 'decided 1050 liberado', 'passed 1050 saida'],
  },
  {
    name: 'a turn without a release is nobody’s, though somebody waits for a decision',
    steps: [ANA, turn(2, 7), RELEASE, turn(1, 8)],
    want: ['identified 1050', 'passed saida alone', 'decided 1050 liberado entrada', 'passed 1050 entrada'],
  },
  {
    name: 'a turn the free way is not that of the entry that is released',
    steps: [flow(0), ANA, RELEASE, turn(2, 7), turn(1, 8)],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'passed saida alone', 'passed 1050 entrada'],
  },
  {
    name: 'where the other way is controlled too, a turn that way is the released one',
    steps: [flow(2), ANA, RELEASE, turn(2, 7)],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'passed 1050 saida'],
  },
  {
    name: 'one turn for one release',
    steps: [ANA, RELEASE, turn(1, 7), turn(1, 8)],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'passed 1050 entrada', 'passed entrada alone'],
  },
  {
    name: 'a denial leaves the open release as it is',
    steps: [ANA, RELEASE, 1000, BIA, DENY, turn(1, 7)],
    want: [
      'identified 1050',
      'decided 1050 liberado entrada',
      'identified 2020',
      'decided 2020 negado',
      'passed 1050 entrada',
    ],
  },
  {
    name: 'a release replaces the one before',
    steps: [ANA, RELEASE, 1000, BIA, RELEASE, turn(1, 7), turn(1, 8)],
    want: [
      'identified 1050',
      'decided 1050 liberado entrada',
      'identified 2020',
      'decided 2020 liberado entrada',
      'passed 2020 entrada',
      'passed entrada alone',
    ],
  },
  {
    name: 'a turn too long after the release is nobody’s',
    steps: [ANA, RELEASE, 16_001, turn(1, 7)],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'passed entrada alone'],
  },
  {
    name: 'a finger that is not enrolled denies nobody who waits',
    steps: [ANA, UNKNOWN_FINGER, RELEASE],
    want: ['identified 1050', 'decided negado alone', 'decided 1050 liberado entrada'],
  },
  {
    name: 'released without an identification: by the software, for nobody',
    steps: [RELEASE, turn(1, 7)],
    want: ['decided liberado entrada alone', 'passed entrada'],
  },
  {
    name: 'a release too long after the identification is for nobody',
    steps: [ANA, 10_001, RELEASE],
    want: ['identified 1050', 'decided liberado entrada alone'],
  },
  {
    name: 'a card that lies on the reader is reported once',
    steps: [ANA, 1000, ANA, 1000, ANA, RELEASE, 2000, ANA, turn(1, 7)],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'passed 1050 entrada'],
  },
  {
    name: 'a card that lies on the reader and is answered each time: a denial once, a grant renewed',
    steps: [ANA, DENY, 500, ANA, DENY, 5000, BIA, RELEASE, 500, BIA, RELEASE, turn(1, 7)],
    want: [
      'identified 1050',
      'decided 1050 negado',
      'identified 2020',
      'decided 2020 liberado entrada',
      'decided 2020 liberado entrada',
      'passed 2020 entrada',
    ],
  },
  {
    name: 'a card that lies on the reader and gets another answer is another access',
    steps: [ANA, DENY, 500, ANA, RELEASE, 500, ANA, DENY, turn(1, 7)],
    want: [
      'identified 1050',
      'decided 1050 negado',
      'decided 1050 liberado entrada alone',
      'decided 1050 negado alone',
      'passed 1050 entrada',
    ],
  },
  {
    name: 'a card that lies on the reader and is released again after its turn is another access',
    steps: [ANA, RELEASE, turn(1, 7), 500, ANA, RELEASE, turn(1, 8)],
    want: [
      'identified 1050',
      'decided 1050 liberado entrada',
      'passed 1050 entrada',
      'decided 1050 liberado entrada alone',
      'passed 1050 entrada',
    ],
  },
  {
    name: 'the same card after 3 s, with nothing released, is another attempt',
    steps: [ANA, DENY, 3001, ANA, RELEASE],
    want: ['identified 1050', 'decided 1050 negado', 'identified 1050', 'decided 1050 liberado entrada'],
  },
  {
    name: 'the same card after the release has run out is another attempt',
    steps: [ANA, RELEASE, 6001, ANA],
    want: ['identified 1050', 'decided 1050 liberado entrada', 'identified 1050'],
  },
  {
    name: 'another reader with the same number is somebody else',
    steps: [ANA, readerReport('keypad', '1050')],
    want: ['identified 1050', 'identified 1050'],
  },
  {
    name: 'a give-up that answers no release that was heard',
    steps: [TIMED_OUT],
    want: ['gaveUp'],
  },
  {
    name: 'what nobody understands is kept, what answers others is not',
    steps: [
      parseReport({ command: 0x0301, data: new Uint8Array(16) }),
      parseReport({ command: 0x0308, data: new Uint8Array(16) }),
      parseReport({ command: 0x010b, data: new Uint8Array(16) }),
    ],
    want: ['unrecognised', 'unrecognised'],
  },
  {
    name: 'what else the software says decides nothing',
    steps: [ANA, { kind: 'restart' }, { kind: 'resetPeripherals' }, { kind: 'read', name: 'serial' }],
    want: ['identified 1050'],
  },
];
for (const { name, steps, want } of sequences) {
  test(name, () => {
    assert.deepEqual(short(hear(steps)), want);
  });
}

test('the readings of one passage, in full', () => {
  const readings = hear([ANA, RELEASE, turn(1, 70_000)]);
  const who = {
    key: `${NOW}-1`,
    freshness: 'live',
    means: 'cartao',
    originalMeans: '0x0301',
    credential: { kind: 'cartao', value: '1050' },
  };
  assert.deepEqual(readings, [
    { kind: 'identified', ...who, decisionWithinMs: 10_000 },
    {
      kind: 'decided',
      ...who,
      direction: 'entrada',
      result: 'liberado',
      by: 'sistema',
      turnWithinMs: 16_000,
    },
    { kind: 'passed', ...who, direction: 'entrada' },
  ]);
});

test('a finger that is not enrolled, in full', () => {
  assert.deepEqual(hear([UNKNOWN_FINGER]), [
    {
      kind: 'decided',
      key: `${NOW}-1`,
      freshness: 'live',
      alone: true,
      means: 'digital',
      originalMeans: '0x0307',
      result: 'negado',
      by: 'dispositivo',
      reason: 'nao_identificado',
    },
  ]);
});

test('where nobody decides, an identification waits for nothing', () => {
  const conversation = new Conversation(options(), { isAnswered: false });
  assert.partialDeepStrictEqual(conversation.fromDevice(ANA, NOW), [{ decisionWithinMs: 0 }]);
});

test('the board and the software may both tell how long a release lasts', () => {
  const told: Report = { kind: 'parameter', parameter: { name: 'releaseMs', value: 4000 } };
  assert.partialDeepStrictEqual(hear([told, RELEASE])[0], { turnWithinMs: 14_000 });
  assert.partialDeepStrictEqual(hear([write({ name: 'releaseMs', value: 8000 }), RELEASE])[0], {
    turnWithinMs: 18_000,
  });
  const nonsense: Report = { kind: 'parameter', parameter: { name: 'releaseMs', value: 4_000_000_000 } };
  assert.partialDeepStrictEqual(hear([nonsense, RELEASE])[0], { turnWithinMs: 16_000 });
});

test('the flow control is learnt from either numbering, and a number of no table is none', () => {
  for (const [parameter, want] of [
    [
      { name: 'legacyFlow', value: 1 },
      { entrada: 'controlled', saida: 'free' },
    ],
    [
      { name: 'legacyFlow', value: 0 },
      { entrada: 'free', saida: 'free' },
    ],
    [
      { name: 'extendedFlow', value: { mode: 4, pictograms: 0 } },
      { entrada: 'blocked', saida: 'controlled' },
    ],
    [{ name: 'extendedFlow', value: { mode: 9, pictograms: 0 } }, undefined],
    [{ name: 'legacyFlow', value: 4 }, undefined],
  ] as const) {
    const conversation = new Conversation(options(), { isAnswered: true });
    conversation.fromSoftware(write(parameter), NOW);
    assert.deepEqual(conversation.flow, want);
  }
});

test('serial number and firmware are the device’s identity', () => {
  const maker = { kind: 'identity', manufacturer: 'Toletus', model: 'LiteNet2' };
  assert.deepEqual(
    hear([
      { kind: 'parameter', parameter: { name: 'firmware', value: [2, 2, 2, 0] } },
      { kind: 'parameter', parameter: { name: 'serial', value: 6718 } },
    ]),
    [
      { ...maker, firmware: '2.2.2 R0' },
      { ...maker, serial: '6718' },
    ],
  );
});

const PERSON = { number: 'person', personSystem: 'pacto', personType: 'aluno' };
const person = (externalId: string) => ({ person: { kind: 'aluno', system: 'pacto', externalId } });
const presented: readonly {
  reader: Parameters<typeof readerReport>[0];
  raw: string;
  given?: Record<string, unknown>;
  want: object;
}[] = [
  { reader: 'card', raw: '0012', want: { means: 'cartao', credential: { kind: 'cartao', value: '12' } } },
  {
    reader: 'scanner',
    raw: '7891',
    want: { means: 'codigo_barras', credential: { kind: 'codigo', value: '7891' } },
  },
  {
    reader: 'scanner',
    raw: 'aB-7',
    given: { scanner: 'qrcode' },
    want: { means: 'qrcode', credential: { kind: 'qrcode', value: 'aB-7' } },
  },
  {
    reader: 'keypad',
    raw: '001042',
    want: { means: 'teclado', credential: { kind: 'codigo', value: '001042' } },
  },
  {
    reader: 'keypad',
    raw: '01234567890',
    want: { means: 'teclado', credential: { kind: 'cpf', value: '01234567890' } },
  },
  {
    reader: 'fingerprint',
    raw: '300',
    want: { means: 'digital', credential: { kind: 'template_biometrico', value: '300' } },
  },
  { reader: 'card', raw: '0012', given: PERSON, want: person('12') },
  { reader: 'keypad', raw: '001042', given: PERSON, want: person('1042') },
  { reader: 'fingerprint', raw: '300', given: PERSON, want: person('300') },
];
for (const { reader, raw, given, want } of presented) {
  test(`${reader} ${raw}, number: ${given?.number ?? 'credential'}`, () => {
    // Through the wire's own form, so that its rules apply.
    const report = { ...readerReport(reader, raw), value: reader === 'card' ? raw.replace(/^0+/, '') : raw };
    assert.partialDeepStrictEqual(hear([report], given), [want]);
  });
}

test('a CPF never leaves as a person’s number', () => {
  const [reading] = hear([readerReport('keypad', '01234567890')], PERSON);
  assert.ok(reading && 'credential' in reading && !('person' in reading));
});

test('a renewed release keeps its key, another answer has one of its own', () => {
  const keys = hear([ANA, RELEASE, 500, ANA, RELEASE, 500, ANA, DENY]).map((reading) =>
    'key' in reading ? reading.key : '',
  );
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.notEqual(keys[3], keys[0]);
});

test('no two identifications of an hour have the same key', () => {
  const keys = hear([ANA, BIA, 5000, ANA, BIA]).map((reading) => ('key' in reading ? reading.key : ''));
  assert.equal(new Set(keys).size, 4);
});

test('any order of messages is heard without a throw', () => {
  const frame = fc.record({
    command: fc.oneof(fc.integer({ min: 0x0300, max: 0x0308 }), fc.nat(0x0312), fc.nat(8)),
    data: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  });
  const step = fc.oneof(
    frame.map(parseReport),
    frame.map(parseOrder),
    fc.constantFrom<Step>(ANA, BIA, RELEASE, DENY, TIMED_OUT),
    fc.integer({ min: -5000, max: 5000 }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => void hear(steps)));
});
