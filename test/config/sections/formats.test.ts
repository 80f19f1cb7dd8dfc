import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfiguration } from '../../../config/read.ts';
import { CONTRACT_MEMBERS } from '../../../config/sections/contract-members.ts';
import { fakeDrivers, GOOD } from '../fakes.ts';

function webhookOf(keys: string) {
  const file = GOOD.replace('company: 1', 'company: 1\n    key: 0123456789abcdef0123456789ABCDEF') + keys;
  const { webhooks } = readConfiguration(Buffer.from(file), 'giro.yaml', { env: {}, drivers: fakeDrivers });
  return webhooks[0] ?? assert.fail();
}

test('every single value of the contract is a member, groups and what is free are not', () => {
  for (const member of [
    'id',
    'sequencia',
    'ocorridoEm',
    'unidade.fuso',
    'pessoa.matricula',
    'acesso.local.codigo',
  ]) {
    assert.ok(CONTRACT_MEMBERS.includes(member), member);
  }
  for (const member of ['pessoa', 'acesso.local', 'conteudo', 'resumo', 'nuvem.cabecalhos']) {
    assert.ok(!CONTRACT_MEMBERS.includes(member), member);
  }
});

test('pacto-plano without fields is the guess of the contract', () => {
  const { format } = webhookOf('    format: pacto-plano\n');
  assert.deepEqual(format, {
    name: 'pacto-plano',
    fields: [
      { name: 'chave', path: ['chave'] },
      { name: 'empresa', path: ['empresa'] },
      { name: 'evento', path: ['evento'] },
      { name: 'matricula', path: ['pessoa', 'matricula'] },
      { name: 'codigoCliente', path: ['pessoa', 'codigoCliente'] },
      { name: 'codigoPessoa', path: ['pessoa', 'codigoPessoa'] },
      { name: 'dtHrEntrada', path: ['ocorridoEm'] },
      { name: 'sentido', path: ['acesso', 'sentido'] },
      { name: 'meioIdentificacaoEntrada', path: ['acesso', 'meio'] },
    ],
  });
});

test('fields replace the guess; values and constants add to them', () => {
  const { format, includeKey } = webhookOf(`    format: pacto-plano
    units: [centro]
    includeKey: true
    fields: { chave: chave, sentido: acesso.sentido, passou: acesso.recuperado }
    values: { sentido: { entrada: E, saida: 2 }, passou: { true: N, false: S } }
    constants: { origem: catraca, tipo: 3, ativo: true }
`);
  assert.equal(includeKey, true);
  assert.deepEqual(format, {
    name: 'pacto-plano',
    fields: [
      { name: 'chave', path: ['chave'] },
      { name: 'sentido', path: ['acesso', 'sentido'], values: { entrada: 'E', saida: 2 } },
      { name: 'passou', path: ['acesso', 'recuperado'], values: { true: 'N', false: 'S' } },
      { name: 'origem', value: 'catraca' },
      { name: 'tipo', value: 3 },
      { name: 'ativo', value: true },
    ],
  });
});

test('a constant takes the place of a guessed field', () => {
  const { format } = webhookOf('    format: pacto-plano\n    constants: { sentido: E }\n');
  assert.ok(format.name === 'pacto-plano');
  assert.deepEqual(
    format.fields.filter(({ name }) => name === 'sentido'),
    [{ name: 'sentido', value: 'E' }],
  );
});
