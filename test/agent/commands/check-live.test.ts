import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveText } from '../../../agent/commands/check-live.ts';
import { text } from '../../../config/check/mistakes.ts';

test('a row stays within 80 columns, whatever is in its cells', () => {
  const subject = 'a-turnstile-with-the-longest-name-that-an-id-can-have-64-letters';
  const path = `/${'sub'.repeat(40)}/giro.yaml`;
  const action = text('plug it in, or see giro ports', 'conecte');
  const shown = liveText(
    { check: 'devices', state: 'fail', subject, cause: text(`${path} does not exist`, path), action },
    'en',
  );
  const lines = shown.split('\n');
  assert.deepEqual(
    lines.filter((line) => line.length > 80 || line !== line.trimEnd()),
    [],
  );
  const column = (from: number, to?: number): string =>
    lines.map((line) => line.slice(from, to).trim()).join('');
  assert.match(column(0, 6), /^FAIL$/);
  assert.equal(column(22, 41), subject);
  assert.ok(column(43).startsWith(`${path} does not exist-> plug it in,`), column(43));
});
