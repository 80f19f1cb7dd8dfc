import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS, GiroError } from '../drivers/base/errors.ts';

const codes = Object.keys(ERRORS);

test('every error is on its page, in the order of the catalogue, with its exit code', () => {
  const page = readFileSync('drivers/ERRORS.md', 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exit]) => [
    code,
    Number(exit),
  ]);
  assert.deepEqual(
    rows,
    Object.entries(ERRORS).map(([code, { exitCode }]) => [code, exitCode]),
  );
});

test('both languages say something of their own', () => {
  for (const [code, { summary, remedy }] of Object.entries(ERRORS)) {
    for (const text of [summary, remedy]) {
      assert.deepEqual(Object.keys(text).sort(), ['en', 'pt-BR'], code);
      assert.notEqual(text.en as string, text['pt-BR'] as string, code);
    }
  }
});

test('every code is raised somewhere', () => {
  const sources = globSync('{drivers,config,agent}/**/*.ts')
    .filter((file) => file !== 'drivers/base/errors.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  assert.deepEqual(
    codes.filter((code) => !sources.includes(`'${code}'`)),
    [],
  );
});

test('nothing outside the tests throws a bare Error', () => {
  const bare = globSync('{drivers,config,agent}/**/*.{ts,mjs}').filter((file) =>
    /throw new Error\(/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(bare, []);
});

test('an error keeps its cause and its hint', () => {
  const cause = new TypeError('why');
  const error = new GiroError('PORT_BUSY', '/dev/ttyUSB0 is open', { cause, hint: 'held by minicom' });
  assert.equal(error.cause, cause);
  assert.equal(error.hint, 'held by minicom');
  assert.equal(error.code, 'PORT_BUSY');
});
