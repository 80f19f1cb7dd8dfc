import { fstatSync } from 'node:fs';
import { type Level, type Logger, pino } from 'pino';

/**
 * Members that never reach a log, at any depth: who passed, with what, and our own secrets. A test sends marked values
 * through the daemon and greps for them.
 */
const NEVER: ReadonlySet<string> = new Set([
  'credential',
  'person',
  'card',
  'value',
  'secret',
  'key',
  'body',
  'content',
  'authorization',
]);

/** pino writes nothing that lies deeper (its `depthLimit`). */
const DEPTH = 5;

/** syslog(3) priorities of pino's levels, as sd-daemon(3) has them at the start of a line. */
const PRIORITIES: Readonly<Record<string, string>> = {
  10: '<7>',
  20: '<7>',
  30: '<6>',
  40: '<4>',
  50: '<3>',
  60: '<2>',
};

interface Destination {
  write(line: string): void;
}

interface LogOptions {
  readonly level?: string;
  /** Readable lines in place of JSON. */
  readonly terminal?: boolean;
  readonly journald?: boolean;
  /** Gets every line as well, as JSON. */
  readonly ring?: Destination;
}

/**
 * The daemon's log, on stderr: readable lines on a terminal, one JSON object a line otherwise, with its priority in
 * front where the journal of systemd reads it (`journalctl -p warning`).
 */
export async function createLog({
  level = 'info',
  terminal = process.stderr.isTTY,
  journald = isJournal(process.env.JOURNAL_STREAM),
  ring,
}: LogOptions = {}): Promise<Logger> {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Not pino's `redact`: it parses its paths again for each line, a fifth of all memory that an access takes.
    formatters: { log: redacted },
    serializers: { err: (error: Error) => redacted(pino.stdSerializers.err(error)) },
  };
  const shown = terminal ? await readable() : lines(journald);
  if (ring === undefined) return pino(options, shown);
  const streams = [shown, ring].map((stream) => ({ level: level as Level, stream }));
  return pino(options, pino.multistream(streams));
}

/** The same object where nothing has to be hidden. */
function redacted(data: object, depth = 1): Record<string, unknown> {
  const said = data as Record<string, unknown>;
  let shown = said;
  for (const name of Object.keys(said)) {
    const value = said[name];
    const safe = NEVER.has(name) ? '[redacted]' : within(value, depth);
    if (safe !== value) shown = { ...shown, [name]: safe };
  }
  return shown;
}

function within(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || depth === DEPTH) return value;
  return Array.isArray(value) ? value.map((item) => within(item, depth + 1)) : redacted(value, depth + 1);
}

async function readable(): Promise<Destination> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({
    destination: 2,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    colorize: colours(),
  });
}

function lines(journald: boolean): Destination {
  const destination = pino.destination({ dest: 2, sync: false });
  return journald ? { write: (line) => destination.write(`${priorityOf(line)}${line}`) } : destination;
}

/** Every line begins with its level, for there is no base. */
function priorityOf(line: string): string {
  return PRIORITIES[line.slice('{"level":'.length, line.indexOf(','))] ?? '<6>';
}

/** Whether stderr is the stream of the journal that the variable names (systemd.exec(5), JOURNAL_STREAM). */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}

function colours(): boolean {
  return process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';
}
