import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** What the files of a folder may import, besides themselves and packages (DESIGN section 2: drivers <- config <- agent). */
const ALLOWED: Record<string, readonly string[]> = {
  drivers: ['drivers'],
  config: ['drivers', 'config'],
  agent: ['drivers', 'config', 'agent', 'package.json'],
};

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const statements = source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...statements].map(([, path = '']) => normalize(join(dirname(file), path)));
}

const files = globSync('{drivers,config,agent}/**/*.{ts,mjs}').sort();

test('imports run one way: drivers, then config, then agent', () => {
  assert.ok(files.length > 20, 'the walk finds the sources');
  const wrong = files.flatMap((file) => {
    const [room = ''] = file.split('/');
    return importsOf(file)
      .filter((path) => !ALLOWED[room]?.includes(path.split('/')[0] ?? ''))
      .map((path) => `${file} imports ${path}`);
  });
  assert.deepEqual(wrong, []);
});

test('a driver imports no other driver', () => {
  const folders = globSync('drivers/*/driver.ts').map((file) => dirname(file));
  assert.ok(folders.length >= 2);
  const wrong = folders.flatMap((folder) =>
    globSync(`${folder}/*.ts`).flatMap((file) =>
      importsOf(file)
        .filter((path) => folders.some((other) => other !== folder && path.startsWith(`${other}/`)))
        .map((path) => `${file} imports ${path}`),
    ),
  );
  assert.deepEqual(wrong, []);
});

test('codecs and messages do no I/O and know no time', () => {
  const pure = globSync('drivers/*/{codec,messages}.ts');
  assert.ok(pure.length >= 2);
  const wrong = pure.filter((file) =>
    /from '(node:(?!buffer|util)|\.\.\/(clock|links|log)\b)|Date\.now|setTimeout/.test(
      readFileSync(file, 'utf8'),
    ),
  );
  assert.deepEqual(wrong, []);
});
