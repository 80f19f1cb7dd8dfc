import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, Bench } from './bench.ts';

test('rateLimit: so many requests a minute, evenly spread, whatever waits', async () => {
  const bench = new Bench({ rateLimit: 30 });
  bench.journal.accept(Array.from({ length: 200 }, (_, place) => `lane-${place % 5}`));
  await bench.start();
  await bench.clock.advance(120_000);
  assert.ok(bench.gapsS.every((gap) => gap >= 2));
  assert.equal(bench.sent.length, 61);
});

test('a limit that allows several a second lets them go at once', async () => {
  const bench = await new Bench({ rateLimit: 600 }).start();
  await bench.clock.advance(5_000);
  await bench.accept(...Array.from({ length: 30 }, (_, place) => `lane-${place}`));
  assert.equal(bench.sent.length, 10);
  await bench.clock.advance(1_000);
  assert.equal(bench.sent.length, 20);
});

test('WebHook-Allowed-Rate: the receiver’s own limit counts where it is lower, and * lifts it', async () => {
  for (const [rateLimit, header, want] of [
    [undefined, '60', 60],
    [6, '60', 6],
    [60, '6', 6],
    [60, 'many', 60],
  ] as const) {
    const bench = await new Bench({ rateLimit }).start();
    bench.receiver = () => answer(200, undefined, { allowedRate: header });
    await bench.accept(...Array<string>(200).fill('a'));
    bench.sent.length = 0;
    await bench.clock.advance(60_000);
    assert.ok(Math.abs(bench.sent.length - want) <= 1, `${header}: ${bench.sent.length}`);
    bench.receiver = () => answer(200, undefined, { allowedRate: '*' });
    await bench.clock.advance(60_000);
    const lifted = bench.journal.sequences('pending', 'a').length === 0;
    assert.equal(lifted, rateLimit === undefined);
  }
});

test('a wall clock that is set changes no rate', async () => {
  for (const stepMs of [86_400_000, -86_400_000]) {
    const bench = await new Bench({ rateLimit: 60 }).start();
    await bench.accept(...Array<string>(100).fill('a'));
    await bench.clock.advance(10_000);
    const before = bench.sent.length;
    bench.clock.step(stepMs);
    await bench.clock.advance(10_000);
    assert.equal(bench.sent.length - before, 10);
  }
});
