import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { decodeHeaderValue, encodeHeaderValue } from '../../../agent/events/cloudevents.ts';
import { recognise } from '../../../agent/events/recognise.ts';
import { render } from '../../../agent/events/render.ts';
import { ACCESS, BODY, CONTENT, KEY, rendering } from './events.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const isEvent = ajv.compile(
  JSON.parse(
    readFileSync(new URL('../../fixtures/cloudevents.schema.json', import.meta.url), 'utf8'),
  ) as object,
);

const ATTRIBUTES = {
  specversion: '1.0',
  id: ACCESS.id,
  source: '/giro/recep%C3%A7%C3%A3o%201/centro/catraca-1',
  type: 'notificarAcesso',
  subject: 'catraca-1',
  time: '2026-11-24T18:03:12.481-03:00',
  recordedtime: '2026-11-24T21:03:12.530Z',
  sequence: '0000000000000042',
  partitionkey: 'catraca-1',
};

const structured = rendering({ name: 'cloudevents' });
const binary = rendering({ name: 'cloudevents-binary' });

function assertEvent(event: unknown): void {
  assert.ok(isEvent(event), JSON.stringify(isEvent.errors));
}

test('structured: the attributes, and the body of the contract untouched in data', () => {
  const { body, headers } = render(structured, ACCESS, 42);
  assert.deepEqual(headers, { 'content-type': 'application/cloudevents+json; charset=utf-8' });
  const { data, ...attributes } = JSON.parse(body);
  assert.deepEqual(attributes, { ...ATTRIBUTES, datacontenttype: 'application/json' });
  assert.equal(body.slice(body.indexOf('"data":') + '"data":'.length, -1), BODY);
  assert.deepEqual(data, JSON.parse(BODY));
  assertEvent(JSON.parse(body));
});

test('structured: what JSON.parse would spoil in the data survives', () => {
  const content = CONTENT.replace(
    '"versao":"1"',
    '"versao":"1","conteudo":{"n":12345678901234567890,"v":10.50,"v":1}',
  );
  const { body } = render(structured, { ...ACCESS, content }, 42);
  assert.ok(body.endsWith(`"data":{"id":"${ACCESS.id}","sequencia":42,${content.slice(1)}}`));
});

test('binary: the body of the contract, and the attributes as headers', () => {
  const { body, headers } = render(binary, ACCESS, 42);
  assert.equal(body, BODY);
  assert.deepEqual(headers, {
    'content-type': 'application/json',
    ...Object.fromEntries(
      Object.entries({
        ...ATTRIBUTES,
        source: '/giro/recep%25C3%25A7%25C3%25A3o%25201/centro/catraca-1',
      }).map(([name, value]) => [`ce-${name}`, value]),
    ),
  });
});

test('binary and structured say the same, and so does the reader of listen', () => {
  const asked = new Map([['centro', KEY]]);
  const one = render({ ...structured, keys: asked }, ACCESS, 42);
  const other = render({ ...binary, keys: asked }, ACCESS, 42);
  const first = recognise(one.headers ?? {}, one.body);
  const second = recognise(other.headers ?? {}, other.body);
  assert.deepEqual([first.format, second.format], ['cloudevents', 'cloudevents-binary']);
  assert.deepEqual(first.attributes, { ...ATTRIBUTES, datacontenttype: 'application/json' });
  assert.deepEqual(second.attributes, first.attributes);
  assert.deepEqual(second.data, first.data);
  assert.equal((first.data as { chave: string }).chave, KEY);
  assertEvent({ ...second.attributes, data: second.data });
});

test('the sequence sorts as text as it does as a number', () => {
  const sequences = [1, 9, 10, 99, 1_000, 123_456_789, Number.MAX_SAFE_INTEGER];
  const texts = sequences.map((sequence) => render(binary, ACCESS, sequence).headers?.['ce-sequence'] ?? '');
  assert.deepEqual([...texts].sort(), texts);
  assert.deepEqual(texts.map(Number), sequences);
});

