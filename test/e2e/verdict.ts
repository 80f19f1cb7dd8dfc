import assert from 'node:assert/strict';
import { assertContract } from '../contract.ts';
import type { Delivered } from './gym.ts';

/**
 * What must hold for everything that a receiver was ever sent, whatever broke on the way: bodies are valid, copies of
 * an event are equal to the byte, `sequencia` has no gap and no double, and each turnstile's events came first in order.
 * Gives the first copy of each event, in the order of arrival.
 */
export function assertDelivered(delivered: readonly Delivered[]): Delivered[] {
  const first = new Map<string, Delivered>();
  for (const delivery of delivered) {
    assertContract(delivery.body);
    assert.equal(delivery.body.id, delivery.id, 'the id in the body is the header’s');
    const before = first.get(delivery.id);
    if (before === undefined) first.set(delivery.id, delivery);
    else assert.equal(delivery.sha256, before.sha256, `copies of ${delivery.id} are equal`);
  }
  const events = [...first.values()];
  const sequences = events.map(({ body }) => body.sequencia).sort((a, b) => a - b);
  assert.deepEqual(
    sequences,
    Array.from(sequences, (_, index) => index + 1),
    'sequencia is gap-free',
  );

  const last = new Map<string, number>();
  for (const { body } of events) {
    const turnstile = body.dispositivo.id;
    assert.ok(
      body.sequencia > (last.get(turnstile) ?? 0),
      `${turnstile}: ${body.sequencia} came after a later one`,
    );
    last.set(turnstile, body.sequencia);
  }
  return events;
}
