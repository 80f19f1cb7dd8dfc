import type { Link } from '../links/link.ts';

/**
 * The commits under way of one session: acknowledges their lines in order, each after its own commit, and stops at the
 * first failure. A failure or an abort closes the link, so that a session that waits for it goes on.
 */
export class Commits {
  readonly #link: Link;
  readonly #ack: Uint8Array | undefined;
  readonly #signal: AbortSignal;
  #underWay = 0;
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(link: Link, ack: Uint8Array | undefined, signal: AbortSignal) {
    this.#link = link;
    this.#ack = ack;
    this.#signal = signal;
    signal.addEventListener('abort', this.#stir, { once: true });
  }

  /** Acknowledges `lines` lines once `committed` and all commits before it are done. */
  add(committed: Promise<void>, lines: number): void {
    this.#underWay += 1;
    this.#last = this.#acknowledge(Promise.all([committed, this.#last]), lines);
    this.#last.then(this.#finished, this.#failed);
  }

  /** Resolves when fewer than `limit` are under way, or when the signal aborts. Throws the first failure. */
  async fewerThan(limit: number): Promise<void> {
    while (this.#underWay >= limit && this.#failure === undefined && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.throwFailure();
  }

  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** The session is over; what is still under way is committed, but no longer acknowledged by it. */
  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#stir);
  }

  async #acknowledge(ready: Promise<unknown>, lines: number): Promise<void> {
    await ready;
    const ack = this.#ack;
    if (ack !== undefined && lines > 0) await this.#link.write(Buffer.concat(Array(lines).fill(ack)));
  }

  readonly #stir = (): void => this.#wake?.();

  readonly #finished = (): void => {
    this.#underWay -= 1;
    this.#stir();
  };

  readonly #failed = (error: unknown): void => {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#link.close();
    this.#stir();
  };
}
