/** A request that is refused, with its status; whoever serves it answers with a problem (RFC 9457). */
export class HttpRefusal extends Error {
  readonly statusCode: number;

  /** `detail` is for whoever asked. */
  constructor(statusCode: 400 | 401 | 403 | 409 | 429, detail: string) {
    super(detail);
    this.name = 'HttpRefusal';
    this.statusCode = statusCode;
  }
}
