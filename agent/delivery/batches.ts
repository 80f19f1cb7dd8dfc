import { v5 } from 'uuid';
import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { ALONE, type Delivery, REPLAY_LANE } from '../events/delivery.ts';
import type { Lane } from './lane.ts';
import type { DeliveryJournal } from './marks.ts';

/** How several events go in one request (`webhooks[].batch`). */
export interface BatchOptions {
  /** Events of one request at most, 1 to 100. */
  readonly size: number;
  readonly format: BatchFormat;
}

export type BatchFormat = 'json' | 'cloudevents';

/** Several events in one body. */
export interface Batch {
  /** Its `webhook-id`: that of the one event, or made from the ids of all. */
  readonly id: string;
  readonly body: string;
  readonly contentType: string;
  /** Number of events. */
  readonly size: number;
}

const LONGEST_BYTES = 256 * 1024;
/** Deliveries that a lane holds in memory: two of the largest batches and more. */
export const BATCH_WINDOW = 256;
/** Namespace of the ids of batches. */
const NAMESPACE = '5b0c4a52-6f0f-5d8e-8f4e-4f1d1c8f8a36';
/** A disk that does not take a batch within this gets no batch: its events go one by one until it does. */
const FREEZE_MS = 1_000;

const CONTENT_TYPES: Readonly<Record<BatchFormat, string>> = {
  json: 'application/json; charset=utf-8',
  cloudevents: 'application/cloudevents-batch+json; charset=utf-8',
};

/** The one body of a load: its events' frozen bodies, joined. The same events give the same bytes and the same id. */
export function joinBodies(load: readonly Delivery[], format: BatchFormat): Batch {
  const body = `[${load.map((delivery) => delivery.body).join(',')}]`;
  return { id: idOf(load), body, contentType: CONTENT_TYPES[format], size: load.length };
}

/** The event's own id, or one made from the ids of all: a batch of other members can't pass for it. */
function idOf(load: readonly Delivery[]): string {
  const [first, second] = load;
  return first !== undefined && second === undefined
    ? first.id
    : v5(load.map(({ id }) => id).join(), NAMESPACE);
}

interface BatcherParts {
  readonly webhook: string;
  readonly options: BatchOptions;
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Decides what goes in one request, and has the journal keep it so until it is acknowledged. */
export class Batcher {
  readonly #parts: BatcherParts;
  #failing = false;

  constructor(parts: BatcherParts) {
    this.#parts = parts;
  }

  /** Composes the lane's next load; a promise when the lane must be held until the journal has stored it. Never rejects. */
  prepare(lane: Lane): Promise<void> | undefined {
    if (lane.isComposed) {
      return undefined;
    }
    const isReplay = lane.name === REPLAY_LANE; // each by itself, as it is
    const frozen = isReplay ? 1 : countFrozen(lane.window);
    const count = frozen ?? countFitting(lane.window, this.#parts.options.size);
    if (frozen !== undefined || count <= 1) {
      lane.compose(count);
      return undefined;
    }
    return this.#freeze(lane, lane.window.slice(0, count));
  }

  async #freeze(lane: Lane, load: readonly Delivery[]): Promise<void> {
    const { webhook, journal, clock, log } = this.#parts;
    const batch = idOf(load);
    const sequences = load.map(({ sequence }) => sequence);
    let cancel = (): void => {};
    const late = new Promise<'late'>((resolve) => {
      cancel = clock.after(FREEZE_MS, () => resolve('late'));
    });
    try {
      const stored = await Promise.race([journal.mark({ kind: 'batch', webhook, sequences, batch }), late]);
      if (stored !== 'late') {
        this.#failing = false;
        // What an operator discarded meanwhile is missing: then the rest becomes another batch.
        if (load.every(({ id }, place) => lane.window[place]?.id === id)) lane.compose(load.length, batch);
        return;
      }
    } catch (error) {
      if (!this.#failing)
        log.error({ err: error, webhook }, 'a batch was not stored, its events go one by one');
    } finally {
      cancel();
    }
    this.#failing = true;
    lane.compose(1);
  }
}

/** Size of the batch that a window begins with, if it is still whole. */
function countFrozen(window: readonly Delivery[]): number | undefined {
  const batch = window[0]?.batch;
  if (batch === undefined || batch === ALONE) {
    return undefined;
  }
  const end = window.findIndex((delivery) => delivery.batch !== batch);
  const count = end === -1 ? window.length : end;
  return idOf(window.slice(0, count)) === batch ? count : undefined;
}

/** How many of the first deliveries one request may carry; what left a refused batch goes alone. */
function countFitting(window: readonly Delivery[], size: number): number {
  let bytes = 1;
  let count = 0;
  for (const { body, batch } of window.slice(0, size)) {
    bytes += Buffer.byteLength(body) + 1;
    if (count > 0 && (batch === ALONE || bytes > LONGEST_BYTES)) break;
    count += 1;
    if (batch === ALONE) break;
  }
  return count;
}
