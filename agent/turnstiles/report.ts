import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Clock } from '../../drivers/base/clock.ts';
import type { DeviceDetails } from '../accesses/intake.ts';
import type { TurnstileStanding } from '../events/turnstile-standing.ts';
import type { TurnstileState } from '../events/turnstile-state.ts';
import type { SessionState } from './turnstile.ts';

/** What `status` shows of one turnstile: every change goes to the journal whole. */
export class TurnstileReport {
  readonly #clock: Clock;
  readonly #store: (state: TurnstileState) => void;
  #name: string | undefined;
  /** Resolves when its first session began or failed. */
  readonly tried: Promise<void>;
  #setTried: () => void;
  #state: TurnstileState;
  /** It is not connected until it is. */
  #outageSinceMs: number | undefined;

  constructor(
    { id: turnstile, name }: Pick<Turnstile, 'id' | 'name'>,
    stored: TurnstileState | undefined,
    clock: Clock,
    store: (state: TurnstileState) => void,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.tried = promise;
    this.#setTried = resolve;
    this.#clock = clock;
    this.#store = store;
    this.#name = name;
    this.#outageSinceMs = clock.now();
    this.#state = stored ?? { turnstile, state: 'offline', sinceMs: clock.now() };
  }

  /** As the journal has it. */
  get state(): TurnstileState {
    return this.#state;
  }

  get device(): DeviceDetails {
    const {
      turnstile: _turnstile,
      state: _state,
      sinceMs: _sinceMs,
      problem: _problem,
      ...device
    } = this.#state;
    return device;
  }

  /** For the panel and the alarms: what holds in this run, not what the last one left. */
  get standing(): TurnstileStanding {
    const { turnstile, problem, model, clockSkewMs } = this.#state;
    const outageSinceMs = this.#outageSinceMs;
    return { turnstile, name: this.#name, outageSinceMs, problem: problem?.code, model, clockSkewMs };
  }

  rename(name: string | undefined): void {
    this.#name = name;
  }

  describe(device: DeviceDetails): void {
    this.#state = { ...this.#state, ...device };
    this.#store(this.#state);
  }

  session({ state, problem, outageSinceMs }: SessionState): void {
    this.#setTried();
    const isConnected = state === 'online' && outageSinceMs === undefined;
    this.#outageSinceMs = isConnected
      ? undefined
      : (outageSinceMs ?? this.#outageSinceMs ?? this.#clock.now());
    const { problem: before, ...rest } = this.#state;
    if (state === rest.state && problem?.detail === before?.detail) return;
    const sinceMs = state === rest.state ? rest.sinceMs : this.#clock.now();
    this.#state = { ...rest, state, sinceMs, ...(problem === undefined ? {} : { problem }) };
    this.#store(this.#state);
  }
}
