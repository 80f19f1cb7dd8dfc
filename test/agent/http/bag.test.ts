import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bag } from '../../../agent/http/bag.ts';

test('a bag has what was added and not taken out, whatever goes first', () => {
  const bag = new Bag<string>();
  for (const member of ['a', 'b', 'c', 'd']) bag.add(member);
  bag.delete('a');
  bag.delete('d');
  bag.delete('nobody');
  assert.deepEqual([...bag.members].sort(), ['b', 'c']);
  bag.delete('c');
  bag.delete('b');
  assert.deepEqual(bag.members, []);
});

test('those that are in may leave while they are gone through', () => {
  const bag = new Bag<number>();
  for (const member of [1, 2, 3]) bag.add(member);
  const seen: number[] = [];
  for (const member of bag.members) {
    seen.push(member);
    bag.delete(member);
  }
  assert.deepEqual(seen, [1, 2, 3]);
});
