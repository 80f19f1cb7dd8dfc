import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render } from '../../../agent/events/render.ts';
import type { FlatField } from '../../../config/configuration.ts';
import { ACCESS, CONTENT, KEY, rendering } from './events.ts';

function bodyOf(fields: readonly FlatField[], content = CONTENT, keys = {}): unknown {
  const { body } = render(rendering({ name: 'pacto-plano', fields }, keys), { ...ACCESS, content }, 42);
  return JSON.parse(body);
}

test('each field takes a member of the body, or says what it always says', () => {
  assert.deepEqual(
    bodyOf(
      [
        { name: 'chave', path: ['chave'] },
        { name: 'matricula', path: ['pessoa', 'matricula'] },
        { name: 'dtHrEntrada', path: ['ocorridoEm'] },
        { name: 'nr', path: ['sequencia'] },
        { name: 'passou', path: ['acesso', 'recuperado'], values: { false: 'N', true: 'S' } },
        { name: 'sentido', path: ['acesso', 'sentido'], values: { entrada: 'E' } },
        { name: 'origem', value: 'catraca' },
      ],
      CONTENT,
      { centro: KEY },
    ),
    {
      chave: KEY,
      matricula: '001042',
      dtHrEntrada: '2026-11-24T18:03:12.481-03:00',
      nr: 42,
      passou: 'N',
      sentido: 'E',
      origem: 'catraca',
    },
  );
});

test('a value that the map does not name stays, a member that is not there is left out', () => {
  const nobody = CONTENT.replace(/"pessoa":\{[^}]*\}/, '"pessoa":null');
  assert.deepEqual(
    bodyOf(
      [
        { name: 'chave', path: ['chave'] },
        { name: 'matricula', path: ['pessoa', 'matricula'] },
        { name: 'local', path: ['acesso', 'local', 'codigo'] },
        { name: 'sentido', path: ['acesso', 'sentido'], values: { saida: 'S', constructor: 'x' } },
      ],
      nobody,
    ),
    { sentido: 'entrada' },
  );
});

test('fields keep the order of the configuration, whatever their names', () => {
  const names = ['b', 'a', '__proto__', 'constructor'];
  const { body } = render(
    rendering({ name: 'pacto-plano', fields: names.map((name) => ({ name, value: 1 })) }),
    ACCESS,
    42,
  );
  assert.equal(body, '{"b":1,"a":1,"__proto__":1,"constructor":1}');
});
