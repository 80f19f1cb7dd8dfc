/** Hands what happens to whoever listens at that moment. */
export class Feed<Item> {
  readonly #listeners = new Set<(item: Item) => void>();

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  publish(item: Item): void {
    for (const listener of this.#listeners) listener(item);
  }

  /** Calling the answer ends it. */
  listen(listener: (item: Item) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
