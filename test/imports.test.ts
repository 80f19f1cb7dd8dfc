import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { drivers } from '../drivers/registry.ts';

/** What the files of a folder may import, besides themselves and packages. */
const WALLS: Record<string, readonly string[]> = {
  drivers: ['drivers'],
  config: ['drivers', 'config'],
  agent: ['drivers', 'config', 'agent', 'package.json'],
};

/** The rooms of `agent/`, from the ground up: a room imports only rooms of the floors below its own, types too. */
const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['events'],
  ['http'],
  ['journal'],
  ['accesses', 'delivery'],
  ['turnstiles', 'upkeep'],
  ['cloud', 'control'],
  ['panel'],
  ['gateway.ts'],
  ['commands'],
  ['main.ts'],
  ['giro.mjs'],
];

/** Plain JavaScript that runs before anything else is there. */
const BEFORE_ALL = ['bootstrap.mjs', 'runtime-guard.mjs'];

const files = globSync('{drivers,config,agent}/**/*.{ts,mjs}').sort();
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const statements = source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...statements].map(([, path = '']) => normalize(join(dirname(file), path)));
}

/** Every import for which `isWrong` holds, as `file imports path`. */
function importsThat(isWrong: (file: string, path: string) => boolean): string[] {
  return [...imports].flatMap(([file, paths]) =>
    paths.filter((path) => isWrong(file, path)).map((path) => `${file} imports ${path}`),
  );
}

test('imports run one way: drivers, then config, then agent', () => {
  assert.ok(files.length > 20, 'the walk finds the sources');
  const wrong = importsThat((file, path) => {
    const [wall = ''] = file.split('/');
    return !WALLS[wall]?.includes(path.split('/')[0] ?? '');
  });
  assert.deepEqual(wrong, []);
});

test('every room of agent/ has its floor, and every floor its rooms', () => {
  const rooms = new Set(
    files
      .filter((file) => file.startsWith('agent/'))
      .map(roomOf)
      .filter((room) => !BEFORE_ALL.includes(room)),
  );
  assert.deepEqual([...rooms].sort(), FLOORS.flat().sort());
});

test('a room of agent/ imports only rooms below it, types too', () => {
  const wrong = importsThat((file, path) => {
    if (!file.startsWith('agent/') || !path.startsWith('agent/')) return false;
    const [room, other] = [roomOf(file), roomOf(path)];
    if (room === other || BEFORE_ALL.includes(other)) return false;
    return floorOf(other) >= floorOf(room);
  });
  assert.deepEqual(wrong, []);
});

test('no circle of files, types too', () => {
  assert.deepEqual(circles(), []);
});

test('a driver imports no other driver', () => {
  const folders = drivers.map(({ name }) => `drivers/${name}/`);
  assert.ok(folders.length >= 2);
  const wrong = importsThat((file, path) => {
    const folder = folders.find((each) => file.startsWith(each));
    return folder !== undefined && folders.some((other) => other !== folder && path.startsWith(other));
  });
  assert.deepEqual(wrong, []);
});

test('codecs and messages do no I/O and know no time', () => {
  const pure = globSync('drivers/*/{codec,messages}.ts');
  assert.ok(pure.length >= 2);
  const wrong = pure.filter((file) =>
    /from '(node:(?!buffer|util)|\.\.\/(base\/(clock|log)|links)\b)|Date\.now|setTimeout/.test(
      readFileSync(file, 'utf8'),
    ),
  );
  assert.deepEqual(wrong, []);
});

/** The folder below `agent/`, or the file itself. */
function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function floorOf(room: string): number {
  return FLOORS.findIndex((floor) => floor.includes(room));
}

/** Each way that leads back to a file that it passed. */
function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const since = way.indexOf(file);
    if (since !== -1) found.push([...way.slice(since), file].join(' -> '));
    if (since !== -1 || done.has(file)) return;
    for (const path of imports.get(file) ?? []) walk(path, [...way, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}
