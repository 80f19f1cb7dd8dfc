import { z } from 'zod';
import { GiroError } from '../../../drivers/base/errors.ts';
import { eventJson } from '../../turnstiles/event-json.ts';
import type { WireEvent } from '../../turnstiles/wire.ts';

/**
 * A `.girocap` file: what went over the wire of one turnstile, one JSON object a line. The first says what it is of; each
 * other is a connection that began or ended, or bytes in base64. It holds credentials as the device sends them.
 */
const headerSchema = z.object({
  girocap: z.literal(1),
  /** Giro's version. */
  version: z.string(),
  turnstile: z.string(),
  driver: z.string(),
  /** The driver's options, without secrets. */
  options: z.record(z.string(), z.unknown()),
  /** IANA zone of the unit. */
  timezone: z.string(),
});
export type CaptureHeader = z.output<typeof headerSchema>;

const entrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('link'),
    atMs: z.number(),
    state: z.enum(['up', 'down']),
    peer: z.string().optional(),
    why: z.string().optional(),
    ongoing: z.literal(true).optional(),
  }),
  z.object({
    kind: z.literal('bytes'),
    atMs: z.number(),
    from: z.enum(['device', 'giro', 'software']),
    bytes: z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64')),
  }),
]);
export type CaptureEntry = z.output<typeof entrySchema>;

export interface Capture {
  readonly header: CaptureHeader;
  /** In the order of the file. */
  readonly entries: readonly CaptureEntry[];
}

/** The first line of a file, with its ending. */
export function headerLine(header: Omit<CaptureHeader, 'girocap'>): string {
  return `${JSON.stringify({ girocap: 1, ...header })}\n`;
}

/** The line of an event, with its ending; none of a reading, which a replay makes anew. */
export function entryLine(event: WireEvent): string | undefined {
  return event.kind === 'reading' ? undefined : `${JSON.stringify(eventJson(event))}\n`;
}

/**
 * Reads a file. An unfinished last line, of a recorder that was killed, is left out.
 * @throws {GiroError} CAPTURE_UNREADABLE, with the number of the line.
 */
export function parseCapture(text: string): Capture {
  const lines = text.split('\n');
  if (lines.pop() !== '' && lines.length === 0) throw unreadable(1);
  const [first, ...rest] = lines.map(parseJson);
  const header = headerSchema.safeParse(first);
  if (!header.success) throw unreadable(1);
  const entries = rest.map((line, index) => {
    const entry = entrySchema.safeParse(line);
    if (!entry.success) throw unreadable(index + 2);
    return entry.data;
  });
  return { header: header.data, entries };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // no object, which the schemas say with the number of the line
  }
}

function unreadable(line: number): GiroError {
  return new GiroError('CAPTURE_UNREADABLE', `line ${line} is none of a .girocap file of version 1`);
}
