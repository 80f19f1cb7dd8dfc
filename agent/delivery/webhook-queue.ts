import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { type Delivery, REPLAY_LANE } from '../events/delivery.ts';
import type { EndpointState, QueueStates } from '../events/webhook-state.ts';
import { Bag } from '../http/bag.ts';
import { classify } from '../http/classes.ts';
import { type Outcome, OWN_FAULTS } from '../http/outcome.ts';
import { crashPoint } from '../journal/crash-points.ts';
import { BATCH_WINDOW, Batcher, joinBodies } from './batches.ts';
import { ClockSkew } from './clock-skew.ts';
import { Endpoint } from './endpoint.ts';
import type { WebhookClient } from './http-client.ts';
import { type Lane, WINDOW_SIZE } from './lane.ts';
import { Lanes } from './lanes.ts';
import { type DeliveryJournal, MarkWriter } from './marks.ts';
import { OutageLog } from './outage-log.ts';
import { Rate } from './rate.ts';
import type { Random } from './schedule.ts';
import { type Settings, Settling } from './settling.ts';

/** A connection that fails this soon gets one instant second try (webhooks.md 1). */
const INSTANT_MS = 1_000;
/** Longer than all time limits of a request together, those of its tokens and of its second try included. */
const STALLED_MS = 180_000;
/** How long a stop waits for the journal to take the last marks. */
const FLUSH_MS = 2_000;

interface QueueParts {
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly client: WebhookClient;
}

/** Something under way for a webhook. */
interface Work {
  readonly done: Promise<void>;
  /** Monotonic ms. */
  readonly begunAtMs: number;
}

/** The deliveries of one webhook: its lanes, one request in flight in each, and the endpoint that they share. */
export class WebhookQueue {
  readonly #parts: QueueParts;
  readonly #settings: Settings;
  readonly #endpoint: Endpoint;
  readonly #lanes: Lanes;
  readonly #marks: MarkWriter;
  readonly #outages: OutageLog;
  readonly #inFlight = new Bag<Work>();
  readonly #cut = new AbortController();
  readonly #skew: ClockSkew;
  readonly #settling: Settling;
  readonly #rate: Rate;
  readonly #batcher: Batcher | undefined;
  #stopping = false;
  #stopped: Promise<void> | undefined;
  #pumping = false;

  constructor(settings: Settings, parts: QueueParts) {
    const { clock, log, random, journal } = parts;
    const { id, maxInFlight, order = 'turnstile', backlog, rateLimit, batch } = settings;
    const pump = (): void => this.#pump();
    const windowSize = batch === undefined ? WINDOW_SIZE : BATCH_WINDOW;
    const stored = (): Promise<void> => this.#marks.stored();
    const lanes = { order, liveFirst: backlog === 'liveFirst', windowSize, stored, onReady: pump };
    this.#parts = parts;
    this.#settings = settings;
    this.#endpoint = new Endpoint({ webhook: id, maxInFlight, clock, random, onDue: pump });
    this.#lanes = new Lanes({ webhook: id, journal, clock, log, ...lanes });
    this.#marks = new MarkWriter({ journal, clock, log, onRoom: pump });
    this.#outages = new OutageLog(id, log);
    this.#skew = new ClockSkew(id, parts);
    this.#rate = new Rate({ perMinute: rateLimit, clock, onReady: pump });
    this.#batcher = batch && new Batcher({ webhook: id, options: batch, journal, clock, log });
    this.#settling = new Settling({
      settings,
      ...{ clock, log, random, endpoint: this.#endpoint, lanes: this.#lanes, marks: this.#marks },
      ...{ outages: this.#outages, skew: this.#skew, rate: this.#rate },
    });
  }

  get endpoint(): EndpointState {
    return this.#settling.endpoint;
  }

