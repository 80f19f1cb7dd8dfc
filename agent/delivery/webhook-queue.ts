import type { Clock } from '../../drivers/clock.ts';
import type { Logger } from '../../drivers/log.ts';
import {
  type Delivery,
  type EndpointState,
  type LaneState,
  type LastAnswer,
  type Mark,
  type NextTry,
  REPLAY_LANE,
} from '../journal/records.ts';
import { attemptMark, nextTry } from './attempt-log.ts';
import { type Classified, classify, isOverload } from './classes.ts';
import { Endpoint, type Report, type Ticket } from './endpoint.ts';
import type { WebhookClient, WebhookTarget } from './http-client.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { type DeliveryJournal, MarkWriter } from './marks.ts';
import { OutageLog } from './outage-log.ts';
import { type Outcome, OWN_FAULTS } from './outcome.ts';
import { parseRetryAfter } from './retry-after.ts';
import { laneWait, messageWait, type Random } from './schedule.ts';

/** A connection that fails this soon gets one instant second try (webhooks.md 1). */
const INSTANT_MS = 1_000;
/** Failures of one head from which the log names its lane, if the others go on: past those that stop the endpoint. */
const HELD_UP_STEP = 6;
/** How long a stop waits for the journal to take the last marks. */
const FLUSH_MS = 2_000;

interface QueueParts {
  readonly journal: DeliveryJournal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly client: WebhookClient;
}

/** One attempt and what it came to. */
interface Settled {
  readonly lane: Lane;
  readonly head: Delivery;
  readonly ticket: Ticket;
  readonly outcome: Outcome;
  readonly what: Classified;
  readonly report: Report;
}

/** The deliveries of one webhook: its lanes, one request in flight in each, and the endpoint that they share. */
export class WebhookQueue {
  readonly #parts: QueueParts;
  readonly #webhook: string;
  readonly #endpoint: Endpoint;
  readonly #lanes: Lanes;
  readonly #marks: MarkWriter;
  readonly #outages: OutageLog;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #cut = new AbortController();
  #stopping = false;
  /** The last `Retry-After` that made no sense: the log names it once. */
  #ignoredRetryAfter: string | undefined;

  constructor({ id, maxInFlight }: Pick<WebhookTarget, 'id' | 'maxInFlight'>, parts: QueueParts) {
    const { clock, log, random, journal } = parts;
    const pump = (): void => this.#pump();
    this.#parts = parts;
    this.#webhook = id;
    this.#endpoint = new Endpoint({ webhook: id, maxInFlight, clock, random, onDue: pump });
    const stored = (): Promise<void> => this.#marks.stored();
    this.#lanes = new Lanes({ webhook: id, journal, clock, log, stored, onReady: pump });
    this.#marks = new MarkWriter({ journal, clock, log, onRoom: pump });
    this.#outages = new OutageLog(id, log);
  }

  get endpoint(): EndpointState {
    return this.#endpoint.state;
  }

  /** What waits: whether anything is pending, and the most requests that failed for one event. */
  get backlog(): { readonly isWaiting: boolean; readonly failedTries: number } {
    return { isWaiting: !this.#lanes.isIdle, failedTries: this.#lanes.failedTries };
  }

  /** Continues where the journal says that it stood, with the lanes that have pending deliveries. */
  start(endpoint: EndpointState | undefined, lanes: readonly LaneState[]): void {
    if (endpoint !== undefined) {
      this.#endpoint.restore(endpoint);
      if (endpoint.state !== 'open') {
        this.#outages.restored(endpoint, this.#parts.clock.now());
      }
    }
    this.#lanes.start(lanes);
  }

  offer(delivery: Delivery): void {
    this.#lanes.offer(delivery);
  }

  /** An operator wants nothing sent until `resume`. Resolves when the journal has it. */
  pause(): Promise<void> {
    this.#endpoint.pause(true);
    this.#store();
    return this.#marks.stored();
  }

  /** The end of a pause or of `gone`. `now`: whatever waits is tried at once. Resolves when the journal has it. */
  resume(now: boolean): Promise<void> {
    this.#endpoint.pause(false);
    if (now || this.#endpoint.state.state === 'gone') {
      this.#endpoint.resume();
    }
    const moved = now ? this.#lanes.receiverRecovered() : [];
    this.#store(...moved.map((lane) => this.#laneMark(lane)));
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

  /** Begins nothing more, waits `graceMs` for what is in flight and cuts it off then: it is sent again, with its id. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#endpoint.stop();
    this.#lanes.stop();
    const cancelGrace = this.#parts.clock.after(graceMs, () => this.#cut.abort());
    await Promise.all(this.#inFlight);
    cancelGrace();
    await this.#flushMarks();
    await this.#parts.client.close();
  }

  /** A disk that does not take the marks must not hold up the end; what is not stored is sent again. */
  async #flushMarks(): Promise<void> {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#parts.clock.after(FLUSH_MS, resolve);
    });
    await Promise.race([this.#marks.flush(), late]);
    cancel();
  }

  /** Sends as much as may be in flight. Called whenever one of its conditions may have changed. */
  #pump(): void {
    while (!this.#stopping && this.#endpoint.mayStart() && !this.#marks.isFull) {
      const lane = this.#lanes.take();
      if (lane === undefined) {
        return;
      }
      const sending = this.#send(lane).finally(() => this.#inFlight.delete(sending));
      this.#inFlight.add(sending);
    }
  }

