import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { loadIdentity } from '../../../agent/accesses/identity.ts';
import { GiroError } from '../../../drivers/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'giro-identity-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

test('the first start makes a file that only its owner reads; later starts read the same', () => {
  const first = loadIdentity(join(folder, 'data'));
  const second = loadIdentity(join(folder, 'data'));
  assert.equal(second.id, first.id);
  assert.equal(second.reference('0001'), first.reference('0001'));
  assert.equal(statSync(join(folder, 'data', 'identity.json')).mode & 0o777, 0o600);
});

test('two installations hash and number apart', () => {
  const here = loadIdentity(join(folder, 'here'));
  const there = loadIdentity(join(folder, 'there'));
  assert.notEqual(here.reference('1'), there.reference('1'));
  assert.notEqual(here.eventId('catraca-1', 'x'), there.eventId('catraca-1', 'x'));
});

test('a reference is 32 hex digits and holds nothing of the value', () => {
  const reference = loadIdentity(folder).reference('12345678901234567890');
  assert.match(reference, /^[0-9a-f]{32}$/);
});

test('equal identity gives an equal id per turnstile; no identity gives a fresh one', () => {
  const identity = loadIdentity(folder);
  assert.equal(identity.eventId('catraca-1', '0|x'), identity.eventId('catraca-1', '0|x'));
  assert.notEqual(identity.eventId('catraca-1', '0|x'), identity.eventId('catraca-2', '0|x'));
  assert.notEqual(identity.eventId('catraca-1', undefined), identity.eventId('catraca-1', undefined));
});

test('agent.id wins over the file, the key stays', () => {
  const id = '6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11';
  const own = loadIdentity(folder);
  const configured = loadIdentity(folder, id);
  assert.equal(configured.id, id);
  assert.equal(configured.reference('1'), own.reference('1'));
});

test('a damaged file is refused and left as it is: a new one would change every id', () => {
  const path = join(folder, 'identity.json');
  for (const text of ['', '{}', '{"id":"x","key":"AAAA"}']) {
    writeFileSync(path, text);
    assert.throws(
      () => loadIdentity(folder),
      (error) => error instanceof GiroError && error.code === 'KEY_UNUSABLE',
    );
    assert.equal(readFileSync(path, 'utf8'), text);
  }
});