  /** What waits: whether anything is pending, and the most requests that failed for one event. */
  get backlog(): { readonly isWaiting: boolean; readonly failedTries: number } {
    return { isWaiting: !this.#lanes.isIdle, failedTries: this.#lanes.failedTries };
  }

  /** What stands still though nothing makes it wait; the receiver's fault never does. */
  get stall(): string | undefined {
    const begunMs = this.#parts.clock.monotonic() - STALLED_MS;
    if (this.#inFlight.members.some(({ begunAtMs }) => begunAtMs < begunMs)) return 'a request does not end';
    return this.#lanes.hasReady && this.#maySend() ? 'what may be sent is not sent' : undefined;
  }

  /** Continues where the journal says that it stood, with the lanes that have pending deliveries. */
  start(states: QueueStates): void {
    if (this.#stopping) return;
    const { id } = this.#settings;
    const endpoint = states.endpoints.find(({ webhook }) => webhook === id);
    const lanes = states.lanes.filter(({ webhook }) => webhook === id);
    const queue = states.queues.find(({ webhook }) => webhook === id);
    if (endpoint !== undefined) {
      this.#endpoint.restore(endpoint);
      this.#skew.restore(endpoint.clockSkewMs);
      if (endpoint.state !== 'open') {
        this.#outages.restored(endpoint, this.#parts.clock.now());
      }
    }
    this.#lanes.start(lanes, queue);
    if (endpoint !== undefined && endpoint.configuration !== this.#settings.fingerprint) {
      this.#tryNow(); // what it waited for may have been put right
    }
  }

  offer(delivery: Delivery): void {
    this.#lanes.offer(delivery);
  }

  /** An operator wants nothing sent until `resume`. Resolves when the journal has it. */
  pause(): Promise<void> {
    this.#endpoint.pause(true);
    this.#settling.store([]);
    return this.#marks.stored();
  }

  /** The end of a pause or of `gone`. `now`: whatever waits is tried at once. Resolves when the journal has it. */
  resume(now: boolean): Promise<void> {
    this.#endpoint.pause(false);
    if (now) {
      this.#tryNow();
    } else {
      if (this.#endpoint.state.state === 'gone') this.#endpoint.resume();
      this.#settling.store([]);
    }
    this.#pump();
    return this.#marks.stored();
  }

  /** An operator discarded these in the journal. */
  discard(sequences: readonly number[]): void {
    this.#lanes.discard(new Set(sequences));
  }

  /** An operator made some pending again, in the lane of replays. */
  replay(): void {
    this.#lanes.startOver(REPLAY_LANE);
  }

  /**
   * Begins nothing more, waits `graceMs` for what is in flight and cuts it off then: it is sent again, with its id. Asked
   * again it still stops once, by the shorter grace.
   */
  async stop(graceMs: number): Promise<void> {
    const cancelGrace = this.#parts.clock.after(graceMs, () => this.#cut.abort());
    this.#stopped ??= this.#finish();
    await this.#stopped;
    cancelGrace();
  }

  async #finish(): Promise<void> {
    this.#stopping = true;
    this.#endpoint.stop();
    this.#lanes.stop();
    this.#rate.stop();
    await Promise.all(this.#inFlight.members.map(({ done }) => done));
    await this.#marks.flush(FLUSH_MS); // what the disk does not take by then is sent again
    await this.#parts.client.close();
  }

  /** Sends as much as may be in flight. Called whenever one of its conditions may have changed. */
  #pump(): void {
    if (this.#pumping) return; // the loop below goes on anyway
    this.#pumping = true;
    while (this.#maySend()) {
      const lane = this.#lanes.take();
      if (lane === undefined) break;
      const storing = this.#batcher?.prepare(lane);
      const done = storing?.then(() => this.#lanes.giveBack(lane)) ?? this.#send(this.#lanes.detach(lane));
      const work = { done, begunAtMs: this.#parts.clock.monotonic() };
      this.#inFlight.add(work);
      void done.finally(() => this.#inFlight.delete(work));
    }
    this.#pumping = false;
  }

  #tryNow(): void {
    this.#endpoint.resume();
    this.#settling.store([], this.#lanes.receiverRecovered());
  }

  #maySend(): boolean {
    return !this.#stopping && this.#endpoint.mayStart() && !this.#marks.isFull && this.#rate.isReady;
  }

  async #send(lane: Lane): Promise<void> {
    const { head, load } = lane;
    if (head === undefined) {
      return;
    }
    const ticket = this.#endpoint.begin();
    let outcome = await this.#post(lane, head, load);
    if (this.#deservesSecondTry(outcome)) {
      this.#settling.tryAgain(load, outcome);
      outcome = await this.#post(lane, head, load);
    }
    this.#endpoint.end(ticket);
    if (outcome.kind === 'answer' || outcome.code !== OWN_FAULTS.aborted) {
      this.#settling.settle({ lane, head, load, ticket }, outcome);
    }
    this.#lanes.giveBack(lane);
    this.#pump(); // the place in flight is free, whatever became of this lane
    if (this.#outages.isCatchingUp && this.#lanes.isIdle) {
      this.#outages.caughtUp();
    }
  }

  async #post(lane: Lane, head: Delivery, load: readonly Delivery[]): Promise<Outcome> {
    const { client } = this.#parts;
    const { batch } = this.#settings;
    this.#rate.spend();
    crashPoint('deliver:before');
    const outcome = await client.post({
      delivery: head,
      attempt: lane.attempts + 1,
      signal: this.#cut.signal,
      replay: lane.name === REPLAY_LANE,
      late: this.#lanes.isLate(lane),
      batch: batch && joinBodies(load, batch.format),
    });
    crashPoint('deliver:after');
    if (outcome.from === undefined && (outcome.kind === 'answer' || outcome.sent)) {
      lane.attempts += 1;
    }
    return outcome;
  }

  /** A blip is no outage; while one lasts, the ladder alone decides. */
  #deservesSecondTry(outcome: Outcome): boolean {
    return (
      outcome.kind === 'fault' &&
      !outcome.answered &&
      outcome.ms < INSTANT_MS &&
      classify(outcome).class === 'A' &&
      this.#endpoint.isHealthy &&
      !this.#stopping
    );
  }
}
