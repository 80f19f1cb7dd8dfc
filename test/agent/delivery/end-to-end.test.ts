import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Dispatcher } from '../../../agent/delivery/dispatch.ts';
import type { NewEvent } from '../../../agent/events/event.ts';
import { Journal } from '../../../agent/journal/journal.ts';
import { systemClock } from '../../../drivers/base/clock.ts';
import { RecordingLog } from '../../drivers/recording-log.ts';
import { signingKey } from '../../signing.ts';
import { receiveAll, type Seen } from './receivers.ts';

const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const LANES = ['catraca-1', 'catraca-2'];
const EVENTS = 40;

function event(lane: string, number: number): NewEvent {
  return {
    id: `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`,
    name: 'notificarAcesso',
    unit: 'centro',
    lane,
    occurredAtMs: 1_772_452_800_000 + number,
    recordedAtMs: 1_772_452_800_000 + number,
    content: `{"evento":"notificarAcesso","nome":"José Ação","numero":${number}}`,
    webhooks: ['crm'],
  };
}

/** The ids that the receiver acknowledged, in the order of their first acknowledgement, for one lane. */
function acknowledged(seen: readonly Seen[], refused: ReadonlySet<Seen>, lane: string): string[] {
  const ids = seen
    .filter((request) => !refused.has(request))
    .map(({ headers }) => String(headers['webhook-id']));
  return [...new Set(ids)].filter((id) => Number(id.slice(-12)) % LANES.length === LANES.indexOf(lane));
}

test('journal, dispatcher and a real receiver: an error, a restart, every event once and in order', {
  timeout: 120_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'giro-delivery-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const seen: Seen[] = [];
  const refused = new Set<Seen>();
  let arrived = Promise.withResolvers<void>();
  let until = 0;
  await using receiver = await receiveAll(seen, (request) => {
    const busy = seen.length === 5; // one hiccup on the way
    if (busy) refused.add(request);
    if (seen.length - refused.size === until) arrived.resolve();
    return { status: busy ? 500 : 200 };
  });
  const waitFor = (count: number): Promise<void> => {
    arrived = Promise.withResolvers();
    until = count;
    return arrived.promise;
  };
  const run = async (body: (journal: Journal, dispatcher: Dispatcher) => Promise<void>): Promise<void> => {
    const log = new RecordingLog();
    const journal = await Journal.open(folder, { log, clock: systemClock });
    const dispatcher = new Dispatcher({
      journal,
      clock: systemClock,
      log,
      random: Math.random,
      version: '1',
      webhooks: [
        {
          id: 'crm',
          url: new URL(`http://127.0.0.1:${receiver.port}/`),
          keys: [signingKey(`whsec_${SECRET}`)],
          allow: ['http', 'loopback'],
          maxInFlight: 4,
        },
      ],
    });
    dispatcher.start(journal.state);
    await body(journal, dispatcher);
    await dispatcher.stop(10_000);
    await journal.close();
  };

  await run(async (journal, dispatcher) => {
    const all = waitFor(EVENTS / 2);
    for (let number = 0; number < EVENTS / 2; number += 1) {
      const { deliveries } = await journal.accept({ events: [event(LANES[number % 2]!, number)] });
      dispatcher.offer(deliveries);
    }
    await all;
    // Committed and never offered, as before a power cut.
    for (let number = EVENTS / 2; number < EVENTS; number += 1) {
      await journal.accept({ events: [event(LANES[number % 2]!, number)] });
    }
  });
  const rest = waitFor(EVENTS);
  await run(() => rest);

  for (const [index, lane] of LANES.entries()) {
    const ids = acknowledged(seen, refused, lane);
    assert.deepEqual(
      ids.map((id) => Number(id.slice(-12))),
      Array.from({ length: EVENTS / 2 }, (_, place) => place * 2 + index),
    );
  }
  assert.equal(seen.length, EVENTS + refused.size);
  for (const { body, headers } of seen) {
    new Webhook(`whsec_${SECRET}`).verify(body, headers as Record<string, string>);
    assert.equal(JSON.parse(body).id, headers['webhook-id']);
  }
});
