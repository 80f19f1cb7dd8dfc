import type { Driver } from '../drivers/driver.ts';
import type { Language } from '../drivers/language.ts';
import type { LinkAddress } from '../drivers/links/address.ts';
import type { EVENTS } from './schema.ts';

/** A checked configuration: every reference resolved, every default filled in. */
export interface Configuration {
  /** The file as the user named it. */
  readonly path: string;
  readonly agent: Agent;
  readonly units: readonly Unit[];
  readonly turnstiles: readonly Turnstile[];
  readonly webhooks: readonly Webhook[];
}

interface Agent {
  readonly name: string;
  /** Installation id to go on with, on a machine that took over from another. */
  readonly id?: string | undefined;
  readonly language: Language;
  /** Folder of the journal, absolute. */
  readonly data: string;
}

export interface Unit {
  readonly id: string;
  readonly name?: string | undefined;
  readonly company: number;
  /** IANA name. */
  readonly timezone: string;
}

export interface Turnstile {
  readonly id: string;
  /** `units[].id`. */
  readonly unit: string;
  readonly name?: string | undefined;
  readonly driver: Driver;
  readonly address: LinkAddress;
  readonly swapDirection: boolean;
  /** What the driver's own schema made of them. */
  readonly options: unknown;
}

export interface Webhook {
  readonly id: string;
  readonly url: URL;
  /** False: INATIVA, gets nothing, not even later. */
  readonly active: boolean;
  /** Signing key, 24 to 64 bytes. */
  readonly key: Uint8Array;
  /** All when undefined. */
  readonly events?: readonly (typeof EVENTS)[number][] | undefined;
  /** All when undefined. */
  readonly units?: readonly string[] | undefined;
  readonly allow: readonly ('http' | 'loopback')[];
  readonly pace: Pace;
}

/** In which order a webhook gets its events, and how fast. */
export interface Pace {
  readonly order: 'turnstile' | 'strict' | 'none';
  readonly backlog: 'inOrder' | 'liveFirst';
  /** 1 to 64. */
  readonly maxInFlight: number;
  /** Requests a minute. */
  readonly rateLimit?: number | undefined;
  /** What a 409 means. */
  readonly conflict: 'refused' | 'delivered';
  /** `size` is 1 to 100. */
  readonly batch?: { readonly size: number; readonly format: 'json' | 'cloudevents' } | undefined;
}
