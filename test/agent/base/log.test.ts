import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../agent/base/log.ts';

/** What a line says besides its level and time. */
async function logged(data: object): Promise<Record<string, unknown>> {
  const lines: string[] = [];
  const log = await createLog({ terminal: false, ring: { write: (line) => void lines.push(line) } });
  log.info(data, 'said');
  const { level: _, time: __, msg: ___, ...said } = JSON.parse(lines.join(''));
  return said;
}

test('who passed, with what, and secrets never reach a line, at any depth', async () => {
  const hidden = '[redacted]';
  assert.deepEqual(await logged({ id: 1, card: '4711', rest: { key: 'k', ok: true } }), {
    id: 1,
    card: hidden,
    rest: { key: hidden, ok: true },
  });
  assert.deepEqual(await logged({ list: [{ person: { name: 'Ana' } }, 'as it is', null] }), {
    list: [{ person: hidden }, 'as it is', null],
  });
  const deep = { a: { b: { c: { secret: 's' } } } };
  assert.doesNotMatch(JSON.stringify(await logged({ deep })), /"s"/);
});

test('an error is shown with its stack and its own members, but for those', async () => {
  const { err } = await logged({ err: Object.assign(new Error('refused'), { code: 'E1', body: 'Ana' }) });
  assert.ok(typeof err === 'object' && err !== null && 'stack' in err);
  assert.match(String(err.stack), /log\.test\.ts/);
  assert.deepEqual(
    { ...err, stack: '' },
    { type: 'Error', message: 'refused', stack: '', code: 'E1', body: '[redacted]' },
  );
});

test('what refers to itself is cut off', async () => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.again = circle;
  assert.match(JSON.stringify(await logged({ circle })), /circle/);
});
