import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMistakes } from '../../../config/check/mistakes.ts';
import { readConfiguration } from '../../../config/read.ts';
import { fakeDrivers, GOOD } from '../fakes.ts';
import { mistakesOf, PATH, printed } from '../mistaken.ts';

test('the configuration that the cases change has no mistakes', () => {
  const { turnstiles } = readConfiguration(Buffer.from(GOOD), PATH, { env: {}, drivers: fakeDrivers });
  assert.equal(turnstiles.length, 2);
});

test('a mistake is one line, its help another, in either language', () => {
  const { mistakes } = mistakesOf(GOOD.replace('driver: henry', 'driver: henri'));
  assert.equal(
    formatMistakes(mistakes, 'en'),
    'config/giro.yaml:14:13: driver "henri" is unknown; did you mean "henry"?\n  known drivers: henry, lines',
  );
  assert.equal(
    formatMistakes(mistakes, 'pt-BR'),
    'config/giro.yaml:14:13: driver "henri" não existe; você quis dizer "henry"?\n  drivers conhecidos: henry, lines',
  );
});

test('all mistakes of a file are told at once, in its order', () => {
  const file = GOOD.replace('company: 1', 'company: "1"')
    .replace('driver: henry', 'driver: henri')
    .replace('3000', '99999')
    .replace('name: Entrada', 'nmae: Entrada')
    .replace("'^(?<record>\\d+)$'", '5')
    .replace(/secret: .*/, 'secret: abc');
  assert.deepEqual(printed(mistakesOf(file)), [
    '5:14: company: expected a number, found text',
    '13:5: unknown key "nmae"; did you mean "name"?',
    '  known keys: id, unit, name, driver, connect, tap, swapDirection, options',
    '14:13: driver "henri" is unknown; did you mean "henry"?',
    '  known drivers: henry, lines',
    '15:14: "99999" is no port; expected 1 to 65535',
    '21:16: pattern: expected text, found 5',
    '  put it in quotes: "5"',
    '25:13: the secret must begin with whsec_ or whsk_',
    '  giro secret new makes a right one',
  ]);
});

test('the language is the file’s, also of a file that is no YAML, else the locale’s', () => {
  assert.equal(mistakesOf(GOOD.replace('recepcao', 'recepcao\n  language: pt-BR\n  x: 1')).language, 'pt-BR');
  assert.equal(mistakesOf(GOOD.replace('recepcao', '"\n  language: pt-BR')).language, 'pt-BR');
  assert.equal(mistakesOf('').language, 'en');
});

test('no mistake quotes a secret or a URL', () => {
  const file = GOOD.replace('https://crm', 'http://user:hunter2@crm').replace(
    /secret: .*/,
    'secret: hunter2',
  );
  const error = mistakesOf(file);
  assert.equal(error.mistakes.length, 2);
  assert.doesNotMatch(JSON.stringify(error.mistakes) + error.stack, /hunter2/);
});
