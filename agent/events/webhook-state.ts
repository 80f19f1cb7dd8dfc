import type { FailureClass, LastAnswer } from './attempt.ts';

/** Where an endpoint stands; every change is stored, so a restart continues the same wait. */
export interface EndpointState {
  readonly webhook: string;
  /** `open`: sends. `waiting`: until `untilMs`. `gone`: answered 410, sends nothing until an operator resumes. */
  readonly state: 'open' | 'waiting' | 'gone';
  readonly class?: FailureClass;
  /** Unix ms. */
  readonly untilMs?: number;
  /** Place on the ladder of waits, from 0. */
  readonly step: number;
  /** Unix ms of the first failure since the last success. */
  readonly failingSinceMs?: number;
  /** Class B failures in a row without a success. */
  readonly busyInARow: number;
  /** Parked in a row without a success (class D counts as C from 5). */
  readonly parkedInARow: number;
  readonly last?: LastAnswer;
  /** Receiver's clock minus agent's clock, ms, as its answers last told. */
  readonly clockSkewMs?: number;
  /** Fingerprint of the configuration that this state came about under. */
  readonly configuration?: string;
  /** Unix ms at which an operator paused it: nothing is sent, whatever its state. Absent while it is not paused. */
  readonly pausedAtMs?: number;
}

/** Where a lane stands. */
export interface LaneState {
  readonly webhook: string;
  readonly lane: string;
  /** Place on the ladder of waits of class B, from 0. */
  readonly step: number;
  /** Unix ms before which its head is not sent; absent when it may go at once. */
  readonly nextAtMs?: number;
}

/** Where the numbering of a webhook's deliveries stands. */
export interface QueueState {
  readonly webhook: string;
  /** 0 before the first. */
  readonly lastSequence: number;
  /** What is pending up to here is older than the end of the last outage; 0 when there was none. */
  readonly backlogThrough: number;
}

/** Where the queues of all webhooks stand. */
export interface QueueStates {
  readonly endpoints: readonly EndpointState[];
  /** Where each webhook's numbering stands. */
  readonly queues: readonly QueueState[];
  /** Every lane that has pending deliveries, with its stored state, and `ALL_LANES` if it was ever stored. */
  readonly lanes: readonly (LaneState & { readonly pending: number })[];
}
