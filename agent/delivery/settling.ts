import type { Clock } from '../../drivers/base/clock.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { LastAnswer, NextTry } from '../events/attempt.ts';
import { ALONE, type Delivery } from '../events/delivery.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import { type Classified, classify, isOverload } from '../http/classes.ts';
import type { Outcome } from '../http/outcome.ts';
import { RetryAfter } from '../http/retry-after.ts';
import type { Mark } from '../journal/records.ts';
import { attemptMark, nextTry } from './attempt-log.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { Endpoint, Report, Ticket } from './endpoint.ts';
import type { WebhookTarget } from './http-client.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import type { MarkWriter } from './marks.ts';
import type { OutageLog } from './outage-log.ts';
import type { Rate } from './rate.ts';
import { laneWait, messageWait, type Random } from './schedule.ts';

/** Failures of one head from which the log names its lane, if the others go on: past those that stop the endpoint. */
const HELD_UP_STEP = 6;

/** What the queue of a webhook needs to know of it; the rest is its client's. */
export type Settings = Omit<WebhookTarget, 'url' | 'keys' | 'allow'>;

interface SettlingParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly endpoint: Endpoint;
  readonly lanes: Lanes;
  readonly marks: MarkWriter;
  readonly outages: OutageLog;
  readonly skew: ClockSkew;
  readonly rate: Rate;
}

/** One attempt. */
interface Sending {
  readonly lane: Lane;
  readonly head: Delivery;
  /** The head and what was sent with it. */
  readonly load: readonly Delivery[];
  readonly ticket: Ticket;
}

/** What it came to. */
interface Settled extends Sending {
  readonly outcome: Outcome;
  readonly what: Classified;
  readonly report: Report;
}

/** Turns the outcomes of one webhook's attempts into what happens next, and has the journal keep it. */
export class Settling {
  readonly #parts: SettlingParts;
  readonly #webhook: string;
  readonly #retryAfter: RetryAfter;

  constructor(parts: SettlingParts) {
    this.#parts = parts;
    this.#webhook = parts.settings.id;
    this.#retryAfter = new RetryAfter(this.#webhook, parts);
  }

  /** Where the endpoint stands, with what only its answers and its configuration tell. */
  get endpoint(): EndpointState {
    const { endpoint, skew, settings } = this.#parts;
    return {
      ...endpoint.state,
      ...(skew.skewMs !== undefined && { clockSkewMs: skew.skewMs }),
      ...(settings.fingerprint !== undefined && { configuration: settings.fingerprint }),
    };
  }

  /** Stores what happened together with where the lanes stand, and the endpoint's state if that changed. */
  store(marks: readonly Mark[], moved: readonly Lane[] = []): void {
    const { endpoint, lanes, skew } = this.#parts;
    const webhook = this.#webhook;
    const states = moved
      .filter((lane) => lanes.isStored(lane))
      .map((lane): Mark => ({ kind: 'lane', state: lane.state(webhook) }));
    const isSkewNew = skew.takeChange();
    const changed = endpoint.takeChange() !== undefined || isSkewNew;
    const state: Mark[] = changed ? [{ kind: 'endpoint', state: this.endpoint }] : [];
    this.#parts.marks.push(...marks, ...states, ...state);
  }

  /** An attempt failed that is followed by another at once. */
  tryAgain(load: readonly Delivery[], outcome: Outcome): void {
    this.store(this.#attempts(load, outcome, classify(outcome), { why: 'instant' }));
  }

  /** A receiver that refuses everything is wrongly set up: its refusals are class C. */
  #classify(outcome: Outcome, load: readonly Delivery[]): Classified {
    const what = this.#parts.skew.judge(outcome) ?? classify(outcome);
    if (what.outcome === 'http_409' && load.length === 1 && this.#parts.settings.conflict === 'delivered') {
      return { ...what, class: 'ok', outcome: 'ok' };
    }
    return what.class === 'D' && this.#parts.endpoint.refusesEverything ? { ...what, class: 'C' } : what;
  }

