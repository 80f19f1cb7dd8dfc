/** What is sent for one event: the same at every attempt. */
export interface Rendered {
  readonly body: string;
  /** Sent in place of `body`, where that cannot hold them. */
  readonly bytes?: Uint8Array;
  /** Headers that come with the format, lower case; without a content type it is the contract's. */
  readonly headers?: Readonly<Record<string, string>>;
}
