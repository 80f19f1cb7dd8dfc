import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openReader } from '../../../agent/journal/queries.ts';
import { startAccepting } from './children.ts';
import { makeFolder, openJournal } from './journals.ts';

for (const nodeOptions of [[], ['--import', 'tsx']]) {
  test(`every accepted event survives kill -9 (node ${nodeOptions.join(' ')})`, async (t) => {
    const folder = makeFolder(t);
    const child = await startAccepting(t, folder, ...nodeOptions);
    await child.ids(500);
    const ids = await child.kill();

    const { journal } = await openJournal(t, folder);
    const reader = openReader(folder);
    t.after(() => reader.close());
    const stored = reader.events({ limit: 1_000_000 });
    const known = new Set(stored.map(({ id }) => id));
    assert.deepEqual(
      ids.filter((id) => !known.has(id)),
      [],
    );
    assert.ok(ids.length >= 500);
    const sequences = stored.flatMap(({ deliveries }) => deliveries.map(({ sequence }) => sequence));
    assert.deepEqual(
      sequences.sort((a, b) => a - b),
      stored.map((_, index) => index + 1),
      'gap-free',
    );
    const pending = journal.state.lanes.reduce((sum, lane) => sum + lane.pending, 0);
    assert.equal(pending, stored.length);
  });
}
