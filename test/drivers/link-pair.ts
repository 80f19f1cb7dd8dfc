import assert from 'node:assert/strict';
import type { Clock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Link, LinkKind } from '../../drivers/links/link.ts';

/** Two ends of one connection in memory, with the silence told by `clock` and both ended by `signal`. */
export function linkPair(
  clock: Clock,
  signal: AbortSignal,
  kind: LinkKind = 'tcp',
): [MemoryLink, MemoryLink] {
  const one = new MemoryLink(kind, clock, signal);
  const other = new MemoryLink(kind, clock, signal);
  one.connect(other);
  other.connect(one);
  return [one, other];
}

export class MemoryLink implements Link {
  readonly kind: LinkKind;
  readonly peer = 'memory';
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #received: Uint8Array[] = [];
  #other: MemoryLink | undefined;
  #hasEnded = false;
  #lost: GiroError | undefined;
  #wake: (() => void) | undefined;

  constructor(kind: LinkKind, clock: Clock, signal: AbortSignal) {
    this.kind = kind;
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  connect(other: MemoryLink): void {
    this.#other = other;
  }

  async read({ silenceMs }: { readonly silenceMs?: number } = {}): Promise<Uint8Array | 'silence' | 'end'> {
    assert(this.#wake === undefined, 'one read at a time');
    let isSilent = false;
    for (;;) {
      this.#signal.throwIfAborted();
      const bytes = this.#received.shift();
      if (bytes !== undefined) return bytes;
      if (this.#hasEnded) return 'end';
      if (this.#lost !== undefined) throw this.#lost;
      if (isSilent) return 'silence';
      isSilent = await this.#somethingNew(silenceMs);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#other?.receive(Uint8Array.from(bytes));
  }

  close(): void {
    if (this.#lost !== undefined) return;
    this.#lost = new GiroError('LINK_LOST', 'closed here');
    this.#other?.receive('end');
    this.#wake?.();
  }

  /** Breaks the connection as a pulled cable does: both ends lose it, and nothing was closed. */
  break(): void {
    for (const end of [this, this.#other]) end?.lose(new GiroError('LINK_LOST', 'connection reset'));
  }

  receive(bytes: Uint8Array | 'end'): void {
    if (bytes === 'end') this.#hasEnded = true;
    else this.#received.push(bytes);
    this.#wake?.();
  }

  lose(error: GiroError): void {
    this.#lost ??= error;
    this.#wake?.();
  }

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
}
