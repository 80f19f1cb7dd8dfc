import type { Clock } from '../base/clock.ts';
import type { GiroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Observer } from '../contract/driver.ts';
import type { SerialAddress, TcpAddress, TcpListenAddress } from './address.ts';

export interface TcpTapPlace {
  readonly kind: 'tcp';
  readonly device: TcpAddress;
  readonly listen: TcpListenAddress;
}

/** Where a tap sits: `connect` is the device's side of it, `tap` the other. */
export type TapPlace =
  | TcpTapPlace
  /** Without `software` only the device's line is read (a Y-cable), and nothing is written to it. */
  | { readonly kind: 'serial'; readonly device: SerialAddress; readonly software?: SerialAddress };

/** What a tap is given besides its place. */
export interface TapContext {
  /** Towards the device; see `LinkWishes`. */
  readonly keepAlive?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears one conversation. */
  readonly observe: () => Observer;
  /** The tap is there for the gym's software, at this address. */
  readonly onReady: (address: string) => void;
  /** The software is through to the device, or no longer; `why` says what ended it or kept it from beginning. */
  readonly onConversation: (state: 'open' | 'closed', why?: GiroError) => void;
}

/**
 * Sits between the gym's software and a device: passes the bytes of both on, unchanged and at once, and lets an
 * observer hear them afterwards. Nothing that the observer does reaches the flow.
 */
export interface Tap {
  /** Where the software finds it, for logs; with the real port once it listens, where port 0 was configured. */
  readonly address: string;
  /**
   * Passes on until `signal` aborts, then resolves with everything freed. Throws PORT_BUSY, PORT_DENIED, PORT_MISSING,
   * LINK_FAILED or LINK_LOST: then it is to be run again.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Hears one conversation. A fault of the observer ends what it hears, never what flows. */
export class Hearing implements Observer {
  readonly #log: Logger;
  #observer: Observer | undefined;

  constructor({ observe, log }: Pick<TapContext, 'observe' | 'log'>) {
    this.#log = log;
    this.#safely(() => {
      this.#observer = observe();
    });
  }

  fromDevice(bytes: Uint8Array): void {
    this.#safely(() => this.#observer?.fromDevice(bytes));
  }

  fromSoftware(bytes: Uint8Array): void {
    this.#safely(() => this.#observer?.fromSoftware(bytes));
  }

  end(): void {
    this.#safely(() => this.#observer?.end());
  }

  #safely(hear: () => void): void {
    try {
      hear();
    } catch (error) {
      this.#observer = undefined;
      this.#log.error({ err: error }, 'observer failed: this conversation is passed on unheard');
    }
  }
}
