import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GOOD } from '../fakes.ts';
import { assertPrinted, mistakesOf, printed } from '../mistaken.ts';

const HENRI = GOOD.replace('driver: henry', 'driver: henri');
const UNKNOWN_DRIVER = [
  '14:13: driver "henri" is unknown; did you mean "henry"?',
  '  known drivers: henry, lines',
];

const cases = [
  { name: 'empty', file: '', want: ['1:1: the file is empty'] },
  { name: 'nothing but comments', file: '# nada\n\n', want: ['1:1: the file is empty'] },
  { name: 'a list', file: '- agent\n', want: ['1:1: the file: expected a group of keys, found a list'] },
  { name: 'a sentence', file: 'hello\n', want: ['1:1: the file: expected a group of keys, found text'] },
  {
    name: 'Latin-1',
    file: Buffer.from(GOOD.replace('Entrada', 'Saída'), 'latin1'),
    want: ['13:13: the file is not UTF-8', '  save it again with the encoding UTF-8'],
  },
  {
    name: 'UTF-16',
    file: Buffer.from(`\ufeff${GOOD}`, 'utf16le'),
    want: ['1:1: the file is not UTF-8', '  save it again with the encoding UTF-8'],
  },
  { name: 'CRLF', file: HENRI.replaceAll('\n', '\r\n'), want: UNKNOWN_DRIVER },
  { name: 'byte order mark', file: `\ufeff${HENRI}`, want: UNKNOWN_DRIVER },
  {
    name: 'byte order mark, mistake in the first line',
    file: `\ufeff${GOOD.replace('agent', 'agente')}`,
    want: [
      '1:1: "agent" is missing',
      '1:1: unknown key "agente"; did you mean "agent"?',
      '  known keys: agent, journal, panel, units, turnstiles, webhooks, relay, feed',
    ],
  },
];

for (const { name, file, want } of cases) {
  test(name, () => assertPrinted(mistakesOf(file), want));
}

test('nested too deeply', () => {
  // Where the parser gives up depends on its stack.
  assert.match(printed(mistakesOf('['.repeat(5_000))).join('\n'), /^1:\d+: too many levels of nesting$/);
});

test('aliases that grow without end are refused', () => {
  const lines = ['a0: &a0 [x, x]'];
  for (let level = 1; level < 40; level += 1) {
    lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
  }
  const refused = printed(mistakesOf(lines.join('\n'))).filter((line) => line.includes('alias'));
  assert.match(refused[0] ?? '', /^\d+:\d+: the alias \(\*\) leads to itself or to too much$/);
});

test('what an alias repeats is told once', () => {
  const file = GOOD.replace('driver: henry', 'driver: henry\n    options: &options { decide: ever }').replace(
    /driver: lines.*record[^\n]*/s,
    'driver: henry\n    connect: tcp://192.168.0.201\n    options: *options',
  );
  assertPrinted(mistakesOf(file), [
    '15:33: decide "ever" is unknown; did you mean "never"?',
    '  known values: never, grantAll, denyAll',
  ]);
});
