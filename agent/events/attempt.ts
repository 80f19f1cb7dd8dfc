/** Failure classes of reference webhooks.md section 1. */
export type FailureClass = 'A' | 'B' | 'C' | 'D' | 'E';

/** What the last attempt came to, for `status`. */
export interface LastAnswer {
  /** Unix ms. */
  readonly atMs: number;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Stable code of the outcome (`delivery/classes.ts`), `ok` on success. */
  readonly outcome: string;
}

/** One HTTP request, as the attempt log keeps it. */
export interface AttemptRecord {
  readonly webhook: string;
  readonly sequence: number;
  /** Unix ms at which it ended. */
  readonly atMs: number;
  readonly class: FailureClass | 'ok';
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Stable code (`delivery/classes.ts`). */
  readonly outcome: string;
  readonly timings: Timings;
  readonly remoteAddress?: string;
  /** Absent without TLS, or when its handshake failed. */
  readonly tls?: TlsFacts;
  /** Where a redirect pointed. */
  readonly location?: string;
  readonly contentType?: string;
  /** The first 16 KiB of the answer's body; absent when it had none. */
  readonly answer?: Uint8Array;
  /** The receiver's clock (`Date`, whole seconds) minus ours, ms. */
  readonly clockSkewMs?: number;
  /** Absent after a 2xx. */
  readonly next?: NextTry;
}

/** What follows a failed attempt. */
export interface NextTry {
  /**
   * `instant`: the second try of a connection that failed at once; `lane`, `message`, `endpoint`: what waits, on its own
   * ladder; `retryAfter`: the receiver asked for it; `paused` and `gone`: until an operator resumes; `parked`: none.
   */
  readonly why: 'instant' | 'lane' | 'message' | 'endpoint' | 'retryAfter' | 'paused' | 'gone' | 'parked';
  /** Unix ms before which there is none; absent when no time is set. */
  readonly atMs?: number;
}

/** What an attempt took, in ms from its start unless said otherwise; null: there was no such thing. */
export interface Timings {
  /** How long the look-up of the name took; null too for an address, and through a connection that stood already. */
  readonly dnsMs: number | null;
  /** How long the connection took; through a proxy, with the tunnel. Null when it stood already. */
  readonly connectMs: number | null;
  /** How long the TLS handshake took; null when it stood already. */
  readonly tlsMs: number | null;
  /** Until the first byte of the answer. */
  readonly firstByteMs: number | null;
  /** Until the end. */
  readonly totalMs: number;
}

/** What the two ends of a TLS connection agreed on. */
export interface TlsFacts {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** As OpenSSL names it. */
  readonly cipher: string;
}
