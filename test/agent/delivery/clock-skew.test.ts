import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../../agent/http/outcome.ts';
import { answer, Bench } from './bench.ts';

const WARNING = 'the clocks of receiver and agent are apart';

/** An answer of a receiver whose clock is right, at `atMs` of the bench's start. */
function dated(bench: Bench, status: number, skewMs: number): Outcome {
  return answer(status, undefined, { date: new Date(bench.clock.now() + skewMs).toUTCString() });
}

test('the skew of the receiver’s clock is kept, stored, and kept over a restart', async () => {
  const bench = await new Bench().start();
  bench.receiver = () => dated(bench, 200, 90_000);
  await bench.accept('a');
  assert.equal(bench.endpoint.clockSkewMs, 90_000);
  await bench.dispatcher.stop(0);
  const again = await new Bench({ journal: bench.journal, clock: bench.clock }).start();
  assert.equal(again.endpoint.clockSkewMs, 90_000);
  assert.deepEqual(bench.log.at('warn'), []);
});

test('more than 120 s apart: one warning an episode, and a line when it is over', async () => {
  const bench = await new Bench().start();
  for (const [skewMs, warnings, ends] of [
    [119_000, 0, 0],
    [-121_000, 1, 0],
    [-200_000, 1, 0],
    [1_000, 1, 1],
    [400_000, 2, 1],
  ] as const) {
    bench.receiver = () => dated(bench, 200, skewMs);
    await bench.accept('a');
    assert.equal(bench.log.at('warn').filter((line) => line === WARNING).length, warnings);
    assert.equal(bench.log.at('info').filter((line) => line.endsWith('agree again')).length, ends);
  }
});

for (const status of [400, 401]) {
  test(`${status} with clocks more than 300 s apart: no try used, nothing parked, and it recovers by itself`, async () => {
    const bench = await new Bench({ batch: { size: 3, format: 'json' } }).start();
    let skewMs = 3_600_000;
    bench.receiver = () => dated(bench, Math.abs(skewMs) > 300_000 ? status : 200, skewMs);
    await bench.accept(...Array<string>(20).fill('a'));
    await bench.clock.advance(86_400_000);
    assert.deepEqual([bench.endpoint.state, bench.endpoint.class], ['waiting', 'C']);
    assert.equal(bench.endpoint.last?.outcome, 'clock_skew');
    assert.deepEqual(
      bench.journal.marks.filter(({ kind }) => kind === 'tried' || kind === 'parked'),
      [],
    );
    bench.clock.step(skewMs);
    skewMs = 0;
    await bench.clock.advance(400_000);
    assert.equal(bench.journal.sequences('delivered', 'a').length, 20);
  });
}

test('400 with clocks 300 s apart, or with no Date, is the message’s own', async () => {
  for (const outcome of [(bench: Bench) => dated(bench, 400, 300_000), () => answer(400)]) {
    const bench = await new Bench().start();
    bench.receiver = () => outcome(bench);
    await bench.accept('a');
    await bench.clock.advance(10_000);
    assert.deepEqual(bench.journal.sequences('parked', 'a'), [1]);
  }
});
