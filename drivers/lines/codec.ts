/** What ends a line: `auto` takes LF, CR and CR LF, also mixed. */
export const LINE_ENDINGS = ['auto', 'lf', 'crlf', 'cr'] as const;
export type LineEnding = (typeof LINE_ENDINGS)[number];

const CR = 0x0d;
const LF = 0x0a;

export type Decoded =
  /** A line without its ending, never empty. */
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** A line that was longer than allowed: its beginning. */
  | { readonly kind: 'discarded'; readonly why: 'length'; readonly bytes: Uint8Array };

/**
 * Turns received chunks into lines however the connection cut them up. Empty lines are ignored, so the LF of a CR LF
 * needs no care under `auto`. Memory is bounded by `maxLineBytes`; what is longer comes out as `discarded`, once, when
 * its ending comes.
 */
export class LineDecoder {
  readonly #lineEnding: LineEnding;
  readonly #maxLineBytes: number;
  /** The beginning of the unfinished line; one byte more than a line may have, for the CR of a CR LF. */
  readonly #kept: Uint8Array;
  /** Length of the unfinished line, which may exceed what is kept of it. */
  #size = 0;
  #previous: number | undefined;

  constructor(lineEnding: LineEnding, maxLineBytes: number) {
    this.#lineEnding = lineEnding;
    this.#maxLineBytes = maxLineBytes;
    this.#kept = new Uint8Array(maxLineBytes + 1);
  }

  /** Bytes of the line that has not ended yet. */
  get unfinishedBytes(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): Decoded[] {
    const decoded: Decoded[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#ends(byte)) {
        this.#keep(chunk.subarray(start, at));
        start = at + 1;
        const line = this.#take();
        if (line !== undefined) decoded.push(line);
      }
      this.#previous = byte;
    }
    this.#keep(chunk.subarray(start));
    return decoded;
  }

  #ends(byte: number | undefined): boolean {
    switch (this.#lineEnding) {
      case 'auto':
        return byte === LF || byte === CR;
      case 'lf':
        return byte === LF;
      case 'cr':
        return byte === CR;
      case 'crlf':
        return byte === LF && this.#previous === CR;
    }
  }

  #keep(bytes: Uint8Array): void {
    const room = this.#kept.length - this.#size;
    if (room > 0) this.#kept.set(bytes.subarray(0, room), this.#size);
    this.#size += bytes.length;
  }

  #take(): Decoded | undefined {
    const size = this.#size - (this.#lineEnding === 'crlf' ? 1 : 0);
    this.#size = 0;
    if (size === 0) return undefined;
    // Copied, because the next line is kept in the same place.
    const bytes = Uint8Array.from(this.#kept.subarray(0, Math.min(size, this.#maxLineBytes)));
    return size > this.#maxLineBytes ? { kind: 'discarded', why: 'length', bytes } : { kind: 'line', bytes };
  }
}
