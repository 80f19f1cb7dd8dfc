import type { Clock } from '../../drivers/base/clock.ts';
import type { FailureClass, LastAnswer } from '../events/attempt.ts';
import type { EndpointState } from '../events/webhook-state.ts';
import { BUSY_LIMIT, endpointWait, PARKED_LIMIT, penaltyMs, type Random } from './schedule.ts';

/** What an attempt remembers of the moment it began, so that news from before a wait is not taken for news. */
export interface Ticket {
  /** Number of waits so far. */
  readonly wave: number;
  /** Number of slow-downs so far. */
  readonly epoch: number;
}

/** What an answer said about the endpoint. */
export interface Report {
  readonly last: LastAnswer;
  /** The wait that its `Retry-After` asks for. */
  readonly retryAfterMs?: number | undefined;
  /** Halves the concurrency. */
  readonly overload?: boolean;
}

interface EndpointOptions {
  readonly webhook: string;
  readonly maxInFlight: number;
  readonly clock: Clock;
  readonly random: Random;
  /** A wait is over: one head may be sent, as the probe. */
  readonly onDue: () => void;
}

/**
 * Whether one webhook may be sent to, and how much at a time. Waits on the ladder of its failure class; then one head
 * probes; its 2xx opens a drain that starts with one request and doubles with each clean round (webhooks.md 1).
 */
