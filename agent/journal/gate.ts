import { GiroError } from '../../drivers/base/errors.ts';

const WAITING_LIMIT = 100_000;

/** Lets calls through in their order, or keeps them waiting while it is closed. */
export class Gate {
  #waiting: { readonly go: () => void; readonly reject: (error: GiroError) => void }[] = [];
  #isClosed = false;
  #ended: GiroError | undefined;

  /** What `go` comes to, once the gate is open. Rejects with JOURNAL_FAILED when 100,000 wait already. */
  pass<T>(go: () => Promise<T>): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (!this.#isClosed) return go();
    if (this.#waiting.length >= WAITING_LIMIT) {
      return Promise.reject(new GiroError('JOURNAL_FAILED', `${WAITING_LIMIT} calls already wait`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ go: () => go().then(resolve, reject), reject });
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  open(): void {
    this.#isClosed = false;
    for (const { go } of this.#waiting.splice(0)) go();
  }

  /** Gives up what waits, and what comes. */
  end(): void {
    this.#ended = new GiroError('JOURNAL_FAILED', 'the journal is closed');
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
