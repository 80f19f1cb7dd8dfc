import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { originalOf, relayedContent, sha256, withBase64 } from '../../../agent/events/relayed.ts';
import { contractText, render } from '../../../agent/events/render.ts';
import { rendering } from './events.ts';

const ID = '6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11';
const members = (contentType = 'application/json') => ({
  evento: 'notificarCadastro',
  ocorridoEm: '2026-11-24T18:03:12.481-03:00',
  nuvem: {
    provedor: 'pacto',
    recebidoEm: '2026-11-24T21:03:12.481Z',
    tipoConteudo: contentType,
    cabecalhos: { 'x-a': 'b', conteudo: '","conteudo":1' },
  },
});

const bodies = [
  { name: 'numbers that no parser keeps', text: '{"a":12345678901234567890,"b":10.50}' },
  { name: 'a key that is there twice', text: '{"a":1,"a":2}' },
  { name: 'blanks and line ends around and inside', text: ' \r\n{ "a" :\t1 }\n\n' },
  { name: 'a splice of its own', text: '{"conteudoSha256":"x","conteudo":{"conteudo":1}}' },
  { name: 'escapes as they were written', text: '{"a":"\\u00e9\\/é"}' },
  { name: 'a number alone', text: '1e3' },
] as const;

for (const { name, text } of bodies) {
  test(`JSON goes through as it came: ${name}`, () => {
    const bytes = Buffer.from(text);
    const content = relayedContent(members(), bytes);
    assert.ok(content.endsWith(`,"conteudo":${text}}`));
    assert.deepEqual(originalOf(content)?.bytes, bytes);
    const base64 = JSON.parse(withBase64(content));
    assert.deepEqual(Buffer.from(base64.conteudoBase64, 'base64'), bytes);
    assert.equal(base64.conteudoSha256, sha256(bytes));
    assert.deepEqual(base64.nuvem, members().nuvem);
  });
}

for (const { name, bytes } of [
  { name: 'Latin-1', bytes: Buffer.from('{"a":"\xe9"}', 'latin1') },
  { name: 'a form', bytes: Buffer.from('chave=1&evento=x') },
  { name: 'a byte order mark', bytes: Buffer.from('\uFEFF{}') },
  { name: 'a NUL', bytes: Buffer.from('a\0b') },
  { name: 'nothing', bytes: Buffer.alloc(0) },
]) {
  test(`what is no UTF-8 JSON goes as base64: ${name}`, () => {
    const content = relayedContent(members('text/plain'), bytes);
    assert.equal(JSON.parse(content).conteudoBase64, bytes.toString('base64'));
    assert.deepEqual(originalOf(content), { bytes, contentType: 'text/plain' });
    assert.equal(withBase64(content), content);
  });
}

test('any bytes come back, also from a body of the contract', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const event = { id: ID, content: relayedContent(members(), bytes) };
        assert.deepEqual(
          Buffer.from(originalOf(contractText(event, 7))?.bytes ?? 'none'),
          Buffer.from(bytes),
        );
      },
    ),
  );
});

test('transparente: the bytes and the content type as they came, the rest in headers', () => {
  const event = (bytes: Uint8Array, type: string) => ({
    id: ID,
    name: 'notificarCadastro' as const,
    unit: 'centro',
    lane: 'pacto/centro',
    content: relayedContent(members(type), bytes),
  });
  const text = Buffer.from('{ "a": 1 }\n');
  const rendered = render(rendering({ name: 'transparente' }), event(text, 'text/json; x=1'), 42);
  assert.equal(rendered.body, text.toString());
  assert.equal(rendered.bytes, undefined);
  assert.deepEqual(rendered.headers, {
    'content-type': 'text/json; x=1',
    'webhook-id': ID,
    'x-giro-evento': 'notificarCadastro',
    'x-giro-unidade': 'centro',
    'x-giro-sequencia': '42',
    'x-giro-ocorrido-em': '2026-11-24T18:03:12.481-03:00',
    'x-giro-recebido-em': '2026-11-24T21:03:12.481Z',
    'x-giro-provedor': 'pacto',
    'x-giro-conteudo-sha256': sha256(text),
  });

  const bytes = Buffer.from([0xff, 0x00, 0xe9]);
  const binary = render(rendering({ name: 'transparente' }), event(bytes, 'application/x'), 1);
  assert.deepEqual(Buffer.from(binary.bytes!), bytes);
});
