import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody, unitOf } from '../../../../agent/cloud/relay/cloud-body.ts';
import type { Unit } from '../../../../config/configuration.ts';

const timezone = 'America/Sao_Paulo';
const KEY = 'a'.repeat(32);
const OTHER_KEY = 'b'.repeat(32);
const keyed: readonly Unit[] = [
  { id: 'centro', company: 1, timezone, key: KEY },
  { id: 'sul', company: 2, timezone, key: KEY },
  { id: 'praia', company: 1, timezone, key: OTHER_KEY },
];
const keyless: readonly Unit[] = [
  { id: 'centro', company: 1, timezone },
  { id: 'sul', company: 2, timezone },
];

for (const [name, said, units, want] of [
  ['key and company', { key: KEY, company: '2' }, keyed, 'sul'],
  ['the key in capitals', { key: KEY.toUpperCase(), company: '1' }, keyed, 'centro'],
  ['a key that only one unit has', { key: OTHER_KEY }, keyed, 'praia'],
  ['a key that two units have, and no company', { key: KEY }, keyed, undefined],
  ['a company without a key, where units have keys', { company: '2' }, keyed, undefined],
  ['a company of another key', { key: OTHER_KEY, company: '2' }, keyed, undefined],
  ['a key that nobody has', { key: 'c'.repeat(32), company: '1' }, keyed, undefined],
  ['company alone, where no unit has a key', { company: '2' }, keyless, 'sul'],
  ['company and a key, where no unit has one', { key: KEY, company: '2' }, keyless, 'sul'],
  ['a key alone, where no unit has one', { key: KEY }, keyless, undefined],
  ['neither', {}, keyless, undefined],
] as const) {
  test(`the unit by ${name}`, () => assert.equal(unitOf(said, units)?.id, want));
}

const members = {
  event: ['evento', 'tipo'],
  key: ['chave'],
  company: ['empresa', 'empresa.codigo'],
  id: ['dados.id'],
  time: ['quando'],
};
const nothing = { event: undefined, key: undefined, company: undefined, id: undefined, timeMs: undefined };

for (const [name, body, contentType, want] of [
  [
    'JSON, whatever its type is said to be',
    '{"tipo":"a","chave":"k","empresa":7,"dados":{"id":0},"quando":"2026-11-24T18:03:12-03:00"}',
    'text/plain',
    { event: 'a', key: 'k', company: '7', id: '0', timeMs: Date.parse('2026-11-24T21:03:12Z') },
  ],
  ['a company inside a group', '{"empresa":{"codigo":3}}', 'application/json', { ...nothing, company: '3' }],
  [
    'a form',
    'evento=a&chave=k&empresa=7',
    'application/x-www-form-urlencoded; charset=utf-8',
    { ...nothing, event: 'a', key: 'k', company: '7' },
  ],
  ['a time without an offset', '{"quando":"2026-11-24T18:03:12"}', 'application/json', nothing],
  ['a name that objects have by themselves', '{"dados":{"id":{}},"evento":""}', 'application/json', nothing],
] as const) {
  test(`what a body says: ${name}`, () => {
    assert.deepEqual(readBody(Buffer.from(body), contentType, members), want);
  });
}

test('of what is neither nothing is known', () => {
  for (const body of ['[{"evento":"a"}]', '"a"', '', '{', Buffer.from([0xff])]) {
    assert.deepEqual(readBody(Buffer.from(body), 'application/json', members), {});
  }
});
