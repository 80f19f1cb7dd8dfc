import type { Unit } from '../../../config/configuration.ts';

/** The units of the configuration in force: a source that listens follows them without closing its port. */
export class UnitsInForce {
  readonly #read: () => readonly Unit[];
  readonly #followers = new Set<() => void>();

  constructor(read: () => readonly Unit[]) {
    this.#read = read;
  }

  get now(): readonly Unit[] {
    return this.#read();
  }

  /** Has `follow` called after each change; calling the answer ends that. */
  follow(follow: () => void): () => void {
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }

  /** Another configuration is in force. */
  changed(): void {
    for (const follow of this.#followers) follow();
  }
}
