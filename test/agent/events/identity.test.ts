import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { loadIdentity } from '../../../agent/events/identity.ts';
import { GiroError } from '../../../drivers/base/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'giro-identity-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

test('the first start makes a file that only its owner reads; later starts read the same', () => {
  const first = loadIdentity(join(folder, 'data'), 0);
  const second = loadIdentity(join(folder, 'data'), 0);
  assert.equal(second.id, first.id);
  assert.equal(second.reference('0001'), first.reference('0001'));
  assert.equal(statSync(join(folder, 'data', 'identity.json')).mode & 0o777, 0o600);
});

test('two installations hash and number apart', () => {
  const here = loadIdentity(join(folder, 'here'), 0);
  const there = loadIdentity(join(folder, 'there'), 0);
  assert.notEqual(here.reference('1'), there.reference('1'));
  assert.notEqual(here.eventId('catraca-1', 'x'), there.eventId('catraca-1', 'x'));
});

test('a reference is 32 hex digits and holds nothing of the value', () => {
  const reference = loadIdentity(folder, 0).reference('12345678901234567890');
  assert.match(reference, /^[0-9a-f]{32}$/);
});

test('equal identity gives an equal id per turnstile; no identity gives a fresh one', () => {
  const identity = loadIdentity(folder, 0);
  assert.equal(identity.eventId('catraca-1', '0|x'), identity.eventId('catraca-1', '0|x'));
  assert.notEqual(identity.eventId('catraca-1', '0|x'), identity.eventId('catraca-2', '0|x'));
  assert.notEqual(identity.eventId('catraca-1', undefined), identity.eventId('catraca-1', undefined));
});

test('agent.id wins over the file, the key stays', () => {
  const id = '6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11';
  const own = loadIdentity(folder, 0);
  const configured = loadIdentity(folder, 0, id);
  assert.equal(configured.id, id);
  assert.equal(configured.reference('1'), own.reference('1'));
});

const DAMAGE = ['', '{}', '{"id":"x","key":"AAAA"}'];

test('a lost or damaged file comes back from its copy, and the damaged one is kept', () => {
  const path = join(folder, 'identity.json');
  const first = loadIdentity(folder, 0);
  assert.equal(first.found, 'new');
  assert.equal(loadIdentity(folder, 0).found, 'whole');
  rmSync(path);
  for (const [day, text] of [undefined, ...DAMAGE].entries()) {
    if (text !== undefined) writeFileSync(path, text);
    const next = loadIdentity(folder, day * 86_400_000);
    assert.equal(next.found, 'restored');
    assert.equal(next.id, first.id);
    assert.equal(next.reference('1'), first.reference('1'));
    assert.equal(loadIdentity(folder, 0).found, 'whole');
    const kept = join(folder, `identity.json.damaged-1970010${day + 1}T000000`);
    if (text !== undefined) assert.equal(readFileSync(kept, 'utf8'), text);
  }
});

test('with both files lost or damaged another identity is made, and a lost copy is made again', () => {
  const first = loadIdentity(folder, 0);
  for (const file of ['identity.json', 'identity.copy.json']) writeFileSync(join(folder, file), 'x');
  const other = loadIdentity(folder, 0);
  assert.equal(other.found, 'replaced');
  assert.notEqual(other.id, first.id);
  rmSync(join(folder, 'identity.copy.json'));
  assert.equal(loadIdentity(folder, 0).found, 'whole');
  rmSync(join(folder, 'identity.json'));
  assert.equal(loadIdentity(folder, 0).id, other.id);
});

test('an unreadable file counts as damaged; a folder that cannot be written is refused', () => {
  mkdirSync(join(folder, 'identity.json'));
  assert.equal(loadIdentity(folder, 0).found, 'replaced');
  writeFileSync(join(folder, 'file'), '');
  assert.throws(
    () => loadIdentity(join(folder, 'file'), 0),
    (error) => error instanceof GiroError && error.code === 'KEY_UNUSABLE',
  );
});
