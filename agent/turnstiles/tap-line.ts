import type { Turnstile } from '../../config/sections/turnstiles.ts';
import { type Clock, sleep } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Logger } from '../../drivers/base/log.ts';
import type { Driver, Observer } from '../../drivers/contract/driver.ts';
import { createTap } from '../../drivers/links/open.ts';
import { Hearing, type TapContext, type TapPlace } from '../../drivers/links/tap.ts';
import type { TapMaker } from '../../drivers/links/tap-thread.ts';
import type { Intake } from '../accesses/intake.ts';
import { MovingCursor } from './cursor.ts';
import type { SessionState } from './turnstile.ts';
import { Unheard } from './unheard.ts';

/** A port that is in use, or an adapter that was pulled out, is tried again this often. */
const AGAIN_MS = 2_000;

export type TappedTurnstile = Turnstile & { readonly tap: TapPlace };

/** Takes what a tap hears. */
export interface TapListener {
  readonly intake: Pick<Intake, 'record' | 'recordAt'>;
  /** The committed cursor of the last run. */
  readonly position: string | undefined;
  readonly onState: (state: SessionState) => void;
}

/** `driver` is the listener's own: it may be watched. */
type HeardBy = TapListener & { readonly cursor: MovingCursor; readonly driver: Driver };

interface LineContext {
  readonly clock: Clock;
  /** Names the turnstile in each line. */
  readonly log: Logger;
  readonly thread: TapMaker;
}

/**
 * The tap of one turnstile. The door comes first: it passes on from `run` on, whether or not anybody takes what it hears.
 * What passes before somebody does is kept, and heard then.
 */
export class TapLine {
  readonly #turnstile: TappedTurnstile;
  readonly #context: LineContext;
  readonly #unheard: Unheard;
  #listener: HeardBy | undefined;
  #state: SessionState = { state: 'offline' };
  readonly #tried = Promise.withResolvers<void>();
  #isPassing = false;

  constructor(turnstile: TappedTurnstile, context: LineContext) {
    this.#turnstile = turnstile;
    this.#context = context;
    this.#unheard = new Unheard(context.clock, context.log);
  }

  /** Whether the gym's software can reach the device through it, once that has been tried. */
  async passes(): Promise<boolean> {
    await this.#tried.promise;
    return this.#isPassing;
  }

  /** Passes on until `signal` aborts; never throws for what a port or a device does. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, thread } = this.#context;
    const context: TapContext = {
      ...this.#turnstile.driver.link,
      clock,
      log,
      observe: () => this.#observer(signal),
      onReady: (address) => this.#ready(address),
      onConversation: (state, why) => this.#conversation(state, why, signal),
    };
    const tap = createTap(this.#turnstile.tap, context, thread);
    let isSaid = false;
    while (!signal.aborted) {
      try {
        await tap.run(signal);
      } catch (error) {
        isSaid &&= !this.#isPassing;
        this.#failed(error, isSaid);
        isSaid = true;
      }
      this.#isPassing = false;
      this.#tried.resolve();
      // Rejects only when the signal aborts, which ends the loop.
      await sleep(clock, AGAIN_MS, signal).catch(() => undefined);
    }
    this.#tell({ state: 'offline' });
  }

  /** From now on `listener` takes what is heard, beginning with what was kept. */
  attach(listener: TapListener, driver: Driver): void {
    this.#listener = { ...listener, driver, cursor: new MovingCursor(listener.position) };
    listener.onState(this.#state);
    this.#unheard.makeUp();
  }

  #ready(address: string): void {
    this.#isPassing = true;
    this.#tried.resolve();
    this.#context.log.info({ tap: address }, 'tap listens for the gym’s software');
    if (this.#turnstile.tap.kind === 'tcp') {
      this.#offline(new GiroError('TAP_IDLE', `nobody has connected to ${address} yet`));
    }
  }

  #conversation(state: 'open' | 'closed', why: GiroError | undefined, signal: AbortSignal): void {
    const { log } = this.#context;
    if (state === 'open') {
      log.info({}, 'turnstile online');
      this.#tell({ state: 'online' });
    } else if (why !== undefined && !signal.aborted) {
      log.warn({ code: why.code, detail: why.message }, 'turnstile offline');
      this.#offline(why);
    }
  }

  /** What is not ours is a fault of the program, and no reason to stay away from the door either. */
  #failed(error: unknown, isSaid: boolean): void {
    const code = error instanceof GiroError ? error.code : 'INTERNAL';
    const detail = error instanceof Error ? error.message : String(error);
    const stack = error instanceof GiroError ? {} : { err: error };
    if (!isSaid) this.#context.log.error({ code, detail, ...stack }, 'tap failed, trying again');
    this.#tell({ state: 'offline', problem: { code, detail } });
  }

  #offline({ code, message }: GiroError): void {
    this.#tell({ state: 'offline', problem: { code, detail: message } });
  }

  #tell(state: SessionState): void {
    this.#state = state;
    this.#listener?.onState(state);
  }

  /** The driver's own observer comes into being when there is somebody to report to. */
  #observer(signal: AbortSignal): Observer {
    let observer: Observer | undefined;
    const hear = (bytes: number, act: (observer: Observer) => void): void => {
      const listener = this.#listener;
      if (listener === undefined) {
        this.#unheard.keep(bytes, () => hear(bytes, act));
        return;
      }
      const { log } = this.#context;
      observer ??= new Hearing({ observe: () => this.#observe(listener, signal), log });
      act(observer);
    };
    return {
      fromDevice: (bytes) => hear(bytes.length, (heard) => heard.fromDevice(bytes)),
      fromSoftware: (bytes) => hear(bytes.length, (heard) => heard.fromSoftware(bytes)),
      end: () => hear(0, (heard) => heard.end()),
    };
  }

  #observe({ intake, cursor, driver }: HeardBy, signal: AbortSignal): Observer {
    const { id, options } = this.#turnstile;
    return driver.observe({
      id,
      options,
      clock: this.#unheard.clock,
      log: this.#context.log,
      signal,
      cursor,
      record: (...readings) => intake.record(...readings),
      recordAt: (position, ...readings) =>
        cursor.moveTo(position, () => intake.recordAt(position, ...readings)),
    });
  }
}
