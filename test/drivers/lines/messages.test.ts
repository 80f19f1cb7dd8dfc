import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { LineReader } from '../../../drivers/lines/messages.ts';
import { linesOptions } from '../../../drivers/lines/options.ts';

/** The configuration of DESIGN section 6. */
const SAMPLE = {
  pattern:
    '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+)$',
  direction: { in: 'entrada', out: 'saida' },
  result: { granted: 'liberado', denied: 'negado' },
  kind: { card: 'cartao' },
  passage: true,
};

/** Every group, one after the other; an empty one is absent. */
const ALL = {
  pattern:
    '^(?<time>[^;]*);(?<turnstile>[^;]*);(?<kind>[^;]*);(?<credential>[^;]*);(?<person>[^;]*);(?<direction>[^;]*);(?<result>[^;]*);(?<reason>[^;]*);(?<record>[^;]*)$',
};

function read(options: object, line: string | Uint8Array, key = 'line-1'): Reading[] {
  const bytes = typeof line === 'string' ? Buffer.from(line) : line;
  return new LineReader(linesOptions.parse(options)).read(bytes, key);
}

const one = (options: object, line: string) => {
  const [reading, ...others] = read(options, line);
  assert.equal(others.length, 0);
  assert.ok(reading);
  return reading as Extract<Reading, { freshness: string }>;
};

const base = { key: 'line-1', freshness: 'unknown' } as const;

test('the line of the design: a grant that means a turn', () => {
  const passage = {
    ...base,
    identity: '["1","19333","2026-11-24T18:03:12.481-03:00",null,null,"in","granted"]',
    at: { epochMs: Date.parse('2026-11-24T21:03:12.481Z') },
    serial: '1',
    record: '19333',
    direction: 'entrada',
    means: 'cartao',
    originalMeans: 'card',
  };
  assert.deepEqual(read(SAMPLE, '2026-11-24T18:03:12.481-03:00;1;card;19333;in;granted'), [
    { ...passage, kind: 'decided', result: 'liberado', by: 'indefinido' },
    { ...passage, kind: 'passed' },
  ]);
});

const decided = { ...base, kind: 'decided', by: 'indefinido' } as const;
const denied = { ...decided, result: 'negado', turnWithinMs: 0 } as const;
const identified = { ...base, kind: 'identified', decisionWithinMs: 0 } as const;

const table: readonly { name: string; options?: object; line: string; want: object }[] = [
  { name: 'nothing at all is still an access', line: ';;;;;;;;', want: identified },
  {
    name: 'a grant alone is only a release',
    line: ';;;;;;liberado;;',
    want: { ...decided, result: 'liberado', turnWithinMs: 0 },
  },
  {
    name: 'a denial is a denial, also with passage: true',
    options: { passage: true },
    line: ';;;;;;negado;;',
    want: denied,
  },
  {
    name: 'without a map the words of the contract are themselves',
    line: ';;facial;;;saida;negado;inativo;',
    want: { ...denied, means: 'facial', direction: 'saida', reason: 'inativo', originalReason: 'inativo' },
  },
  {
    name: 'a result that no map names is no decision',
    options: { result: { ok: 'liberado' } },
    line: ';;;;;;liberado;;',
    want: identified,
  },
  {
    name: 'a result mapped to indefinido is no decision',
    options: { result: { gaveup: 'indefinido' } },
    line: ';;;;;;gaveup;;',
    want: identified,
  },
  {
    name: 'a direction that no map names is indefinido',
    options: { direction: { in: 'entrada' } },
    line: ';;;;;entrada;;;',
    want: { ...identified, direction: 'indefinido' },
  },
  {
    name: 'a kind that no map names is indefinido and kept',
    line: ';;nfc;;;;;;',
    want: { ...identified, means: 'indefinido', originalMeans: 'nfc' },
  },
  {
    name: 'a reason that no map names is kept as it is',
    line: ';;;;;;negado;late;',
    want: { ...denied, originalReason: 'late' },
  },
  {
    name: 'a mapped reason',
    options: { reason: { late: 'fora_do_horario' } },
    line: ';;;;;;negado;late;',
    want: { ...denied, reason: 'fora_do_horario', originalReason: 'late' },
  },
  {
    name: 'a grant has no reason, but keeps its text',
    options: { reason: { late: 'fora_do_horario' } },
    line: ';;;;;;liberado;late;',
    want: { ...decided, result: 'liberado', turnWithinMs: 0, originalReason: 'late' },
  },
  {
    name: 'a text that is a name of every object is no word',
    options: { result: {}, direction: {} },
    line: ';;constructor;;;toString;__proto__;valueOf;',
    want: { ...identified, means: 'indefinido', originalMeans: 'constructor', direction: 'indefinido' },
  },
  {
    name: 'a person, by default of the device',
    line: ';;;;1234;;;;',
    want: { ...identified, person: { kind: 'indefinido', system: 'dispositivo', externalId: '1234' } },
  },
  {
    name: 'a person of the configured system',
    options: { person: { system: 'pacto', type: 'aluno' } },
    line: ';;;;1234;;;;',
    want: { ...identified, person: { kind: 'aluno', system: 'pacto', externalId: '1234' } },
  },
  {
    name: 'a credential of an unknown kind, without leading zeros as with every driver',
    line: ';;;00123;;;;;',
    want: { ...identified, credential: { kind: 'indefinido', value: '123' } },
  },
  {
    name: 'a time without an offset is the unit’s',
    line: '2026-11-24 18:03:12;;;;;;;;',
    want: { ...identified, at: { local: '2026-11-24T18:03:12' } },
  },
  {
    name: 'a time of nonsense is left out',
    line: '1970-01-01 00:00:00;;;77;;;;;',
    want: { ...identified, credential: { kind: 'indefinido', value: '77' } },
  },
];

