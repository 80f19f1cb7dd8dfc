import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { numberOptions, readNumber, significantDigits } from '../../../drivers/contract/number.ts';

const schema = z.strictObject(numberOptions);

test('leading zeros and blanks say nothing, other text stays', () => {
  assert.deepEqual([' 00042 ', '42', '0000', '', '0a7', '98765432109876543210'].map(significantDigits), [
    '42',
    '42',
    '',
    '',
    '0a7',
    '98765432109876543210',
  ]);
});

test('a number is a credential unless the options say otherwise', () => {
  const want = { credential: { kind: 'cartao', value: '42' } };
  assert.deepEqual(readNumber('0042', 'cartao', schema.parse({})), want);
});

test('number: person makes it a person of the given system', () => {
  const options = schema.parse({ number: 'person', personSystem: 'pacto', personType: 'aluno' });
  const want = { person: { kind: 'aluno', system: 'pacto', externalId: '42' } };
  assert.deepEqual(readNumber('0042', 'cartao', options), want);
  assert.deepEqual(readNumber('9'.repeat(65), 'cartao', options), {});
});

test('no number is nobody', () => {
  for (const raw of ['', '0', '00000000']) assert.deepEqual(readNumber(raw, 'cartao', schema.parse({})), {});
});

test('mistakes are refused', () => {
  for (const wrong of [
    { number: 'card' },
    { personSystem: '' },
    { personSystem: 'x'.repeat(33) },
    { personType: 'sócio' },
  ]) {
    assert.equal(schema.safeParse(wrong).success, false);
  }
});
