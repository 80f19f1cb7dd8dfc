/**
 * Frames of the LiteNet2 board (toletus-litenet2.md 2): always 20 bytes, without size, number or checksum. Prefix and
 * suffix may also stand inside the data, so frames are cut by their size and never by looking for either.
 */

const PREFIX = 0x53;
const SUFFIX = 0xc3;
const FRAME_BYTES = 20;
const DATA_OFFSET = 3;
/** Arguments of every command, unused ones zero. */
export const DATA_BYTES = 16;

export interface Frame {
  readonly command: number;
  /** Always 16 bytes. */
  readonly data: Uint8Array;
}

export type Decoded =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'discarded'; readonly why: 'noise' | 'suffix'; readonly bytes: Uint8Array };

interface Step {
  readonly decoded: Decoded;
  readonly size: number;
}

/** One frame; `data` may have fewer than 16 bytes. */
export function encodeFrame({ command, data }: Frame): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES);
  frame[0] = PREFIX;
  frame[1] = command & 0xff;
  frame[2] = command >> 8;
  frame.set(data, DATA_OFFSET);
  frame[FRAME_BYTES - 1] = SUFFIX;
  return frame;
}

/**
 * Turns received chunks into frames however the line cut them up (toletus-litenet2.md 2.1). TCP keeps the order, so an
 * unfinished frame is waited for without a limit of time; the next connection begins with a new decoder.
 */
export class FrameDecoder {
  #pending: Uint8Array = new Uint8Array();

  /** Bytes that wait for the rest of their frame; at most 19. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array): Decoded[] {
    const decoded: Decoded[] = [];
    let rest: Uint8Array = Buffer.concat([this.#pending, chunk]);
    for (let step = next(rest); step !== undefined; step = next(rest)) {
      decoded.push(step.decoded);
      rest = rest.subarray(step.size);
    }
    this.#pending = rest;
    return decoded;
  }
}

function next(rest: Uint8Array): Step | undefined {
  if (rest.length === 0) return undefined;
  if (rest[0] !== PREFIX) {
    const start = rest.indexOf(PREFIX);
    return drop('noise', rest, start === -1 ? rest.length : start);
  }
  if (rest.length < FRAME_BYTES) return undefined;
  // A false prefix costs itself only: a good frame may begin within the 20 bytes.
  if (rest[FRAME_BYTES - 1] !== SUFFIX) return drop('suffix', rest, 1);
  const [, low = 0, high = 0] = rest;
  const data = rest.subarray(DATA_OFFSET, FRAME_BYTES - 1);
  return { decoded: { kind: 'frame', frame: { command: low | (high << 8), data } }, size: FRAME_BYTES };
}

function drop(why: 'noise' | 'suffix', rest: Uint8Array, size: number): Step {
  return { decoded: { kind: 'discarded', why, bytes: rest.subarray(0, size) }, size };
}
