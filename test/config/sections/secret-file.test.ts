import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatKeys, parseKeys, writeKeys } from '../../../config/sections/secret-file.ts';
import { signingKey } from '../../signing.ts';

const A = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const B = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ED = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const UNTIL_MS = Date.parse('2026-11-26T12:00:00Z');

const folder = mkdtempSync(join(tmpdir(), 'giro-secret-'));
after(() => rmSync(folder, { recursive: true }));

test('one key a line, newest first, with the times until which old ones sign', () => {
  const content = `${ED}\n\n  ${A}  until 2026-11-26T09:00:00-03:00\r\n${B} until 2026-11-26T12:00:00.000Z\n`;
  const { keys, wrong } = parseKeys(content);
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    keys.map(({ text, kind, untilMs }) => [text, kind, untilMs]),
    [
      [ED, 'ed25519', undefined],
      [A, 'hmac', UNTIL_MS],
      [B, 'hmac', UNTIL_MS],
    ],
  );
  assert.deepEqual(parseKeys(formatKeys(keys)).keys, keys);
});

const wrong: readonly [string, string, number, string][] = [
  ['nothing', '\n\n', 1, 'there is no secret in it'],
  [
    'a time for the newest',
    `${A} until 2026-11-26T12:00:00Z`,
    1,
    'the first secret is the newest and signs without an end: it takes no "until"',
  ],
  [
    'no time for an old one',
    `${A}\n${B}`,
    2,
    'an old secret needs the time until which it still signs: until 2026-11-26T12:00:00Z',
  ],
  [
    'a date without a time',
    `${A}\n${B} until 2026-11-26`,
    2,
    'what follows "until" is no time such as 2026-11-26T12:00:00Z',
  ],
  [
    'a time without a zone',
    `${A}\n${B} until 2026-11-26T12:00:00`,
    2,
    'what follows "until" is no time such as 2026-11-26T12:00:00Z',
  ],
  [
    'a day that there is not',
    `${A}\n${B} until 2026-13-26T12:00:00Z`,
    2,
    'what follows "until" is no time such as 2026-11-26T12:00:00Z',
  ],
  [
    'another word',
    `${A}\n\n${B} till 2026-11-26T12:00:00Z`,
    3,
    'expected a secret, or a secret, "until" and a time',
  ],
  ['a comment', `# new\n${A}`, 1, 'expected a secret, or a secret, "until" and a time'],
  [
    'a public key',
    `${A}\nwhpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4= until 2026-11-26T12:00:00Z`,
    2,
    'whpk_ is the public key, which receivers verify with; signing needs the whsk_ that it belongs to',
  ],
];

for (const [name, content, line, message] of wrong) {
  test(`refuses ${name}`, () => {
    const found = parseKeys(content).wrong;
    assert.deepEqual([found[0]?.line, found[0]?.message.en], [line, message]);
    assert.notEqual(found[0]?.message['pt-BR'], message);
    assert.ok(!JSON.stringify(found).includes('C2FV'), 'quotes no secret');
  });
}

test('the file is replaced whole, for its owner alone, through a link, with nothing left beside it', () => {
  const file = join(folder, 'crm.secret');
  const link = join(folder, 'link.secret');
  writeFileSync(file, 'before');
  chmodSync(file, 0o644);
  symlinkSync('crm.secret', link);
  writeKeys(link, [signingKey(A), { ...signingKey(B), untilMs: UNTIL_MS }]);
  assert.equal(readFileSync(file, 'utf8'), `${A}\n${B} until 2026-11-26T12:00:00Z\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readlinkSync(link), 'crm.secret');
  assert.deepEqual(readdirSync(folder).sort(), ['crm.secret', 'link.secret']);
});
