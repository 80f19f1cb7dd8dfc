import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render, renderingOf } from '../../../agent/events/render.ts';
import { assertContract } from '../../contract.ts';
import { ACCESS, BODY, KEY, rendering } from './events.ts';

test('giro is the content of the event behind its id and sequence, byte for byte', () => {
  assert.deepEqual(render(undefined, ACCESS, 42), { body: BODY });
  assert.deepEqual(render(rendering({ name: 'giro' }), ACCESS, 42), { body: BODY });
  assert.equal(
    render(
      undefined,
      { ...ACCESS, content: '{"evento":"notificarAcesso","conteudo":{"v":10.50,"v":1e400}}' },
      7,
    ).body,
    '{"id":"6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11","sequencia":7,"evento":"notificarAcesso","conteudo":{"v":10.50,"v":1e400}}',
  );
  assertContract(JSON.parse(BODY));
});

test('chave goes to a webhook that asks for it, of the units that have one', () => {
  const units = [
    { id: 'centro', company: 1, timezone: 'America/Sao_Paulo', key: KEY },
    { id: 'sul', company: 2, timezone: 'America/Sao_Paulo' },
  ];
  const asking = renderingOf({ format: { name: 'giro' }, includeKey: true }, units);
  const { body } = render(asking, ACCESS, 42);
  assert.equal(body, BODY.replace('"sequencia":42,', `"sequencia":42,"chave":"${KEY}",`));
  assertContract(JSON.parse(body));
  assert.equal(render(asking, { ...ACCESS, unit: 'sul' }, 42).body, BODY);
  const other = renderingOf({ format: { name: 'giro' }, includeKey: false }, units);
  assert.equal(render(other, ACCESS, 42).body, BODY);
});
