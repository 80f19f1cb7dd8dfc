import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRetryAfter } from '../../../agent/http/retry-after.ts';

const NOW = Date.parse('2015-10-21T07:27:00Z');
const DAY_MS = 24 * 3_600_000;

const vectors: readonly [string, number | undefined][] = [
  // webhooks.md 2c, from the Svix worker's tests
  ['Wed, 21 Oct 2015 07:28:00 GMT', 60_000],
  ['120', 120_000],
  ['120.1', 121_000],
  ['120.6', 121_000],
  ['120.0', 120_000],
  ['invalid', undefined],
  // RFC 9110 5.6.7, the obsolete forms
  ['Wednesday, 21-Oct-15 07:28:00 GMT', 60_000],
  ['Wed Oct 21 07:28:00 2015', 60_000],
  // own
  ['0', 0],
  [' 7 ', 7_000],
  ['Wed, 21 Oct 2015 07:26:00 GMT', 0],
  ['Thu, 22 Oct 2015 07:28:00 GMT', DAY_MS],
  ['999999999', DAY_MS],
  ['-1', undefined],
  ['-120.5', undefined],
  ['1e9', undefined],
  ['Infinity', undefined],
  ['', undefined],
  ['2015-10-21', undefined],
  ['Wed, 99 Foo 2015 07:28:00 GMT', undefined],
];

for (const [value, wantMs] of vectors) {
  test(`Retry-After: ${JSON.stringify(value)}`, () => {
    assert.equal(parseRetryAfter(value, NOW), wantMs);
  });
}
