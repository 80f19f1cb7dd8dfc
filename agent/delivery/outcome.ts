/** What one HTTP request came to: an answer, or a fault on the way to one. */
export type Outcome = Answer | Fault;

/** The headers of the answer arrived, so its status is known, whatever became of the body. */
export interface Answer {
  readonly kind: 'answer';
  /** 200 to 599; an interim 1xx is no answer. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
  readonly location: string | undefined;
  /** `WebHook-Allowed-Rate`. */
  readonly allowedRate?: string | undefined;
  /** The beginning of the body, at most 16 KiB. */
  readonly body: Uint8Array;
  /** From the start of the request until its end, milliseconds. */
  readonly ms: number;
}

/** No status came. */
export interface Fault {
  readonly kind: 'fault';
  /** Code of Node's, OpenSSL's or undici's error, the error's name without one, or one of `OWN_FAULTS`. */
  readonly code: string;
  /** Whether the connection stood and the request went out. */
  readonly sent: boolean;
  /** Whether the first byte of an answer came. */
  readonly answered: boolean;
  readonly ms: number;
}

/** Codes of faults that Giro itself finds. */
export const OWN_FAULTS = {
  headersTimeout: 'GIRO_HEADERS_TIMEOUT',
  attemptTimeout: 'GIRO_ATTEMPT_TIMEOUT',
  httpNotAllowed: 'GIRO_HTTP_NOT_ALLOWED',
  /** As the GiroError of the address guard. */
  addressBlocked: 'ADDRESS_BLOCKED',
  /** The gateway stops: says nothing about the receiver. */
  aborted: 'GIRO_ABORTED',
} as const;
