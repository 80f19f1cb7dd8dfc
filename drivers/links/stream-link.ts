import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { GiroError } from '../base/errors.ts';
import type { Link, LinkKind } from './link.ts';

/** Received bytes that wait for a reader; from here on the sender is held back. */
const MAX_WAITING_BYTES = 65_536;
/** One read gives no more: a driver makes 50 times as much memory of it until it is committed. */
const MAX_READ_BYTES = 8_192;

interface StreamLinkOptions {
  readonly kind: LinkKind;
  readonly peer: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Frees the stream; called once. */
  readonly release: () => void;
}

/**
 * A link over any stream that is connected already. The stream must not have been read from before, and must be kept
 * open for writing after its other end has closed (`allowHalfOpen`), so that what came last can be acknowledged.
 */
export class StreamLink implements Link {
  readonly kind: LinkKind;
  readonly peer: string;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #release: () => void;
  readonly #onAbort = (): void => this.close();
  readonly #writing = new Set<(error: GiroError) => void>();
  #received: Uint8Array[] = [];
  #receivedBytes = 0;
  #hasEnded = false;
  #lost: GiroError | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Duplex, { kind, peer, clock, signal, release }: StreamLinkOptions) {
    this.kind = kind;
    this.peer = peer;
    this.#stream = stream;
    this.#clock = clock;
    this.#signal = signal;
    this.#release = release;
    stream.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    stream.on('end', () => {
      this.#hasEnded = true;
      this.#wake?.();
    });
    stream.on('error', (cause) => this.#lose(`${peer}: ${cause.message}`, cause));
    // serialport gives its reason for a disconnect here, and nowhere else.
    stream.on('close', (cause: unknown) =>
      this.#lose(`${peer} went away`, cause instanceof Error ? cause : undefined),
    );
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.close();
  }

  async read({ silenceMs }: { readonly silenceMs?: number } = {}): Promise<Uint8Array | 'silence' | 'end'> {
    assert(this.#wake === undefined, 'one read at a time');
    let isSilent = false;
    for (;;) {
      this.#signal.throwIfAborted();
      const bytes = this.#take();
      if (bytes !== undefined) return bytes;
      if (this.#hasEnded) return 'end';
      if (this.#lost !== undefined) throw this.#lost;
      if (isSilent) return 'silence';
      isSilent = await this.#somethingNew(silenceMs);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      this.#writing.add(reject);
      this.#stream.write(bytes, (cause) => {
        this.#writing.delete(reject);
        if (cause) reject(new GiroError('LINK_LOST', `${this.peer}: ${cause.message}`, { cause }));
        else resolve();
      });
    });
  }

  close(): void {
    this.#received = [];
    this.#lose(`${this.peer} was closed here`);
  }

  /** Resolves with `true` after `silenceMs`, with `false` as soon as anything happens to the stream. */
  #somethingNew(silenceMs: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isSilent: boolean): void => {
        cancel?.();
        this.#wake = undefined;
        resolve(isSilent);
      };
      const cancel = silenceMs === undefined ? undefined : this.#clock.after(silenceMs, () => settle(true));
      this.#wake = () => settle(false);
    });
  }

  #receive(bytes: Uint8Array): void {
    this.#received.push(bytes);
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes >= MAX_WAITING_BYTES) this.#stream.pause();
    this.#wake?.();
  }

  #take(): Uint8Array | undefined {
    const [first] = this.#received;
    if (first === undefined) return undefined;
    const bytes = first.subarray(0, MAX_READ_BYTES);
    if (bytes.length === first.length) this.#received.shift();
    else this.#received[0] = first.subarray(MAX_READ_BYTES);
    this.#receivedBytes -= bytes.length;
    if (this.#receivedBytes < MAX_WAITING_BYTES && this.#stream.isPaused()) this.#stream.resume();
    return bytes;
  }

  /** The first reason counts: what follows from it (a failed write, `close`) says less. */
  #lose(message: string, cause?: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = cause instanceof GiroError ? cause : new GiroError('LINK_LOST', message, { cause });
    this.#signal.removeEventListener('abort', this.#onAbort);
    for (const reject of this.#writing) reject(this.#lost);
    this.#writing.clear();
    this.#release();
    this.#wake?.();
  }
}
