import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../agent/http/classes.ts';
import { FAULTS } from '../../../agent/http/faults.ts';
import type { Answer } from '../../../agent/http/outcome.ts';

function answer(status: number, location?: string): Answer {
  return {
    kind: 'answer',
    status,
    location,
    retryAfter: undefined,
    date: undefined,
    body: new Uint8Array(),
    ms: 1,
  };
}

test('the cause of a redirect names where it leads', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { cause } = classify(answer(status, 'https://novo.example/x'));
    assert.match(cause.en, /https:\/\/novo\.example\/x/);
    assert.match(cause['pt-BR'], /https:\/\/novo\.example\/x/);
  }
});

test('no code of a library stands in two rows', () => {
  const codes: string[] = Object.values(FAULTS).flatMap(({ codes }) => [...codes]);
  assert.equal(new Set(codes).size, codes.length);
});
