import type { Dispatcher as HttpDispatcher } from 'undici';
import type { Timings } from '../events/attempt.ts';
import type { Bag } from './bag.ts';
import type { Connection, ConnectionAware, Opening } from './connection.ts';
import { type Outcome, OWN_FAULTS } from './outcome.ts';

const READ_LIMIT_BYTES = 64 * 1024;
const KEPT_BYTES = 16 * 1024;

/** The limits of one attempt, in ms (webhooks.md 1, timeouts). */
export interface Timeouts {
  readonly connectMs: number;
  /** From the request sent until the headers of the answer. */
  readonly headersMs: number;
  /** From the headers of the answer on: by then its class is known and the body only serves people. */
  readonly bodyMs: number;
  readonly attemptMs: number;
}

type Headers = Parameters<NonNullable<HttpDispatcher.DispatchHandler['onResponseStart']>>[2];

/** One HTTP request, from its start to an outcome. The outcome stands with the answer's headers; the body can't change it. */
export class Attempt implements HttpDispatcher.DispatchHandler, ConnectionAware {
  readonly #timeouts: Timeouts;
  readonly #startedAt: number;
  /** The attempts under way that end together. */
  readonly #running: Bag<Attempt>;
  #resolve: (outcome: Outcome) => void = () => {};
  #controller: HttpDispatcher.DispatchController | undefined;
  #deadline: NodeJS.Timeout | undefined;
  /** Headers first, then body. */
  #phase: NodeJS.Timeout | undefined;
  #connection: Connection | undefined;
  /** How the connection was opened last before this attempt. */
  #openedBefore: Opening | undefined;
  #firstByteAt: number | undefined;
  #answer: { readonly status: number; readonly headers: Headers } | undefined;
  #kept: Uint8Array[] = [];
  #readBytes = 0;
  #done = false;

  /** `startedAt` is a reading of `performance.now()`. */
  constructor(timeouts: Timeouts, running: Bag<Attempt>, startedAt: number) {
    this.#timeouts = timeouts;
    this.#running = running;
    this.#startedAt = startedAt;
  }

  /** Resolves with the outcome, at the latest after `attemptMs`; never rejects. */
  run(pool: HttpDispatcher, request: HttpDispatcher.DispatchOptions): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#deadline = setTimeout(() => this.#cut(OWN_FAULTS.attemptTimeout), this.#timeouts.attemptMs);
      this.#running.add(this);
      try {
        pool.dispatch(request, this);
      } catch (error) {
        this.#finish(codeOf(error)); // a pool that is closed, a path that undici refuses
      }
    });
  }

  /** Ends it now. */
  abort(): void {
    this.#cut(OWN_FAULTS.aborted);
  }

  onConnection(connection: Connection): void {
    this.#connection = connection;
    this.#openedBefore = connection.latest;
  }

  onRequestStart(controller: HttpDispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) {
      controller.abort(aborted()); // the connection came after the attempt was given up: nothing goes out
      return;
    }
    this.#phase = setTimeout(() => this.#cut(OWN_FAULTS.headersTimeout), this.#timeouts.headersMs);
  }

  onResponseStarted(): void {
    this.#firstByteAt ??= performance.now(); // an interim answer has one of its own
  }

  onResponseStart(_controller: HttpDispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200 || this.#done) {
      return; // interim: the answer follows
    }
    this.#answer = { status, headers };
    clearTimeout(this.#phase);
    this.#phase = setTimeout(() => this.#cut(), this.#timeouts.bodyMs);
  }

  onResponseData(_controller: HttpDispatcher.DispatchController, chunk: Uint8Array): void {
    const room = KEPT_BYTES - this.#readBytes;
    if (room > 0) {
      this.#kept.push(chunk.subarray(0, room));
    }
    this.#readBytes += chunk.length;
    if (this.#readBytes >= READ_LIMIT_BYTES) {
      this.#cut();
    }
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: HttpDispatcher.DispatchController, error: Error): void {
    this.#finish(codeOf(error));
  }

  /** Ends the attempt from this side; the connection does not survive an answer that is not read to its end. */
  #cut(code?: string): void {
    this.#finish(code);
    this.#controller?.abort(aborted());
  }

  #finish(code = ''): void {
    if (this.#done) {
      return;
    }
    this.#done = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#phase);
    this.#running.delete(this);
    this.#resolve(this.#outcome(code));
  }

  #outcome(code: string): Outcome {
    const timings = this.#timings();
    const { remoteAddress, tls } = this.#connection?.latest ?? {};
    const measured = {
      timings,
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...(tls === undefined ? {} : { tls }),
    };
    const ms = timings.totalMs;
    if (this.#answer === undefined) {
      const sent = this.#controller !== undefined;
      return { kind: 'fault', code, sent, answered: this.#firstByteAt !== undefined, ms, ...measured };
    }
    const { status, headers } = this.#answer;
    return {
      kind: 'answer',
      status,
      retryAfter: first(headers['retry-after']),
      date: first(headers.date),
      location: first(headers.location),
      allowedRate: first(headers['webhook-allowed-rate']),
      contentType: first(headers['content-type']),
      body: Buffer.concat(this.#kept),
      ms,
      ...measured,
    };
  }

  #timings(): Timings {
    const latest = this.#connection?.latest;
    const opening = latest === this.#openedBefore ? undefined : latest;
    return {
      dnsMs: rounded(opening?.dnsMs),
      connectMs: rounded(opening?.connectMs),
      tlsMs: rounded(opening?.tlsMs),
      firstByteMs: rounded(this.#firstByteAt && this.#firstByteAt - this.#startedAt),
      totalMs: Math.round(performance.now() - this.#startedAt),
    };
  }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function rounded(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms);
}

/** The code of an error, or its name where a library gives no code (undici's HTTPParserError). */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return '';
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function aborted(): Error {
  return new DOMException('the attempt is over', 'AbortError');
}
