/** How bytes travel between Giro and one device. */
export type LinkKind = 'tcp' | 'tcp-listen' | 'serial';

/** One live connection to one device. */
export interface Link {
  readonly kind: LinkKind;
  /** The other end, for logs: `192.168.0.200:3000`, `/dev/ttyUSB0`. */
  readonly peer: string;
  /**
   * The next bytes received, 8 KiB at most, however the line cut them up; `silence` when none came within `silenceMs`; `end` once
   * the other end has closed and all its bytes were read. One read at a time. Received bytes that nobody reads yet
   * are bounded (64 KiB, then the sender is held back). Throws LINK_LOST when the connection broke, and the signal's
   * reason when the link's signal aborts.
   */
  read(options?: { readonly silenceMs?: number }): Promise<Uint8Array | 'silence' | 'end'>;
  /** Sends bytes at once. Resolves when the operating system has taken them; throws LINK_LOST when it can't. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the connection; safe to call twice. */
  close(): void;
}

/** What the devices of a driver need of the link that Giro dials. */
export interface LinkWishes {
  /** false: they do not answer TCP keep-alive probes, which would cut a healthy connection. */
  readonly keepAlive?: boolean;
  /** true: closing resets the connection, so that what the device has not taken yet (a release) never reaches it. */
  readonly dropUnsent?: boolean;
  /** Longest wait before dialling again, in ms: for devices that keep nothing while nobody is connected. */
  readonly longestWaitMs?: number;
}

/** Makes the connections of one turnstile, one after the other. */
export interface LinkSource {
  readonly kind: LinkKind;
  /** The configured address, for logs. */
  readonly address: string;
  /**
   * The next connection: dials (tcp), waits for a device to dial (tcp-listen), or opens the port (serial). Throws
   * LINK_FAILED, PORT_BUSY, PORT_DENIED or PORT_MISSING; the caller backs off. Aborts with the signal's reason.
   * The link that it gives ends when `signal` aborts.
   */
  open(signal: AbortSignal): Promise<Link>;
  /** Frees what outlives a connection (the listening socket). */
  close(): Promise<void>;
}
