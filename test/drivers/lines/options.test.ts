import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { linesOptions } from '../../../drivers/lines/options.ts';

test('only the pattern is required; the rest has its defaults', () => {
  assert.deepEqual(linesOptions.parse({ pattern: '^(?<credential>\\d+)$' }), {
    pattern: '^(?<credential>\\d+)$',
    time: 'iso',
    person: { system: 'dispositivo', type: 'indefinido' },
    passage: false,
    lineEnding: 'auto',
    encoding: 'utf-8',
    maxLineBytes: 4_096,
  });
});

const refused: readonly { name: string; options: object; path: string; says: RegExp }[] = [
  { name: 'no pattern', options: {}, path: 'pattern', says: /expected string/ },
  { name: 'an empty pattern', options: { pattern: '' }, path: 'pattern', says: />=1/ },
  {
    name: 'look-ahead',
    options: { pattern: '(?=a)' },
    path: 'pattern',
    says: /RE2 refuses it.*`\(\?=`.*look-ahead/,
  },
  {
    name: 'a back-reference',
    options: { pattern: '(a)\\1' },
    path: 'pattern',
    says: /RE2 refuses it.*back-references/,
  },
  { name: 'an open bracket', options: { pattern: '(a' }, path: 'pattern', says: /missing closing \)/ },
  {
    name: 'an unknown group',
    options: { pattern: '(?<card>\\d+)' },
    path: 'pattern',
    says: /group "card" is unknown; the groups are time turnstile kind credential person direction result reason record/,
  },
  { name: 'an unknown option', options: { pattern: 'a', patern: 'b' }, path: '', says: /patern/ },
  {
    name: 'a time format without seconds',
    options: { pattern: 'a', time: 'dd/MM/yyyy HH:mm' },
    path: 'time',
    says: /yyyy MM dd HH mm ss/,
  },
  {
    name: 'a direction that is no word of the contract',
    options: { pattern: 'a', direction: { in: 'enter' } },
    path: 'direction.in',
    says: /entrada/,
  },
  {
    name: 'a result that is no word of the contract',
    options: { pattern: 'a', result: { ok: 'sim' } },
    path: 'result.ok',
    says: /liberado/,
  },
  {
    name: 'a reason that is no word of the contract',
    options: { pattern: 'a', reason: { late: 'tarde' } },
    path: 'reason.late',
    says: /fora_do_horario/,
  },
  {
    name: 'a kind that is no word of the contract',
    options: { pattern: 'a', kind: { card: 'card' } },
    path: 'kind.card',
    says: /cartao/,
  },
  {
    name: 'a person of an unknown type',
    options: { pattern: 'a', person: { type: 'socio' } },
    path: 'person.type',
    says: /aluno/,
  },
  {
    name: 'a maxLineBytes of 0',
    options: { pattern: 'a', maxLineBytes: 0 },
    path: 'maxLineBytes',
    says: /16/,
  },
  { name: 'an empty ack', options: { pattern: 'a', ack: '' }, path: 'ack', says: />=1/ },
  {
    name: 'an ack that latin1 cannot write',
    options: { pattern: 'a', encoding: 'latin1', ack: '✓' },
    path: 'ack',
    says: /latin1/,
  },
];

for (const { name, options, path, says } of refused) {
  test(`${name} is refused at its place`, () => {
    const { error } = linesOptions.safeParse(options);
    const issue = error?.issues.find((found) => found.path.join('.') === path);
    assert.ok(issue, `no issue at "${path}"`);
    assert.match(issue.message, says);
  });
}

test('what the schema itself refuses is said in both languages', () => {
  for (const options of [
    { pattern: '(a' },
    { pattern: '(?<card>a)' },
    { pattern: 'a', time: 'HH:mm' },
    { pattern: 'a', encoding: 'latin1', ack: '✓' },
  ]) {
    const [issue] = linesOptions.safeParse(options).error?.issues ?? [];
    assert.ok(issue?.code === 'custom');
    assert.equal(issue.params?.text.en, issue.message);
    assert.notEqual(issue.params?.text['pt-BR'], issue.message);
  }
});

test('every key is described, for editors', () => {
  const schema = z.toJSONSchema(linesOptions, { io: 'input' });
  const described = (properties: Record<string, unknown> = {}): void => {
    for (const [key, value] of Object.entries(properties)) {
      const { description, properties: inner } = value as {
        description?: string;
        properties?: Record<string, unknown>;
      };
      assert.ok(description, `${key} has no description`);
      described(inner);
    }
  };
  described(schema.properties);
});