  async #send(lane: Lane): Promise<void> {
    const { head } = lane;
    if (head === undefined) {
      return;
    }
    const ticket = this.#endpoint.begin();
    let outcome = await this.#post(lane, head);
    if (this.#deservesSecondTry(outcome)) {
      this.#store(this.#attempt(head, outcome, classify(outcome), { why: 'instant' }));
      outcome = await this.#post(lane, head);
    }
    this.#endpoint.end(ticket);
    if (outcome.kind === 'answer' || outcome.code !== OWN_FAULTS.aborted) {
      this.#settle(lane, head, ticket, outcome);
    }
    this.#lanes.giveBack(lane);
    this.#pump(); // the place in flight is free, whatever became of this lane
    if (this.#outages.isCatchingUp && this.#lanes.isIdle) {
      this.#outages.caughtUp();
    }
  }

  async #post(lane: Lane, head: Delivery): Promise<Outcome> {
    const { client } = this.#parts;
    const outcome = await client.post({
      delivery: head,
      attempt: lane.attempts + 1,
      replay: lane.name === REPLAY_LANE,
      signal: this.#cut.signal,
    });
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

  /** A receiver that refuses everything is wrongly set up: its refusals are class C. */
  #classify(outcome: Outcome): Classified {
    const what = classify(outcome);
    return what.class === 'D' && this.#endpoint.refusesEverything ? { ...what, class: 'C' } : what;
  }

  #settle(lane: Lane, head: Delivery, ticket: Ticket, outcome: Outcome): void {
    const { log, clock } = this.#parts;
    const what = this.#classify(outcome);
    const status = outcome.kind === 'answer' ? { status: outcome.status } : {};
    const last: LastAnswer = { atMs: clock.now(), ...status, outcome: what.outcome };
    const attempt = { ...this.#context(lane, head), ms: outcome.ms, ...status };
    if (what.class === 'ok' && outcome.kind === 'answer') {
      log.debug(attempt, 'delivered');
      this.#delivered(lane, head, ticket, { ...last, status: outcome.status }, outcome);
      return;
    }
    log.debug({ ...attempt, outcome: what.outcome }, 'attempt failed');
    const report = { last, overload: isOverload(what), retryAfterMs: this.#retryAfter(outcome) };
    this.#failed({ lane, head, ticket, outcome, what, report });
  }

  #delivered(
    lane: Lane,
    head: Delivery,
    ticket: Ticket,
    last: LastAnswer & { status: number },
    outcome: Outcome,
  ): void {
    const { sequence } = head;
    const marks: Mark[] = [
      { kind: 'delivered', webhook: this.#webhook, sequence, atMs: last.atMs, status: last.status },
      this.#attempt(head, outcome, { class: 'ok', outcome: 'ok' }),
    ];
    lane.advance();
    const moved = lane.step > 0 ? [lane] : [];
    lane.step = 0;
    if (this.#endpoint.succeeded(ticket, last)) {
      this.#outages.recovered(last.atMs);
      moved.push(...this.#lanes.receiverRecovered());
    }
    this.#outages.delivered();
    this.#store(...marks, ...moved.map((other) => this.#laneMark(other)));
  }

  #failed(settled: Settled): void {
    const { ticket, what, report } = settled;
    switch (what.class) {
      case 'B':
        this.#busy(settled);
        break;
      case 'D':
        this.#refused(settled);
        break;
      case 'E':
        this.#endpoint.gone(report.last);
        this.#store(this.#failedAttempt(settled));
        break;
      case 'A':
      case 'C':
        this.#endpoint.failed(ticket, what.class, report);
        this.#store(this.#failedAttempt(settled));
        break;
      case 'ok':
        break;
    }
    if (this.#endpoint.state.state !== 'open') {
      this.#outages.failed(what, report.last.atMs);
    }
  }

  /** Class B: the lane waits; the endpoint decides whether it does too. */
  #busy(settled: Settled): void {
    const { lane, head, ticket, what, report } = settled;
    const { waitMs, nextStep } = laneWait(lane.step, this.#parts.random);
    this.#endpoint.busy(ticket, report);
    lane.step = nextStep;
    this.#lanes.hold(lane, 'receiver', waitMs);
    this.#store(this.#laneMark(lane), this.#failedAttempt(settled));
    if (lane.step === HELD_UP_STEP && this.#endpoint.state.state === 'open') {
      const { outcome, cause } = what;
      this.#parts.log.warn({ ...this.#context(lane, head), outcome, cause: cause.en }, 'lane held up');
    }
  }

  /** Class D: the message uses up a try, and is parked after its last. */
  #refused(settled: Settled): void {
    const { lane, head, ticket, what, report } = settled;
    const { last } = report;
    const webhook = this.#webhook;
    const { sequence } = head;
    const tries = lane.useTry();
    const waitMs = messageWait(tries, this.#parts.random);
    this.#endpoint.refused(ticket, last, { parked: waitMs === undefined });
    if (waitMs !== undefined) {
      this.#lanes.hold(lane, 'message', waitMs);
      this.#store(
        { kind: 'tried', webhook, sequence, tries },
        this.#laneMark(lane),
        this.#failedAttempt(settled),
      );
      return;
    }
    const { outcome, cause } = what;
    this.#parts.log.warn({ ...this.#context(lane, head), outcome, cause: cause.en }, 'parked');
    const moved = lane.step > 0;
    lane.advance();
    lane.step = 0;
    this.#store(
      { kind: 'parked', webhook, sequence, ...last },
      this.#attempt(head, settled.outcome, what, { why: 'parked' }),
      ...(moved ? [this.#laneMark(lane)] : []),
    );
  }

  #attempt(
    { sequence }: Delivery,
    outcome: Outcome,
    what: Pick<Classified, 'class' | 'outcome'>,
    next?: NextTry,
  ): Mark {
    const of = { webhook: this.#webhook, sequence, atMs: this.#parts.clock.now() };
    return attemptMark(of, outcome, what, next);
  }

  /** After lane and endpoint have taken the failure. */
  #failedAttempt({ lane, head, outcome, what, report }: Settled): Mark {
    const next = nextTry(lane, this.#endpoint.state, report.retryAfterMs !== undefined);
    return this.#attempt(head, outcome, what, next);
  }

  #retryAfter(outcome: Outcome): number | undefined {
    if (outcome.kind === 'fault' || outcome.retryAfter === undefined) {
      return undefined;
    }
    const { retryAfter } = outcome;
    const waitMs = parseRetryAfter(retryAfter, this.#parts.clock.now());
    if (waitMs === undefined && retryAfter !== this.#ignoredRetryAfter) {
      this.#ignoredRetryAfter = retryAfter;
      this.#parts.log.warn({ webhook: this.#webhook, retryAfter }, 'Retry-After makes no sense, ignored');
    }
    return waitMs;
  }

  #context(lane: Lane, head: Delivery): object {
    return { webhook: this.#webhook, lane: lane.name, sequence: head.sequence, id: head.id };
  }

  #laneMark(lane: Lane): Mark {
    return { kind: 'lane', state: lane.state(this.#webhook) };
  }

  /** Stores what happened together with the endpoint's state, if that changed. */
  #store(...marks: Mark[]): void {
    const state = this.#endpoint.takeChange();
    this.#marks.push(...marks, ...(state === undefined ? [] : [{ kind: 'endpoint', state } as const]));
  }
}
