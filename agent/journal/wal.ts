import { readFileSync, statSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;
/** Where the head cannot tell. */
const PAGE = 4096;
/** The format of both kinds: the lowest bit says how the words of the checksum lie. */
const MAGIC = 0x377f0682;
/** The log is cut back to this; only a long read lets it grow beyond, and then it is not looked at. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** What a write-ahead log holds that was not played into its file yet (SQLite file format, section 4). */
export interface LogContent {
  /** Pages up to the last commit that can be read: SQLite plays these. */
  readonly committedPages: number;
  /** Pages behind it that cannot be played: an unfinished commit, or what is damaged. */
  readonly lostPages: number;
  /** A page that is damaged, or cut off, made the end unreadable; an unfinished commit alone does not. */
  readonly isTorn: boolean;
}

/**
 * Reads the log beside a file that nobody has open. Undefined when there is none, when it is empty, and when it is longer
 * than 64 MiB. Frames of an earlier round of the log, which end it, are told by their salt.
 */
export function readLog(path: string): LogContent | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size > LARGEST_BYTES) return undefined;
  const log = readFileSync(path);
  const head = readHead(log);
  if (head === undefined) {
    return { committedPages: 0, lostPages: Math.floor(log.length / (FRAME_HEADER + PAGE)), isTorn: true };
  }
  const { isBigEndian, frameSize, salt } = head;
  let { sums } = head;
  let committedPages = 0;
  let pages = 0;
  let isBroken = false;
  for (let at = HEADER; at + FRAME_HEADER <= log.length; at += frameSize) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    pages += 1;
    const frame = log.subarray(at, at + frameSize);
    isBroken ||= frame.length < frameSize;
    if (isBroken) continue;
    sums = checksum(frame.subarray(0, 8), sums, isBigEndian);
    sums = checksum(frame.subarray(FRAME_HEADER), sums, isBigEndian);
    isBroken = !holds(sums, frame.subarray(16));
    if (!isBroken && frame.readUInt32BE(4) > 0) committedPages = pages;
  }
  return { committedPages, lostPages: pages - committedPages, isTorn: isBroken };
}

/** Undefined when it is damaged: SQLite then ignores the whole log. */
function readHead(log: Buffer) {
  if (log.length < HEADER) return undefined;
  const magic = log.readUInt32BE(0);
  const isBigEndian = (magic & 1) === 1;
  const sums = checksum(log.subarray(0, 24), [0, 0], isBigEndian);
  if (magic >>> 1 !== MAGIC >>> 1 || !holds(sums, log.subarray(24))) return undefined;
  return { isBigEndian, frameSize: FRAME_HEADER + log.readUInt32BE(8), salt: log.subarray(16, 24), sums };
}

type Sums = readonly [number, number];

function holds(sums: Sums, stored: Buffer): boolean {
  return sums[0] === stored.readUInt32BE(0) && sums[1] === stored.readUInt32BE(4);
}

function checksum(bytes: Buffer, [first, second]: Sums, isBigEndian: boolean): Sums {
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}
