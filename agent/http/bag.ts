/**
 * What is under way, in no order. Not a `Set`: where members come and go all the time, each table of V8's that was
 * outgrown still leads to the next, so that the first to grow old keeps all that come after it until the next full
 * collection of garbage.
 */
export class Bag<Member> {
  readonly #members: Member[] = [];

  add(member: Member): void {
    this.#members.push(member);
  }

  /** Takes a member out; nothing happens when it is not in. */
  delete(member: Member): void {
    const place = this.#members.indexOf(member);
    const last = this.#members.at(-1);
    if (place === -1 || last === undefined) return;
    this.#members[place] = last;
    this.#members.pop();
  }

  /** Those that are in now. */
  get members(): readonly Member[] {
    return [...this.#members];
  }
}
