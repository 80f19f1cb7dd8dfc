import type { EventName } from './event.ts';

/**
 * The lane of what an operator sends again, one a webhook: the lanes of the turnstiles go on beside it. No turnstile
 * can have this id.
 */
export const REPLAY_LANE = '@replay';

/** One event for one webhook, waiting. */
export interface Delivery {
  readonly webhook: string;
  readonly lane: string;
  /** `sequencia`: gap-free per webhook, from 1. */
  readonly sequence: number;
  /** The event's id, the `webhook-id` header. */
  readonly id: string;
  readonly name: EventName;
  readonly unit: string;
  /** The frozen body, UTF-8 JSON. */
  readonly body: string;
  /** Sent in place of `body`: bytes of the cloud that are no UTF-8 (`format: transparente`). */
  readonly bytes?: Uint8Array;
  /** Headers that were frozen with it, lower case: those of its format. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries that class D used up. */
  readonly tries: number;
  /** Id of the batch that it is frozen into; `ALONE` once it left one that was refused. */
  readonly batch?: string;
}

/** Stands for a batch id where a delivery is to be sent by itself. */
export const ALONE = 'alone';

/** The lane of webhooks whose deliveries, but for replays, have one queue across turnstiles (`order: strict`, `none`). */
export const ALL_LANES = '*';
