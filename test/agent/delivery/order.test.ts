import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WINDOW_SIZE } from '../../../agent/delivery/lane.ts';
import { settle } from '../../clock.ts';
import { answer, Bench, fault, HeldAnswers } from './bench.ts';
import { MemoryJournal } from './memory-journal.ts';

const HOUR_MS = 3_600_000;

/** The order in which the events of a lane were sent for the first time. */
function firstSent(benches: readonly Bench[], sequences: readonly number[]): number[] {
  const all = benches.flatMap((bench) => bench.sequences);
  return [...new Set(all)].filter((sequence) => sequences.includes(sequence));
}

test('one in flight in a lane; the acknowledgement starts the next without a timer', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'a', 'a');
  for (const sequence of [1, 2, 3]) {
    assert.deepEqual(
      held.waiting.map(({ sent }) => sent.sequence),
      [sequence],
    );
    await held.release(sequence, answer(200));
  }
  assert.equal(bench.clock.nextAtMs, undefined);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 2, 3]);
});

test('the next head does not wait for the mark of the last', async () => {
  const journal = new MemoryJournal();
  const bench = await new Bench({ journal }).start();
  await bench.accept('a');
  journal.pace = () => new Promise(() => {});
  await bench.accept('a', 'a');
  assert.deepEqual(bench.sequences, [1, 2, 3]);
  assert.deepEqual(journal.sequences('pending', 'a'), [2, 3]);
});

test('an idle lane sends within the call that offers', async () => {
  const bench = await new Bench().start();
  await bench.accept('a');
  const deliveries = bench.journal.accept(['a', 'b']);
  bench.dispatcher.offer(deliveries);
  assert.deepEqual(bench.sequences, [1, 2, 3]);
});

test('at most maxInFlight lanes at a time', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench({ maxInFlight: 2 }).start();
  bench.receiver = held.receiver;
  await bench.accept('a', 'b', 'c', 'd');
  assert.equal(held.waiting.length, 2);
  while (held.waiting.length > 0) await held.waiting[0]!.release(answer(200));
  assert.equal(bench.mostInFlight, 2);
  assert.equal(bench.sent.length, 4);
});

test('a lane that is refused stays in order and does not hold up the other', async () => {
  const bench = await new Bench().start();
  let refusing = true;
  bench.receiver = ({ sequence }) => answer(refusing && sequence % 2 === 1 ? 500 : 200);
  await bench.accept('a', 'b');
  await bench.accept('a', 'b'); // 1 and 3 in a, 2 and 4 in b
  await bench.clock.advance(1_000);
  assert.deepEqual(bench.journal.sequences('delivered', 'b'), [2, 4]);
  assert.ok(!bench.sequences.includes(3));
  refusing = false;
  await bench.clock.advance(60_000);
  assert.deepEqual(bench.journal.sequences('delivered', 'a'), [1, 3]);
});

test('the drain starts with one request, doubles with each clean round and halves when it is too much', async () => {
  const held = new HeldAnswers();
  const lanes = [...'abcdefghij'];
  const bench = await new Bench({ maxInFlight: 8 }).start();
  bench.receiver = () => fault('ENOTFOUND');
  for (let count = 0; count < 30; count += 1) await bench.accept(...lanes);
  bench.receiver = held.receiver;
  await bench.clock.advance(1_000);
  const round = async (outcome = answer(200)): Promise<number> => {
    const now = [...held.waiting];
    for (const { release } of now) await release(outcome);
    return now.length;
  };
  const sizes: number[] = [];
  for (let count = 0; count < 6; count += 1) sizes.push(await round());
  assert.deepEqual(sizes, [1, 1, 2, 4, 8, 8]); // the probe, then the drain

  const left = [];
  await held.waiting[0]!.release(fault('GIRO_HEADERS_TIMEOUT'));
  left.push(held.waiting.length);
  for (let count = 0; count < 5; count += 1) {
    await held.waiting[0]!.release(answer(200));
    left.push(held.waiting.length);
  }
  assert.deepEqual(left, [7, 6, 5, 4, 4, 4]);
});

