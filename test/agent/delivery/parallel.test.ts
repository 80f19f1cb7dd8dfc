import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dispatcher } from '../../../agent/delivery/dispatch.ts';
import type { WebhookTarget } from '../../../agent/delivery/http-client.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';
import { MemoryJournal } from './memory-journal.ts';
import { type Receiver, receive } from './receivers.ts';

const limit = { timeout: 120_000 };
const LANES = ['a', 'b', 'c', 'd'];

/** A receiver that takes `ms` for each request, and what it saw. */
class SlowReceiver {
  readonly journal = new MemoryJournal();
  /** By sequence, in the order of their arrival. */
  readonly arrived: number[] = [];
  most = 0;
  readonly #open = new Set<number>();
  readonly #ms: number;
  readonly #settings: Partial<WebhookTarget>;
  /** Status of the answer to an event. */
  statusOf: (sequence: number) => number = () => 200;
  /** Called at each arrival, with those in flight. */
  onArrival: (sequence: number, open: ReadonlySet<number>) => void = () => {};

  constructor(ms: number, settings: Partial<WebhookTarget>) {
    this.#ms = ms;
    this.#settings = settings;
  }

  /** Has everything of the journal delivered that `until` waits for. */
  async deliver(until: () => boolean): Promise<void> {
    const done = Promise.withResolvers<void>();
    await using receiver = await this.#listen(() => until() && done.resolve());
    const dispatcher = new Dispatcher({
      journal: this.journal,
      clock: systemClock,
      log: new RecordingLog(),
      random: Math.random,
      version: '1',
      webhooks: [
        {
          id: 'crm',
          url: new URL(`http://127.0.0.1:${receiver.port}/`),
          keys: [],
          allow: ['http', 'loopback'],
          maxInFlight: 4,
          ...this.#settings,
        },
      ],
    });
    dispatcher.start(this.journal.state);
    await done.promise;
    await dispatcher.stop(5_000);
  }

  #listen(onAnswered: () => void): Promise<Receiver> {
    return receive((request, response) => {
      const sequence = Number(String(request.headers['webhook-id']).split('-').at(-1));
      request.resume();
      request.on('end', () => {
        this.arrived.push(sequence);
        this.#open.add(sequence);
        this.most = Math.max(this.most, this.#open.size);
        this.onArrival(sequence, this.#open);
        setTimeout(() => {
          this.#open.delete(sequence);
          response.writeHead(this.statusOf(sequence)).end();
          onAnswered();
        }, this.#ms);
      });
    });
  }
}

test(
  '4 turnstiles and a receiver that takes 100 ms: 4 in flight, one of each, each in order',
  limit,
  async () => {
    const receiver = new SlowReceiver(100, {});
    for (let count = 0; count < 8; count += 1) receiver.journal.accept(LANES);
    const laneOf = (sequence: number): number => (sequence - 1) % LANES.length;
    receiver.onArrival = (_sequence, open) => {
      assert.equal(new Set([...open].map(laneOf)).size, open.size, 'one of each turnstile');
    };
    await receiver.deliver(() => receiver.arrived.length === 32);
    assert.equal(receiver.most, 4);
    for (const place of LANES.keys()) {
      const mine = receiver.arrived.filter((sequence) => laneOf(sequence) === place);
      assert.deepEqual(
        mine,
        [...mine].sort((x, y) => x - y),
      );
    }
  },
);

test('order: none reaches 32 in flight', limit, async () => {
  const receiver = new SlowReceiver(100, { order: 'none', maxInFlight: 32 });
  receiver.journal.accept(Array<string>(320).fill('a'));
  await receiver.deliver(() => receiver.arrived.length === 320);
  assert.equal(receiver.most, 32);
});

test('a poisoned turnstile: the others are all delivered before its second try', limit, async () => {
  const receiver = new SlowReceiver(5, {});
  for (let count = 0; count < 20; count += 1) receiver.journal.accept(LANES);
  receiver.statusOf = (sequence) => (sequence === 1 ? 422 : 200);
  await receiver.deliver(() => receiver.arrived.filter((sequence) => sequence === 1).length === 2);
  const second = receiver.arrived.lastIndexOf(1);
  const others = receiver.arrived.slice(0, second).filter((sequence) => (sequence - 1) % LANES.length !== 0);
  assert.equal(others.length, 60);
  assert.ok(!receiver.arrived.includes(5), 'the next of its own turnstile waits');
});