for (const { name, options, line, want } of table) {
  test(name, () => assert.deepEqual(one({ ...ALL, ...options }, line), want));
}

for (const [means, kind] of [
  ['cartao', 'cartao'],
  ['digital', 'template_biometrico'],
  ['facial', 'template_biometrico'],
  ['qrcode', 'qrcode'],
  ['codigo_barras', 'codigo'],
  ['teclado', 'codigo'],
  ['senha', 'codigo'],
  ['botoeira', 'indefinido'],
  ['manual', 'indefinido'],
  ['remoto', 'indefinido'],
  ['indefinido', 'indefinido'],
]) {
  test(`what is presented by ${means} is ${kind}`, () => {
    assert.deepEqual(one(ALL, `;;${means};9;;;;;`).credential, { kind, value: '9' });
  });
}

const identityOf = (line: string) => one(ALL, line).identity;
const TIME = '2026-11-24T18:03:12';

test('a line with a time and a record, credential or person is the same line when it comes again', () => {
  for (const line of [`${TIME};;;;;;;;5`, `${TIME};;;77;;;;;`, `${TIME};;;;42;;;;`]) {
    assert.ok(identityOf(line));
    assert.equal(identityOf(line), identityOf(line));
  }
});

test('anything that tells two accesses apart makes two identities', () => {
  const lines = [
    `${TIME};1;;77;42;entrada;liberado;;5`,
    `2026-11-24T18:03:13;1;;77;42;entrada;liberado;;5`,
    `${TIME};2;;77;42;entrada;liberado;;5`,
    `${TIME};1;;78;42;entrada;liberado;;5`,
    `${TIME};1;;77;43;entrada;liberado;;5`,
    `${TIME};1;;77;42;saida;liberado;;5`,
    `${TIME};1;;77;42;entrada;negado;;5`,
    `${TIME};1;;77;42;entrada;liberado;;6`,
    `${TIME};1;;77;;entrada;liberado;;42`,
  ];
  assert.equal(new Set(lines.map(identityOf)).size, lines.length);
});

test('without a credible time, or with nothing but a time, a line is a new event each time', () => {
  for (const line of [
    ';;;77;42;;;;5',
    `1970-01-01T00:00:00;;;77;;;;;5`,
    `${TIME};1;cartao;;;entrada;liberado;;`,
  ]) {
    assert.equal(identityOf(line), undefined);
  }
});

test('texts are cut to the lengths of the contract, between characters', () => {
  const long = '😀'.repeat(200);
  const reading = one(ALL, `;${long};${long};${long};${long};;negado;${long};${long}`);
  assert.ok(reading.kind === 'decided');
  assert.equal(reading.serial, '😀'.repeat(64));
  assert.equal(reading.record, '😀'.repeat(64));
  assert.equal(reading.originalMeans, '😀'.repeat(64));
  assert.equal(reading.person, undefined, 'a number that was cut would name another person');
  assert.equal(reading.originalReason, '😀'.repeat(160));
  assert.equal(reading.credential?.value, long, 'a credential is hashed, so it is never cut');
});

test('a group that the pattern leaves out of a match is absent', () => {
  const options = { pattern: '^(?:card (?<credential>\\d+)|person (?<person>\\d+))$' };
  assert.equal(one(options, 'card 5').person, undefined);
  assert.equal(one(options, 'person 6').credential, undefined);
});

test('a line that does not match is kept as it came', () => {
  const bytes = Buffer.from('hello');
  assert.deepEqual(read(SAMPLE, bytes), [{ kind: 'unrecognised', bytes }]);
});

test('invalid UTF-8 is unrecognised, never a replacement character', () => {
  const bytes = Buffer.from([0x31, 0xe7, 0x32]);
  const pattern = '^(?<credential>.+)$';
  assert.deepEqual(read({ pattern }, bytes), [{ kind: 'unrecognised', bytes }]);
  const [reading] = read({ pattern, encoding: 'latin1' }, bytes);
  assert.ok(reading?.kind === 'identified');
  assert.equal(reading.credential?.value, '1ç2');
});

test('any bytes are read without an error', () => {
  const utf8 = new LineReader(linesOptions.parse(ALL));
  const latin1 = new LineReader(linesOptions.parse({ ...ALL, encoding: 'latin1' }));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.array(fc.string(), { minLength: 9, maxLength: 9 })), (input) => {
      const bytes = input instanceof Uint8Array ? input : Buffer.from(input.join(';'));
      assert.ok(utf8.read(bytes, 'a').length >= 1);
      assert.ok(latin1.read(bytes, 'a').length >= 1);
    }),
  );
});