test('a window that is full reads on from the journal, in pages', async () => {
  const held = new HeldAnswers();
  const bench = await new Bench().start();
  bench.receiver = held.receiver;
  const total = WINDOW_SIZE * 5;
  for (let count = 0; count < total; count += 1) await bench.accept('a');
  bench.receiver = () => answer(200);
  await held.release(1, answer(200));
  for (let count = 0; count < total; count += 1) await settle();
  assert.deepEqual(
    bench.sequences,
    Array.from({ length: total }, (_, index) => index + 1),
  );
});

test('offers that arrive in the wrong order are sent in the right one', async () => {
  const bench = await new Bench().start();
  await bench.accept('a');
  const [two, three] = bench.journal.accept(['a', 'a']);
  bench.dispatcher.offer([three!]);
  await settle();
  bench.dispatcher.offer([two!]);
  await settle();
  assert.deepEqual(bench.sequences, [1, 2, 3]);
});

test('with 10,000 marks unstored nothing more is sent until there is room', async () => {
  const journal = new MemoryJournal();
  const gate = Promise.withResolvers<void>();
  const mark = journal.mark.bind(journal);
  journal.mark = async (...marks) => {
    await gate.promise;
    await mark(...marks);
  };
  for (let count = 0; count < 10_500; count += 1) journal.accept(['a']);
  const bench = await new Bench({ journal }).start();
  for (let count = 0; count < 10; count += 1) await settle();
  assert.ok(bench.sent.length > 9_900 && bench.sent.length <= 10_000, String(bench.sent.length));
  gate.resolve();
  for (let count = 0; count < 10; count += 1) await settle();
  assert.equal(journal.sequences('delivered', 'a').length, 10_500);
});

test('an event that was offered and is gone from the journal is not looked for again and again', async () => {
  const journal = new MemoryJournal();
  const bench = await new Bench({ journal }).start();
  const offered = journal.accept(['a']);
  journal.rows.clear();
  let reads = 0;
  journal.pace = () => {
    reads += 1;
    return settle();
  };
  bench.dispatcher.offer(offered);
  for (let count = 0; count < 20; count += 1) await settle();
  assert.equal(reads, 2); // before and after the one page
});

test('a journal that can not be read for a while: the lane goes on where it was', async () => {
  const journal = new MemoryJournal();
  journal.accept(['a', 'a']);
  journal.pace = () => Promise.reject(new Error('disk'));
  const bench = await new Bench({ journal }).start();
  await bench.clock.advance(5_000);
  assert.equal(bench.log.at('error').length, 1);
  journal.pace = () => Promise.resolve();
  await bench.clock.advance(1_000);
  assert.deepEqual(journal.sequences('delivered', 'a'), [1, 2]);
});

test('marks that can not be stored are kept, in order', async () => {
  const journal = new MemoryJournal();
  const bench = await new Bench({ journal }).start();
  await bench.accept('a');
  journal.pace = () => Promise.reject(new Error('disk'));
  await bench.accept('a', 'a');
  await bench.clock.advance(5_000);
  assert.deepEqual(journal.sequences('delivered', 'a'), [1]);
  journal.pace = () => Promise.resolve();
  await bench.clock.advance(1_000);
  assert.deepEqual(journal.sequences('delivered', 'a'), [1, 2, 3]);
  assert.deepEqual(bench.sequences, [1, 2, 3]);
});

const lanesOf = (maxLength: number): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength });
const someTurns = fc.integer({ min: 0, max: 6 });

/** What may happen, in any order. A turn is one of the microtask queue: reads of the journal take a few. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('accept' as const), lanes: lanesOf(3), turns: someTurns }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('accept' as const), lanes: lanesOf(120), turns: someTurns }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('reversed' as const), lanes: lanesOf(4), turns: someTurns }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('turns' as const), turns: someTurns }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        status: fc.constantFrom(200, 401, 429, 500, 0),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('restart' as const), way: fc.integer({ min: 0, max: 5 }) }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);
type Script = typeof steps extends fc.Arbitrary<infer Steps> ? Steps : never;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

/** What may be configured of order, backlog and batches. */
const ways: readonly Partial<ConstructorParameters<typeof Bench>[0]>[] = [
  {},
  { order: 'strict' },
  { order: 'none' },
  { backlog: 'liveFirst' },
  { batch: { size: 3, format: 'json' } },
  { order: 'strict', backlog: 'liveFirst', batch: { size: 3, format: 'json' } },
  { order: 'none', backlog: 'liveFirst', batch: { size: 3, format: 'json' } },
];