  /** What the outcome of an attempt does to its lane, to the endpoint and in the journal. */
  settle(sending: Sending, outcome: Outcome): void {
    const { log, clock, rate } = this.#parts;
    const what = this.#classify(outcome, sending.load);
    const status = outcome.kind === 'answer' ? { status: outcome.status } : {};
    const last: LastAnswer = { atMs: clock.now(), ...status, outcome: what.outcome };
    const attempt = { ...this.#context(sending), ms: outcome.ms, ...status };
    if (outcome.kind === 'answer' && outcome.from === undefined) rate.allow(outcome.allowedRate);
    if (what.class === 'ok' && outcome.kind === 'answer') {
      log.debug(attempt, 'delivered');
      this.#delivered(sending, { ...last, status: outcome.status }, outcome);
      return;
    }
    log.debug({ ...attempt, outcome: what.outcome }, 'attempt failed');
    const report = { last, overload: isOverload(what), retryAfterMs: this.#retryAfter.read(outcome) };
    this.#failed({ ...sending, outcome, what, report });
  }

  #delivered({ lane, load, ticket }: Sending, last: LastAnswer & { status: number }, outcome: Outcome): void {
    const { atMs, status } = last;
    const webhook = this.#webhook;
    const marks = load.map(({ sequence }): Mark => ({ kind: 'delivered', webhook, sequence, atMs, status }));
    marks.push(...this.#attempts(load, outcome, { class: 'ok', outcome: 'ok' }));
    lane.advance();
    const moved = lane.step > 0 ? [lane] : [];
    lane.step = 0;
    if (this.#parts.endpoint.succeeded(ticket, last)) {
      this.#parts.outages.recovered(atMs);
      if (this.#parts.lanes.beginBacklog()) {
        marks.push({ kind: 'backlog', webhook, throughSequence: this.#parts.lanes.backlogThrough });
      }
      moved.push(...this.#parts.lanes.receiverRecovered());
    }
    this.#parts.outages.delivered(load.length);
    this.store(marks, moved);
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
        this.#parts.endpoint.gone(report.last);
        this.store(this.#failedAttempts(settled));
        break;
      case 'A':
      case 'C':
        this.#parts.endpoint.failed(ticket, what.class, report);
        this.store(this.#failedAttempts(settled));
        break;
      case 'ok':
        break;
    }
    if (this.#parts.endpoint.state.state !== 'open') {
      this.#parts.outages.failed(what, report.last.atMs);
    }
  }

  /** Class B: the lane waits; the endpoint decides whether it does too. */
  #busy(settled: Settled): void {
    const { lane, ticket, what, report } = settled;
    const { waitMs, nextStep } = laneWait(lane.step, this.#parts.random);
    this.#parts.endpoint.busy(ticket, report);
    lane.step = nextStep;
    this.#parts.lanes.hold(lane, 'receiver', waitMs);
    this.store(this.#failedAttempts(settled), [lane]);
    if (lane.step === HELD_UP_STEP && this.#parts.endpoint.state.state === 'open') {
      const { outcome, cause } = what;
      this.#parts.log.warn({ ...this.#context(settled), outcome, cause: cause.en }, 'lane held up');
    }
  }

  /** Class D: the message uses up a try, and is parked after its last. */
  #refused(settled: Settled): void {
    const { lane, head, load, ticket, what, report } = settled;
    const { last } = report;
    const webhook = this.#webhook;
    const { sequence } = head;
    if (load.length > 1) {
      this.#parts.endpoint.refused(ticket, last, { parked: false });
      lane.split();
      this.#parts.log.warn(
        { ...this.#context(settled), outcome: what.outcome },
        'batch refused, its events go one by one',
      );
      this.store([
        { kind: 'batch', webhook, sequences: load.map((one) => one.sequence), batch: ALONE },
        ...this.#attempts(load, settled.outcome, what, { why: 'message', atMs: last.atMs }),
      ]);
      return;
    }
    const tries = lane.useTry();
    const waitMs = messageWait(tries, this.#parts.random);
    this.#parts.endpoint.refused(ticket, last, { parked: waitMs === undefined });
    if (waitMs !== undefined) {
      this.#parts.lanes.hold(lane, 'message', waitMs);
      this.store([{ kind: 'tried', webhook, sequence, tries }, ...this.#failedAttempts(settled)], [lane]);
      return;
    }
    const { outcome, cause } = what;
    this.#parts.log.warn({ ...this.#context(settled), outcome, cause: cause.en }, 'parked');
    const moved = lane.step > 0 ? [lane] : [];
    lane.advance();
    lane.step = 0;
    this.store(
      [
        { kind: 'parked', webhook, sequence, ...last },
        ...this.#attempts(load, settled.outcome, what, { why: 'parked' }),
      ],
      moved,
    );
  }

  /** One row for each event; what the receiver said is kept with the first. */
  #attempts(
    load: readonly Delivery[],
    outcome: Outcome,
    what: Pick<Classified, 'class' | 'outcome'>,
    next?: NextTry,
  ): Mark[] {
    const bare = outcome.kind === 'answer' ? { ...outcome, body: new Uint8Array() } : outcome;
    return load.map(({ sequence }, place) => {
      const of = { webhook: this.#webhook, sequence, atMs: this.#parts.clock.now() };
      return attemptMark(of, place === 0 ? outcome : bare, what, next);
    });
  }

  /** After lane and endpoint have taken the failure. */
  #failedAttempts({ lane, load, outcome, what, report }: Settled): Mark[] {
    const next = nextTry(lane, this.#parts.endpoint.state, report.retryAfterMs !== undefined);
    return this.#attempts(load, outcome, what, next);
  }

  #context({ lane, head, load }: Sending): object {
    const events = load.length > 1 ? { events: load.length } : {};
    return { webhook: this.#webhook, lane: lane.name, sequence: head.sequence, id: head.id, ...events };
  }
}
