import type { Driver } from '../drivers/driver.ts';
import type { Language } from '../drivers/language.ts';
import type { LinkAddress } from '../drivers/links/address.ts';
import type { EVENTS, SIGNATURES } from './schema.ts';
import type { SigningKey } from './secret.ts';
import type { Auth } from './webhook-auth.ts';
import type { TlsSettings } from './webhook-tls.ts';

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
  /** Newest first; at least one. */
  readonly keys: readonly SigningKey[];
  /** The file that holds all of them, if there is one; absolute. */
  readonly secretFile: string | undefined;
  readonly signatures: readonly (typeof SIGNATURES)[number][];
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: Auth | undefined;
  readonly tls: TlsSettings | undefined;
  /** Through which requests go. */
  readonly proxy: URL | undefined;
  /** All when undefined. */
  readonly events?: readonly (typeof EVENTS)[number][] | undefined;
  /** All when undefined. */
  readonly units?: readonly string[] | undefined;
  readonly allow: readonly ('http' | 'loopback')[];
}