/** Runs a script and then lets everything be delivered. `wayOf` gives the configuration of each start. */
async function play(
  script: Script,
  seed: number,
  wayOf: (restart: number) => (typeof ways)[number] = () => ({}),
): Promise<{ journal: MemoryJournal; benches: Bench[] }> {
  const journal = new MemoryJournal();
  let beat = seed;
  journal.pace = () => {
    beat = (Math.imul(beat, 1_103_515_245) + 12_345) >>> 0;
    return turns((beat >>> 16) % 5);
  };
  let status = 200;
  const receiver = async (): Promise<ReturnType<typeof answer>> => {
    const outcome = status === 0 ? fault('ENOTFOUND', 1) : answer(status);
    await turns((beat >>> 8) % 40); // some answers take long, so that an outage begins and ends meanwhile
    return outcome;
  };
  let bench = await new Bench({ ...wayOf(0), journal, maxInFlight: 2 }).start();
  bench.receiver = receiver;
  const benches = [bench];
  for (const step of script) {
    switch (step.do) {
      case 'accept':
      case 'reversed': {
        const committed = journal.accept(step.lanes);
        await turns(step.turns);
        bench.dispatcher.offer(step.do === 'accept' ? committed : committed.reverse());
        break;
      }
      case 'turns':
        await turns(step.turns);
        break;
      case 'pass':
        await bench.clock.advance(step.ms);
        break;
      case 'fail':
        status = step.status;
        break;
      case 'restart':
        await bench.dispatcher.stop(0);
        bench = new Bench({ ...wayOf(step.way), journal, maxInFlight: 2, clock: bench.clock });
        bench.receiver = receiver;
        benches.push(await bench.start());
        break;
    }
  }
  status = 200;
  await bench.clock.advance(HOUR_MS);
  for (let count = 0; count < 50; count += 1) await settle();
  return { journal, benches };
}

/** Everything is delivered, and no process sends an event again after its 2xx. */
function assertComplete(journal: MemoryJournal, benches: readonly Bench[]): void {
  for (const lane of ['a', 'b', 'c']) assert.deepEqual(journal.sequences('pending', lane), []);
  for (const bench of benches) {
    assert.equal(new Set(bench.acknowledged).size, bench.acknowledged.length, 'sent again after its 2xx');
  }
}

test('whatever is offered, read, refused and restarted: a lane is first sent in order, and nothing is skipped', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer(), async (script, seed) => {
      const { journal, benches } = await play(script, seed);
      assertComplete(journal, benches);
      for (const lane of ['a', 'b', 'c']) {
        const delivered = journal.sequences('delivered', lane);
        assert.deepEqual(firstSent(benches, delivered), delivered);
      }
    }),
    { numRuns: 200, seed: 20_260_302 },
  );
});

test('order: strict, the same for all lanes together', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer(), async (script, seed) => {
      const { journal, benches } = await play(script, seed, () => ({ order: 'strict' }));
      assertComplete(journal, benches);
      const all = ['a', 'b', 'c']
        .flatMap((lane) => journal.sequences('delivered', lane))
        .sort((a, b) => a - b);
      assert.deepEqual(firstSent(benches, all), all);
    }),
    { numRuns: 100, seed: 20_260_302 },
  );
});

