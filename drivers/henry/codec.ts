/**
 * Frames of the Henry 8x protocol (henry.md 3): STX, payload size (16 bit, little-endian), payload, checksum, ETX.
 * Nothing is escaped, so frames are cut by their size and never by looking for ETX.
 */

const STX = 0x02;
const ETX = 0x03;
/** Offset of the payload: STX and two size bytes. */
const HEADER = 3;
/** What a frame has beside its payload: the header, checksum and ETX. */
const OVERHEAD = 5;
/** `0+RH+0`, the shortest payload. */
const SHORTEST_PAYLOAD = 6;
const PLUS = 0x2b;

/** Largest payload that is accepted unless the options say otherwise; larger sizes count as corruption. */
export const LARGEST_PAYLOAD = 16_384;

type DiscardReason = 'garbage' | 'size' | 'implausible' | 'etx' | 'checksum' | 'silence';

export type Decoded =
  | { readonly kind: 'frame'; readonly payload: Uint8Array }
  | { readonly kind: 'discarded'; readonly why: DiscardReason; readonly bytes: Uint8Array };

interface Step {
  readonly decoded: Decoded;
  readonly size: number;
}

/** XOR of `bytes`, which must be both size bytes and the payload, without STX (henry.md 3). */
export function checksum(bytes: Uint8Array): number {
  let xor = 0;
  for (const byte of bytes) xor ^= byte;
  return xor;
}

/** One frame around `payload`, which must have at most 65,535 bytes. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(payload.length + OVERHEAD);
  frame[0] = STX;
  frame[1] = payload.length & 0xff;
  frame[2] = payload.length >> 8;
  frame.set(payload, HEADER);
  frame[HEADER + payload.length] = checksum(frame.subarray(1, HEADER + payload.length));
  frame[HEADER + payload.length + 1] = ETX;
  return frame;
}

/** Turns received chunks into frames however the line cut them up (henry.md 4). Knows nothing of ports or time. */
export class FrameDecoder {
  readonly #largestPayload: number;
  #pending: Uint8Array = new Uint8Array();

  constructor(largestPayload: number = LARGEST_PAYLOAD) {
    this.#largestPayload = largestPayload;
  }

  /** Bytes that wait for the rest of their frame; fewer than the largest frame has. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array): Decoded[] {
    return this.#decode(Buffer.concat([this.#pending, chunk]));
  }

  /**
   * Gives up an unfinished frame, to be called after 2 s of silence (henry.md 4, rule 4). Costs its STX only: a good
   * frame may be behind a size that was corrupted.
   */
  expire(): Decoded[] {
    if (this.#pending.length === 0) return [];
    const { decoded, size } = drop('silence', this.#pending);
    return [decoded, ...this.#decode(this.#pending.subarray(size))];
  }

  #decode(bytes: Uint8Array): Decoded[] {
    const decoded: Decoded[] = [];
    let rest = bytes;
    for (let step = this.#next(rest); step !== undefined; step = this.#next(rest)) {
      decoded.push(step.decoded);
      rest = rest.subarray(step.size);
    }
    this.#pending = rest;
    return decoded;
  }

  /** The next step by the rules of henry.md 4, or undefined while more bytes are needed. */
  #next(rest: Uint8Array): Step | undefined {
    const [first, sizeLow, sizeHigh] = rest;
    if (first === undefined) return undefined;
    if (first !== STX) {
      const start = rest.indexOf(STX);
      return drop('garbage', rest, start === -1 ? rest.length : start);
    }
    if (sizeLow === undefined || sizeHigh === undefined) return undefined;
    const size = sizeLow | (sizeHigh << 8);
    if (size < SHORTEST_PAYLOAD || size > this.#largestPayload) return drop('size', rest);
    if (!isPlausible(rest.subarray(HEADER))) return drop('implausible', rest);
    if (rest.length < size + OVERHEAD) return undefined;
    const body = rest.subarray(1, HEADER + size);
    if (rest[HEADER + size + 1] !== ETX) return drop('etx', rest);
    if (rest[HEADER + size] !== checksum(body)) return drop('checksum', rest);
    return { decoded: { kind: 'frame', payload: body.subarray(2) }, size: size + OVERHEAD };
  }
}

function drop(why: DiscardReason, rest: Uint8Array, size = 1): Step {
  return { decoded: { kind: 'discarded', why, bytes: rest.subarray(0, size) }, size };
}

/**
 * Whether a payload begins as one does (one or two digits, `+`, a capital), as far as it is there (henry.md 4, rule 3).
 * Tells a false STX at once, instead of after the silence.
 */
function isPlausible(payload: Uint8Array): boolean {
  const [first, second, third, fourth] = payload;
  if (first === undefined) return true;
  if (!isDigit(first)) return false;
  if (second === undefined) return true;
  if (second === PLUS) return third === undefined || isCapital(third);
  if (!isDigit(second)) return false;
  if (third === undefined) return true;
  return third === PLUS && (fourth === undefined || isCapital(fourth));
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}
