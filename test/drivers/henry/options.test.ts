import assert from 'node:assert/strict';
import { test } from 'node:test';
import { henryOptions } from '../../../drivers/henry/options.ts';

test('every option has a default and a description', () => {
  assert.deepEqual(henryOptions.parse({}), {
    decide: 'never',
    number: 'credential',
    personSystem: 'dispositivo',
    personType: 'indefinido',
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
    { unknown: true },
  ];
  for (const given of wrong)
    assert.equal(henryOptions.safeParse(given).success, false, JSON.stringify(given));
});