test('backlog: liveFirst, what is late and what is not are each first sent in order', async () => {
  const flapping = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('accept' as const), lanes: lanesOf(6), turns: someTurns }),
      fc.record({ do: fc.constant('accept' as const), lanes: lanesOf(300), turns: someTurns }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ do: fc.constant('turns' as const), turns: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ do: fc.constant('fail' as const), status: fc.constantFrom(200, 200, 0, 401) }),
    ),
    { minLength: 10, maxLength: 80 },
  );
  await fc.assert(
    fc.asyncProperty(flapping, fc.integer(), fc.boolean(), async (script, seed, inBatches) => {
      const batch = inBatches ? ({ size: 3, format: 'json' } as const) : undefined;
      const { journal, benches } = await play(script, seed, () => ({ backlog: 'liveFirst', batch }));
      assertComplete(journal, benches);
      for (const lane of ['a', 'b', 'c']) {
        const mine = new Set(journal.sequences('delivered', lane));
        const first = new Map<number, boolean>();
        for (const { sequences, late } of benches.flatMap(({ sent }) => sent)) {
          for (const sequence of sequences) {
            if (mine.has(sequence) && !first.has(sequence)) first.set(sequence, late);
          }
        }
        for (const kind of [true, false]) {
          const order = [...first].filter(([, late]) => late === kind).map(([sequence]) => sequence);
          assert.deepEqual(
            order,
            [...order].sort((x, y) => x - y),
            `late: ${kind}`,
          );
        }
      }
    }),
    { numRuns: 200, seed: 20_260_302 },
  );
});

test('another order, backlog or batch at each start: nothing is skipped and nothing sent twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer(),
      fc.array(fc.constantFrom(...ways)),
      async (script, seed, chosen) => {
        const { journal, benches } = await play(
          script,
          seed,
          (restart) => chosen[restart % chosen.length] ?? {},
        );
        assertComplete(journal, benches);
      },
    ),
    { numRuns: 300, seed: 20_260_302 },
  );
});

test('the order changes between two starts: what waits goes in the new one', async () => {
  const journal = new MemoryJournal();
  journal.accept(['a', 'b', 'a', 'b']);
  const strict = new Bench({ journal, order: 'strict' });
  const held = new HeldAnswers();
  strict.receiver = held.receiver;
  await strict.start();
  await held.release(1, answer(200));
  assert.deepEqual(strict.sequences, [1, 2]);
  const stopped = strict.dispatcher.stop(0);
  await strict.clock.advance(0);
  await stopped;

  const lanes = new Bench({ journal, clock: strict.clock });
  const again = new HeldAnswers();
  lanes.receiver = again.receiver;
  await lanes.start();
  assert.deepEqual([...lanes.sequences].sort(), [2, 3]);
  await again.release(2, answer(200));
  assert.deepEqual([...lanes.sequences].sort(), [2, 3, 4]);
});

test('order: strict, a wait of its one lane goes on after a restart', async () => {
  const bench = await new Bench({ order: 'strict' }).start();
  bench.receiver = () => answer(400);
  await bench.accept('a', 'b');
  await bench.clock.advance(1_000);
  await bench.dispatcher.stop(0);
  const again = await new Bench({ order: 'strict', journal: bench.journal, clock: bench.clock }).start();
  await bench.clock.advance(4_999);
  assert.deepEqual(again.sequences, []);
  await bench.clock.advance(1);
  assert.deepEqual(again.sequences, [1, 2]);
});

test('order: none, one that is refused or busy holds up nobody', async () => {
  const bench = await new Bench({ order: 'none' }).start();
  bench.receiver = ({ sequence }) => answer(sequence === 1 ? 400 : sequence === 2 ? 500 : 200);
  await bench.accept('a', 'a');
  for (let count = 0; count < 600; count += 1) await bench.accept('a');
  assert.equal(bench.journal.sequences('delivered', 'a').length, 600);
  await bench.clock.advance(6_000);
  assert.deepEqual(bench.journal.sequences('parked', 'a'), [1]);
});

test('order: none, no more than maxInFlight at a time, however many wait', async () => {
  const held = new HeldAnswers();
  const bench = new Bench({ order: 'none', maxInFlight: 32 });
  bench.receiver = held.receiver;
  bench.journal.accept(Array<string>(1_000).fill('a'));
  await bench.start();
  while (held.waiting.length > 0) await held.waiting[0]!.release(answer(200));
  assert.equal(bench.mostInFlight, 32);
  assert.equal(bench.journal.sequences('delivered', 'a').length, 1_000);
});
