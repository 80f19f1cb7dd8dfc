import type { Timings, TlsFacts } from '../events/attempt.ts';

/** What one HTTP request came to: an answer, or a fault on the way to one. */
export type Outcome = Answer | Fault;

/** What is measured of every attempt; absent when none was begun. */
interface Measured {
  readonly timings?: Timings;
  /** Of the receiver, or of the proxy; absent when there was no connection. */
  readonly remoteAddress?: string;
  /** Of the connection to the receiver; absent without TLS, or when its handshake failed. */
  readonly tls?: TlsFacts;
  /** What it came from when it is not the receiver: then the event itself was not sent. */
  readonly from?: 'tokenEndpoint';
}

/** The headers of the answer arrived, so its status is known, whatever became of the body. */
export interface Answer extends Measured {
  readonly kind: 'answer';
  /** 200 to 599; an interim 1xx is no answer. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
  readonly location: string | undefined;
  /** `WebHook-Allowed-Rate`. */
  readonly allowedRate?: string | undefined;
  readonly contentType?: string | undefined;
  /** The beginning of the body, at most 16 KiB. */
  readonly body: Uint8Array;
  /** From the start of the request until its end, milliseconds. */
  readonly ms: number;
}

/** No status came. */
export interface Fault extends Measured {
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
  /** The certificate is valid and its key is not the pinned one. */
  wrongPin: 'GIRO_TLS_PIN',
  proxyUnreachable: 'GIRO_PROXY_UNREACHABLE',
  proxyRefused: 'GIRO_PROXY_REFUSED',
  proxyCredentials: 'GIRO_PROXY_CREDENTIALS',
  /** The token endpoint answers 2xx without a token. */
  noToken: 'GIRO_NO_TOKEN',
  /** The gateway stops: says nothing about the receiver. */
  aborted: 'GIRO_ABORTED',
} as const;

/** A fault that Giro itself finds while a connection is opened; `code` is one of `OWN_FAULTS`. */
export class FaultError extends Error {
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(code, { cause });
    this.name = 'FaultError';
    this.code = code;
  }
}
