import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { Text } from '../base/language.ts';
import type { Logger } from '../base/log.ts';
import type { Link, LinkKind, LinkWishes } from '../links/link.ts';
import type { AccessReading, PassageReading, Reading } from './reading.ts';
import type { Simulator, SimulatorContext } from './simulator.ts';

/** Where collection from a device's memory stands: one text per turnstile, whatever the driver makes of it. */
export interface Cursor {
  /** The committed position; undefined before the first. */
  readonly position: string | undefined;
  /** The position last given to `recordAt`, in this session or one before, committed or still on its way. */
  readonly latest?: string;
}

/** Who waits at the arm for an answer. The credential leaves the agent as a keyed hash only. */
export type DecisionQuestion = Pick<PassageReading, 'credential' | 'person' | 'direction' | 'means' | 'at'>;

/** Where a decision is asked for, over HTTP. */
export interface DecisionSource {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is permitted besides https to another machine. */
  readonly allow: readonly ('http' | 'loopback')[];
  readonly timeoutMs: number;
}

export interface OutsideDecision {
  readonly grant: boolean;
  /** For the display. */
  readonly message?: string | undefined;
}

/** What a driver is given. Everything that outlives a connection (retry, journal, webhooks) lives on the other side. */
export interface TurnstileContext<Options> {
  readonly id: string;
  readonly options: Options;
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Logger;
  /** The wall clock of the turnstile's unit at an instant (Unix ms): `yyyy-MM-ddTHH:mm:ss`. */
  readonly localTime: (atMs: number) => string;
  /** Asks for a decision outside; rejects when no usable answer comes in time, or `signal` aborts. */
  readonly decide?: (
    question: DecisionQuestion,
    source: DecisionSource,
    signal: AbortSignal,
  ) => Promise<OutsideDecision>;
  /** Aborted on shutdown and when the turnstile's configuration changes. */
  readonly signal: AbortSignal;
  /**
   * Resolves once the readings are committed with a full sync; only then may the device be acknowledged. Readings of
   * one call are committed together, and calls commit in their order, so a session need not wait before the next.
   * While the disk is full it stays pending. Rejects only when the agent gives them up: then nothing is acknowledged.
   */
  readonly record: (...readings: Reading[]) => Promise<void>;
  /** Where collection from the device's memory stands. */
  readonly cursor: Cursor;
  /** As `record`, and moves the cursor in the same commit. */
  readonly recordAt: (position: string, ...readings: Reading[]) => Promise<void>;
}

/** What an observer is given: it hears both directions of somebody else's conversation and can send nothing. */
export type ObserverContext<Options> = Omit<TurnstileContext<Options>, 'link' | 'localTime' | 'decide'>;

/** Hears a conversation between the gym's software and the device. Neither method may throw or block. */
export interface Observer {
  fromDevice(bytes: Uint8Array): void;
  fromSoftware(bytes: Uint8Array): void;
  /** The conversation ended; what is unfinished is dropped. */
  end(): void;
}

/** A controller that answered a question to everybody, as far as its answer tells. */
export interface FoundDevice {
  /** Maker and model, for people. */
  readonly model: string;
  /** The number that its installer gave it. */
  readonly deviceId?: string;
  /** Who holds its one session: an address, or `free`; absent where it does not tell. */
  readonly session?: string;
}

/** What a controller that was found tells when it is asked over a connection. */
export interface DeviceIdentity {
  readonly serial?: string;
  readonly firmware?: string;
  /** `turnstiles[].options` that make sure of this one device. */
  readonly options?: Readonly<Record<string, string | number>>;
}

/** Finding the controllers of a family by one UDP question to everybody on the network. */
export interface Discovery {
  /** Where controllers listen for it. */
  readonly port: number;
  readonly question: Uint8Array;
  /** The controller behind one datagram, whose address is the datagram's own; undefined if it is none. Never throws. */
  read(datagram: Uint8Array): FoundDevice | undefined;
  /** Asks one whose session is free who it is; throws when it does not say. */
  identify(link: Link): Promise<DeviceIdentity>;
}

/** One family of controllers. */
export interface Driver<Schema extends z.ZodType = z.ZodType> {
  /** The name in the configuration, `kebab-case`; also the name of its folder. */
  readonly name: string;
  /** Validates and completes `turnstiles[].options`. */
  readonly options: Schema;
  /** The kinds of `connect` that this driver can run over. */
  readonly links: readonly LinkKind[];
  /** TCP port that `connect` may leave out. */
  readonly defaultPort?: number;
  readonly link?: LinkWishes;
  /** A session sends nothing but acknowledgements, so that an observer alone on the link hears all there is. */
  readonly isListener?: true;
  /**
   * One connected session. Runs until the link ends or `signal` aborts, then resolves; throwing means "reconnect me
   * with back-off". The caller closes the link.
   */
  run(turnstile: TurnstileContext<z.output<Schema>>): Promise<void>;
  /** Under a tap: hears both directions and may send nothing. */
  observe(turnstile: ObserverContext<z.output<Schema>>): Observer;
  /**
   * How bytes that were `unrecognised` under other options read under these; nothing when they still are. `key` is for
   * the readings, unlike any of a live session. Only where options can change what is read.
   */
  reread?(options: z.output<Schema>): (bytes: Uint8Array, key: string) => AccessReading[];
  /**
   * What a technician may have to set where no specification says it, once a reading gives the occasion; `watch` says
   * each text once.
   */
  hints?(reading: Reading, options: z.output<Schema>): readonly Text[];
  /** Only where the family answers a broadcast. */
  readonly discovery?: Discovery;
  /** A controller of this family, as seen from the wire. */
  simulate(context: SimulatorContext): Simulator;
}

/** Keeps the option types of a driver together while the registry holds drivers of every kind. */
export function defineDriver<Schema extends z.ZodType>(driver: Driver<Schema>): Driver<Schema> {
  return driver;
}