export class Endpoint {
  readonly #options: EndpointOptions;
  #state: EndpointState;
  #changed = false;
  #wave = 0;
  #epoch = 0;
  /** Requests of this wave in flight. Those from before a wait are not counted: they must not hold up the probe. */
  #inFlight = 0;
  #window: number;
  /** Clean answers of the present round. */
  #clean = 0;
  /** The wait is over; nobody has probed yet. */
  #due = false;
  #probing = false;
  /** It waited since the last success. */
  #outage = false;
  #cancelWait: () => void = () => {};

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#window = options.maxInFlight;
    this.#state = fresh({ webhook: options.webhook });
  }

  get state(): EndpointState {
    return this.#state;
  }

  /** The state, if it changed since the last call in a way that a restart must know. */
  takeChange(): EndpointState | undefined {
    const changed = this.#changed ? this.#state : undefined;
    this.#changed = false;
    return changed;
  }

  /** Continues a stored wait. Set-back wall clocks can't stretch it: it never lasts longer than it was made for. */
  restore(stored: EndpointState): void {
    this.#state = stored;
    if (stored.state !== 'waiting') {
      return;
    }
    const untilMs = stored.untilMs ?? 0;
    const madeForMs = untilMs - (stored.last?.atMs ?? untilMs);
    this.#outage = true;
    this.#slowStart();
    this.#arm(Math.max(0, Math.min(untilMs - this.#options.clock.now(), madeForMs)));
  }

  /** Whether one more attempt may begin now. */
  mayStart(): boolean {
    if (this.#state.pausedAtMs !== undefined) return false;
    switch (this.#state.state) {
      case 'open':
        return this.#inFlight < this.#window;
      case 'waiting':
        return this.#due && !this.#probing;
      case 'gone':
        return false;
    }
  }

  get isHealthy(): boolean {
    return this.#state.state === 'open' && this.#state.failingSinceMs === undefined;
  }

  /** So many parked in a row that class D counts as C: a receiver that refuses everything must not park the backlog. */
  get refusesEverything(): boolean {
    return this.#state.parkedInARow >= PARKED_LIMIT;
  }

  /** An attempt begins; only when it may start. */
  begin(): Ticket {
    this.#probing = this.#state.state === 'waiting';
    this.#inFlight += 1;
    return { wave: this.#wave, epoch: this.#epoch };
  }

  /** The attempt ended; one of the methods below says how, unless it was aborted. */
  end(ticket: Ticket): void {
    if (ticket.wave === this.#wave) {
      this.#inFlight -= 1;
      this.#probing = false;
    }
  }

  /** A 2xx. Returns whether it ended an outage; one that was sent before the present wait does not. */
  succeeded(ticket: Ticket, last: LastAnswer): boolean {
    const before = this.#state;
    if (before.state === 'gone' || (before.state === 'waiting' && !this.#isFresh(ticket))) {
      this.#set({ ...before, busyInARow: 0, parkedInARow: 0 });
      return false;
    }
    const recovered = this.#outage;
    if (before.state === 'open' && ticket.epoch === this.#epoch) {
      this.#grow();
    }
    this.#outage = false;
    this.#due = false;
    this.#changed ||= !isClean(before);
    this.#state = { ...fresh(before), last };
    return recovered;
  }

  /** Class A or C. */
  failed(ticket: Ticket, failure: FailureClass, report: Report): void {
    if (this.#isFresh(ticket)) {
      this.#slowStart();
    }
    this.#wait(ticket, failure, report);
  }

  /** Class B: the endpoint waits when it was asked to, or when this is one of many in a row. */
  busy(ticket: Ticket, report: Report): void {
    this.#note(report.last);
    this.#set({ ...this.#state, busyInARow: this.#state.busyInARow + 1 });
    if (report.overload === true && ticket.epoch === this.#epoch) {
      this.#window = Math.max(1, Math.floor(this.#window / 2));
      this.#clean = 0;
      this.#epoch += 1;
    }
    const { status } = report.last;
    const asked = report.retryAfterMs !== undefined || status === 429 || status === 503;
    if (asked || this.#state.busyInARow >= BUSY_LIMIT) {
      this.#wait(ticket, 'B', report);
    } else {
      this.#reachable(ticket);
    }
  }

  /** Class D: the receiver works, and refused this one. */
  refused(ticket: Ticket, last: LastAnswer, outcome: { readonly parked: boolean }): void {
    this.#note(last);
    if (outcome.parked) {
      this.#set({ ...this.#state, parkedInARow: this.#state.parkedInARow + 1 });
    }
    this.#reachable(ticket);
  }

  /** Class E: nothing more is sent until an operator resumes. */
  gone(last: LastAnswer): void {
    this.#cancelWait();
    this.#note(last);
    const { untilMs: _, ...state } = this.#state;
    this.#set({ ...state, state: 'gone', class: 'E' });
  }

  /** An operator wants it tried now. Nothing to do while it is open. */
  resume(): void {
    if (this.#state.state === 'open') {
      return;
    }
    const { class: _, ...state } = this.#state;
    this.#set({ ...state, state: 'waiting', untilMs: this.#options.clock.now(), step: 0 });
    this.#slowStart();
    this.#startWave(0);
  }

  /** An operator wants nothing sent, or the end of that. What is in flight ends, and waits go on. */
  pause(paused: boolean): void {
    const { pausedAtMs, ...state } = this.#state;
    if (paused !== (pausedAtMs !== undefined)) {
      this.#set(paused ? { ...state, pausedAtMs: this.#options.clock.now() } : state);
    }
  }

  /** Ends the timer; nothing is due any more. */
  stop(): void {
    this.#cancelWait();
  }

  /** An attempt from before the present wait can lengthen it with what the receiver asked for; it never climbs. */
  #wait(ticket: Ticket, failure: FailureClass, report: Report): void {
    this.#note(report.last);
    if (this.#state.state === 'gone') {
      return;
    }
    const { clock, random } = this.#options;
    const own = this.#isFresh(ticket) ? endpointWait(failure, this.#state.step, random) : undefined;
    const askedMs = report.retryAfterMs ?? penaltyMs(report.last.status, random);
    const waitMs = Math.max(own?.waitMs ?? 0, askedMs);
    const untilMs = clock.now() + waitMs;
    if (own === undefined && (askedMs === 0 || untilMs <= (this.#state.untilMs ?? 0))) {
      return;
    }
    const step = own?.nextStep ?? this.#state.step;
    this.#set({ ...this.#state, state: 'waiting', class: failure, untilMs, step });
    this.#outage = true;
    this.#clean = 0;
    this.#startWave(waitMs);
  }

  /** Whatever is in flight from here on is from before the wait. */
  #startWave(delayMs: number): void {
    this.#wave += 1;
    this.#epoch += 1;
    this.#inFlight = 0;
    this.#probing = false;
    this.#arm(delayMs);
  }

  /** An answer came that is no reason to wait: whatever the endpoint waited for is over, but only a 2xx ends the outage. */
  #reachable(ticket: Ticket): void {
    if (this.#state.state === 'waiting' && this.#isFresh(ticket)) {
      const { untilMs: _, class: __, ...state } = this.#state;
      this.#due = false;
      this.#set({ ...state, state: 'open', step: 0 });
    }
  }

  #isFresh(ticket: Ticket): boolean {
    return ticket.wave === this.#wave;
  }

  #note(last: LastAnswer): void {
    this.#set({ ...this.#state, last, failingSinceMs: this.#state.failingSinceMs ?? last.atMs });
  }

  #set(state: EndpointState): void {
    this.#state = state;
    this.#changed = true;
  }

  #grow(): void {
    this.#clean += 1;
    if (this.#clean >= this.#window) {
      this.#clean = 0;
      this.#window = Math.min(this.#window * 2, this.#options.maxInFlight);
    }
  }

  #slowStart(): void {
    this.#window = 1;
    this.#clean = 0;
  }

  #arm(delayMs: number): void {
    this.#cancelWait();
    this.#due = false;
    this.#cancelWait = this.#options.clock.after(delayMs, () => this.#becomeDue());
  }

  #becomeDue(): void {
    this.#due = true;
    this.#options.onDue();
  }
}

/** Without failures; a pause is not one. */
function fresh({ webhook, pausedAtMs }: Pick<EndpointState, 'webhook' | 'pausedAtMs'>): EndpointState {
  const paused = pausedAtMs === undefined ? {} : { pausedAtMs };
  return { webhook, state: 'open', step: 0, busyInARow: 0, parkedInARow: 0, ...paused };
}

/** Whether a success changes nothing in it that a restart must know. */
function isClean(state: EndpointState): boolean {
  const { step, busyInARow, parkedInARow } = state;
  return (
    state.state === 'open' &&
    step + busyInARow + parkedInARow === 0 &&
    state.failingSinceMs === undefined &&
    state.last?.outcome === 'ok'
  );
}
