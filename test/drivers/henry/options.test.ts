import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, formatMistakes } from '../../../config/check/mistakes.ts';
import { readConfiguration } from '../../../config/read.ts';
import { henryOptions } from '../../../drivers/henry/options.ts';
import { drivers } from '../../../drivers/registry.ts';

test('every option has a default and a description', () => {
  assert.deepEqual(henryOptions.parse({}), {
    decide: 'never',
    number: 'credential',
    personSystem: 'dispositivo',
    personType: 'indefinido',
    door: false,
    releaseSeconds: 5,
    grantMessage: 'Acesso liberado',
    denyMessage: 'Acesso negado',
    readers: {},
    collect: { enabled: true, confirm: true, batch: 50, rrOrder: 'qty-start' },
    setClock: false,
    maxFrameBytes: 16_384,
  });
  for (const [name, option] of Object.entries(henryOptions.shape)) assert.ok(option.description, name);
});

test('mistakes are refused', () => {
  const wrong = [
    { decide: 'grant' },
    { releaseSeconds: 1 },
    { releaseSeconds: 31 },
    { releaseSeconds: 2.5 },
    { readers: { 0: 'cartao' } },
    { readers: { 1: 'cracha' } },
    { maxFrameBytes: 65_536 },
    { collect: { batch: 51 } },
    { collect: { batch: 19 } },
    { collect: { confirm: 'no' } },
    { collect: { order: 'qty-start' } },
    { setClock: 'yes' },
    { door: 'yes' },
    { decide: 'callback' },
    { decide: 'callback', callback: { url: 'https://decisor.example.com/' } },
    { decide: 'callback', callback: { url: 'http://decisor.example.com/', fallback: 'deny' } },
    { decide: 'callback', callback: { url: 'https://127.0.0.1/', fallback: 'deny' } },
    { decide: 'callback', callback: { url: 'ftp://127.0.0.1/', fallback: 'deny' } },
    {
      decide: 'callback',
      callback: { url: 'https://decisor.example.com/', fallback: 'deny', timeoutMs: 99 },
    },
    { decide: 'grantAll', callback: { url: 'https://decisor.example.com/', fallback: 'deny' } },
    { unknown: true },
  ];
  for (const given of wrong)
    assert.equal(henryOptions.safeParse(given).success, false, JSON.stringify(given));
});

test('a callback needs who is asked and what happens without an answer', () => {
  const callback = {
    url: 'http://127.0.0.1:8080/passa',
    fallback: 'deny',
    allow: ['http', 'loopback'],
  };
  assert.deepEqual(henryOptions.parse({ decide: 'callback', callback }).callback, {
    ...callback,
    timeoutMs: 1500,
    headers: {},
  });
});

const mistakes = [
  {
    name: 'nobody named',
    options: '{ decide: callback }',
    want: '8:24: decide: nobody is named who is asked\n  add callback: { url: https://HOST/PATH, fallback: deny }',
  },
  {
    name: 'never asked',
    options: '{ callback: { url: "https://a/", fallback: deny } }',
    want: '8:26: callback: it is only asked with decide: callback\n  set decide: callback, or remove it',
  },
  {
    name: 'no address',
    options: '{ decide: callback, callback: { url: "a/b", fallback: deny } }',
    want: '8:51: callback.url: this is no address of a web service\n  it begins with http:// or https://',
  },
  {
    name: 'readable on the way',
    options: '{ decide: callback, callback: { url: "http://192.168.0.10/", fallback: deny } }',
    want: '8:51: callback.url: the URL is http, which anyone on the way can read\n  use https, or add allow: [http] to callback',
  },
  {
    name: 'this machine',
    options: '{ decide: callback, callback: { url: "https://localhost/", fallback: deny } }',
    want: '8:51: callback.url: the URL leads to this machine\n  if that is meant, add loopback to allow',
  },
];
for (const { name, options, want } of mistakes) {
  test(`callback, ${name}: is a mistake with its place and its remedy`, () => {
    const file = `agent: { name: a, language: en }
units:
  - { id: centro, company: 1, timezone: America/Sao_Paulo }
turnstiles:
  - id: catraca-1
    unit: centro
    driver: henry
    options: ${options}
    connect: tcp://192.168.0.200:3000
`;
    assert.throws(
      () => readConfiguration(Buffer.from(file), 'giro.yaml', { env: {}, drivers }),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.equal(formatMistakes(error.mistakes, 'en').replaceAll(/^\S*giro\.yaml:/gm, ''), want);
        for (const { message } of error.mistakes) assert.notEqual(message.en, message['pt-BR']);
        return true;
      },
    );
  });
}
