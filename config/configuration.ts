import type { Language } from '../drivers/base/language.ts';
import type { EVENTS, SIGNATURES } from './schema.ts';
import type { Feed } from './sections/feed.ts';
import type { FORMATS } from './sections/format-schema.ts';
import type { JournalSettings } from './sections/journal.ts';
import type { Panel } from './sections/panel.ts';
import type { RelaySource } from './sections/relay.ts';
import type { SigningKey } from './sections/secret.ts';
import type { Turnstile } from './sections/turnstiles.ts';
import type { Auth } from './sections/webhook-auth.ts';
import type { TlsSettings } from './sections/webhook-tls.ts';

/** A checked configuration: every reference resolved, every default filled in. */
export interface Configuration {
  /** The file as the user named it. */
  readonly path: string;
  readonly agent: Agent;
  readonly journal: JournalSettings;
  readonly panel: Panel;
  readonly units: readonly Unit[];
  readonly turnstiles: readonly Turnstile[];
  readonly webhooks: readonly Webhook[];
  readonly relay: readonly RelaySource[];
  readonly feed?: Feed | undefined;
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
  /** Pacto database key, 32 hex. */
  readonly key?: string | undefined;
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
  readonly format: Format;
  /** Whether bodies carry the unit's key. */
  readonly includeKey: boolean;
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

/** How the bodies of a webhook are written. */
export type Format =
  | { readonly name: Exclude<(typeof FORMATS)[number], 'pacto-plano'> }
  | { readonly name: 'pacto-plano'; readonly fields: readonly FlatField[] };

/** One field of a flat body: a member of the contract's body, or a constant. */
export type FlatField =
  | {
      readonly name: string;
      readonly path: readonly string[];
      /** What is said instead of a value. */
      readonly values?: Readonly<Record<string, Scalar>>;
    }
  | { readonly name: string; readonly value: Scalar };

type Scalar = string | number | boolean;
