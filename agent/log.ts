import { type Level, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/**
 * Members that never reach a log, at any depth that our lines have: who passed, with what, and our own secrets.
 * A test sends marked values through the daemon and greps for them.
 */
const REDACTED = [
  'credential',
  'person',
  'card',
  'value',
  'secret',
  'key',
  'body',
  'content',
  'authorization',
];

interface LogOptions {
  readonly level?: string;
  readonly terminal?: boolean;
  /** Gets every line as well, as JSON. */
  readonly ring?: { write(line: string): void };
}

/** The daemon's log, on stderr: readable lines on a terminal, one JSON object a line otherwise. */
export function createLog({
  level = 'info',
  terminal = process.stderr.isTTY,
  ring,
}: LogOptions = {}): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  };
  const shown = terminal
    ? pretty({
        destination: 2,
        sync: true,
        singleLine: true,
        translateTime: 'SYS:HH:MM:ss',
        colorize: colours(),
      })
    : pino.destination({ dest: 2, sync: false });
  if (ring === undefined) return pino(options, shown);
  return pino(
    options,
    pino.multistream([
      { level: level as Level, stream: shown },
      { level: level as Level, stream: ring },
    ]),
  );
}

function colours(): boolean {
  return process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';
}
