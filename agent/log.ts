import { type Logger, pino } from 'pino';
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

/** The daemon's log, on stderr: readable lines on a terminal, one JSON object a line otherwise. */
export function createLog({ level = 'info', terminal = process.stderr.isTTY } = {}): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  };
  if (terminal) {
    return pino(
      options,
      pretty({
        destination: 2,
        sync: true,
        singleLine: true,
        translateTime: 'SYS:HH:MM:ss',
        colorize: colours(),
      }),
    );
  }
  return pino(options, pino.destination({ dest: 2, sync: false }));
}

function colours(): boolean {
  return process.env.NO_COLOR === undefined || process.env.NO_COLOR === '';
}
