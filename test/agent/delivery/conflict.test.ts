import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, Bench } from './bench.ts';

test('conflict: delivered takes a 409 for a receiver that has it already', async () => {
  const bench = await new Bench({ conflict: 'delivered' }).start();
  bench.receiver = () => answer(409);
  await bench.accept('a', 'a');
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 2]);
  assert.equal(bench.endpoint.state, 'open');
  assert.deepEqual(bench.log.at('warn'), []);
});

test('a batch answered 409 goes event by event: which one it has is not said', async () => {
  const bench = await new Bench({ conflict: 'delivered', batch: { size: 9, format: 'json' } }).start();
  bench.receiver = ({ sequences }) => answer(sequences.length > 1 || sequences[0] === 2 ? 409 : 200);
  bench.dispatcher.offer(bench.journal.accept(['a', 'a', 'a']));
  await bench.clock.advance(0);
  assert.deepEqual(
    bench.sent.map(({ sequences }) => sequences),
    [[1, 2, 3], [1], [2], [3]],
  );
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 2, 3]);
});

test('a changed configuration is tried at once, also by a webhook that was gone', async () => {
  for (const status of [410, 503, 401]) {
    const bench = await new Bench({ fingerprint: 'before' }).start();
    bench.receiver = () => answer(status, '3600');
    await bench.accept('a');
    await bench.dispatcher.stop(0);
    const { journal, clock } = bench;
    const same = await new Bench({ journal, clock, fingerprint: 'before' }).start();
    assert.deepEqual(same.sequences, []);
    await same.dispatcher.stop(0);
    const changed = await new Bench({ journal, clock, fingerprint: 'after' }).start();
    await clock.advance(0);
    assert.deepEqual(changed.sequences, [1]);
    assert.equal(changed.endpoint.state, 'open');
  }
});

test('resume tries at once, also a lane that waits for a busy receiver', async () => {
  const bench = await new Bench({ maxInFlight: 2 }).start();
  bench.receiver = () => answer(503, '3600');
  await bench.accept('a');
  bench.receiver = ({ sequence }) => answer(sequence === 2 ? 500 : 200);
  bench.dispatcher.resume('crm');
  await bench.clock.advance(0);
  assert.deepEqual(bench.sequences, [1, 1]);

  await bench.accept('b', 'a', 'a', 'a', 'a');
  await bench.clock.advance(20_000);
  const before = bench.sent.length;
  bench.receiver = () => answer(200);
  bench.dispatcher.resume('crm');
  await bench.clock.advance(0);
  assert.equal(bench.sent.length, before + 1);
  assert.deepEqual(bench.journal.sequences('pending', 'b'), []);
});