test('an event without a device has its unit as source, and no subject', () => {
  const content = JSON.stringify({ ...JSON.parse(CONTENT), dispositivo: undefined });
  const { headers } = render(binary, { ...ACCESS, content, lane: 'pacto' }, 42);
  assert.equal(headers?.['ce-source'], '/giro/recep%25C3%25A7%25C3%25A3o%25201/centro');
  assert.equal(headers?.['ce-subject'], undefined);
  assert.equal(headers?.['ce-partitionkey'], 'pacto');
});

for (const name of ['a/b?c#d', '"aspas"', '100%', 'a\ud800b', '%41', '日本', "d'água (1)!*"]) {
  test(`an agent named ${JSON.stringify(name)} gives a valid source, the same in both modes`, () => {
    const content = JSON.stringify({ ...JSON.parse(CONTENT), origem: { agente: name } });
    const { body } = render(structured, { ...ACCESS, content }, 42);
    assertEvent(JSON.parse(body));
    const { headers = {}, body: data } = render(binary, { ...ACCESS, content }, 42);
    for (const value of Object.values(headers)) assert.match(value, /^[!-~]+( [!-~]+)*$/);
    assert.equal(recognise(headers, data).attributes?.source, JSON.parse(body).source);
    const [, giro, agent] = JSON.parse(body).source.split('/');
    assert.deepEqual([giro, decodeURIComponent(agent)], ['giro', name.toWellFormed()]);
  });
}

// HTTP binding 3.1.3.2
const headerValues = [
  { value: 'Euro € 😀', header: 'Euro%20%E2%82%AC%20%F0%9F%98%80' },
  { value: 'a"b%c', header: 'a%22b%25c' },
  { value: "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~", header: "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~" },
  { value: '\u007f\u00a0\t', header: '%7F%C2%A0%09' },
];
for (const { value, header } of headerValues) {
  test(`header value ${JSON.stringify(value)}`, () => {
    assert.equal(encodeHeaderValue(value), header);
    assert.equal(decodeHeaderValue(header), value);
  });
}

test('a header value may come in quotes, in lower case, or encoded without need', () => {
  assert.equal(decodeHeaderValue('"Euro \\"a\\\\b\\""'), 'Euro "a\\b"');
  assert.equal(decodeHeaderValue('%e2%82%ac'), '€');
  assert.equal(decodeHeaderValue('%41%2Fb'), 'A/b');
});

for (const bad of ['%C0%A0', '%ED%A0%80', '%FF', '%E2%82']) {
  test(`a header value of bytes that are no UTF-8 is refused: ${bad}`, () => {
    assert.throws(() => decodeHeaderValue(bad), URIError);
  });
}

// cloudevents/conformance, features/http-protocol-binding.feature
const CONFORMANCE = {
  specversion: '1.0',
  type: 'com.example.someevent',
  time: '2018-04-05T03:56:24Z',
  id: '1234-1234-1234',
  source: '/mycontext/subcontext',
};
for (const contentType of ['application/json', 'application/json; charset=utf-8']) {
  test(`conformance: binary, ${contentType}`, () => {
    const headers = Object.fromEntries(
      Object.entries(CONFORMANCE).map(([name, value]) => [`ce-${name}`, value]),
    );
    assert.deepEqual(
      recognise({ ...headers, 'content-type': contentType }, '{ "message": "Hello World!" }'),
      {
        format: 'cloudevents-binary',
        attributes: { ...CONFORMANCE, datacontenttype: contentType },
        data: { message: 'Hello World!' },
      },
    );
  });
}
for (const contentType of ['application/cloudevents+json', 'application/cloudevents+json; charset=utf-8']) {
  test(`conformance: structured, ${contentType}`, () => {
    const attributes = { ...CONFORMANCE, datacontenttype: 'application/json' };
    const body = JSON.stringify({ ...attributes, data: { message: 'Hello World!' } });
    assert.deepEqual(recognise({ 'content-type': contentType }, body), {
      format: 'cloudevents',
      attributes,
      data: { message: 'Hello World!' },
    });
  });
}
