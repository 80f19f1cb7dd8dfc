import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMistakes, type Mistake } from '../../config/check/mistakes.ts';
import { readConfiguration } from '../../config/read.ts';
import { fakeDrivers, GOOD } from './fakes.ts';
import { PATH } from './mistaken.ts';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const env = { GIRO_SECRET: SECRET };
const QUIET = GOOD.replace(SECRET, `\${env:GIRO_SECRET}`);

function warningsOf(file: string): string[] {
  const warnings: Mistake[] = [];
  readConfiguration(Buffer.from(file), PATH, {
    env,
    drivers: fakeDrivers,
    onWarning: (warning) => warnings.push(warning),
  });
  for (const { message, help } of warnings) {
    assert.notEqual(message['pt-BR'], message.en as string);
    assert.notEqual(help?.['pt-BR'] ?? '', help?.en);
  }
  return formatMistakes(warnings, 'en').replaceAll(`${PATH}:`, '').split('\n');
}

const UNHEARD = '  its events are kept here and go nowhere: add a webhook, or the unit to the units of one';
const SLEEPING =
  '  events are neither sent nor queued: remove active: false from the one that is to get them';
const consumer = (unit: string): string =>
  `feed:\n  listen: 127.0.0.1:8472\n  consumers: [{ id: gym, unit: ${unit}, tokens: ["sha256:${'0a'.repeat(32)}"] }]\n`;

const rows: readonly (readonly [name: string, file: string, want: readonly string[]])[] = [
  ['nothing to warn of', QUIET, ['']],
  [
    'a unit without a webhook',
    QUIET.replace('id: crm', 'id: crm\n    units: [sul]'),
    ['4:9: unit "centro" has no webhook', UNHEARD],
  ],
  [
    'a unit whose only webhook is inactive',
    QUIET.replace('id: crm', 'id: crm\n    units: [sul]').concat(
      `  - { id: old, url: "https://old.example/", secret: "\${env:GIRO_SECRET}", active: false }\n`,
    ),
    ['4:9: unit "centro" has no webhook', UNHEARD],
  ],
  [
    'a unit whose events are asked for has no need of one',
    QUIET.replace('id: crm', 'id: crm\n    units: [sul]').concat(consumer('centro')),
    [''],
  ],
  [
    'no webhook at all',
    QUIET.replace(/webhooks:[\s\S]*/, 'webhooks: []\n'),
    ['4:9: unit "centro" has no webhook', UNHEARD, '7:9: unit "sul" has no webhook', UNHEARD],
  ],
  [
    'only inactive webhooks',
    QUIET.replace('id: crm', 'id: crm\n    active: false'),
    ['24:13: no webhook is active', SLEEPING],
  ],
  [
    'a secret in the file',
    GOOD,
    [
      '25:13: a secret is written in this file',
      `  keep it in a file of its own, mode 0600, and write \${file:./crm.secret}`,
    ],
  ],
  [
    'a password and one of several secrets in the file',
    QUIET.replace(
      /secret: .*/,
      `secret: ["\${env:GIRO_SECRET}", "${SECRET} until 2126-11-26T12:00:00Z"]\n    auth: { basic: { user: giro, password: hunter2 } }`,
    ),
    [
      '25:36: a secret is written in this file',
      `  keep it in a file of its own, mode 0600, and write \${file:./crm.secret}`,
      '26:44: a secret is written in this file',
      `  keep it in a file of its own, mode 0600, and write \${file:./crm.secret}`,
    ],
  ],
  [
    'a company twice',
    QUIET.replace('company: 2', 'company: 1'),
    [
      '8:14: company 1 is already in line 5',
      '  right if both units are of one company; else correct one of the two',
    ],
  ],
];

for (const [name, file, want] of rows) {
  test(name, () => assert.deepEqual(warningsOf(file), want));
}

test('a warning never quotes the secret', () => {
  assert.doesNotMatch(warningsOf(GOOD).join('\n'), /C2FVs/);
});
