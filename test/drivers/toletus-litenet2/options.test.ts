import assert from 'node:assert/strict';
import { test } from 'node:test';
import { litenet2Options } from '../../../drivers/toletus-litenet2/options.ts';

test('every option has a description, and all but serialNumber a default', () => {
  assert.deepEqual(litenet2Options.parse({}), {
    decide: 'never',
    release: 'auto',
    grantMessage: 'Acesso liberado',
    denyMessage: 'Acesso negado',
    scanner: 'codigo_barras',
    number: 'credential',
    personSystem: 'dispositivo',
    personType: 'indefinido',
  });
  for (const [name, option] of Object.entries(litenet2Options.shape)) assert.ok(option.description, name);
});

test('mistakes are refused', () => {
  const wrong = [
    { decide: 'grant' },
    { release: 'both' },
    { scanner: 'barcode' },
    { serialNumber: '6718' },
    { serialNumber: 4_294_967_296 },
    { decide: 'callback' },
    { decide: 'callback', callback: { url: 'http://decisor.example.com/', fallback: 'deny' } },
    { decide: 'denyAll', callback: { url: 'https://decisor.example.com/', fallback: 'deny' } },
    { unknown: true },
  ];
  for (const given of wrong)
    assert.equal(litenet2Options.safeParse(given).success, false, JSON.stringify(given));
});
