import {
  defineDriver,
  type Observer,
  type ObserverContext,
  type TurnstileContext,
} from '../contract/driver.ts';
import type { AccessReading, Reading } from '../contract/reading.ts';
import { LineDecoder } from './codec.ts';
import { Commits } from './commits.ts';
import { linesHints } from './hints.ts';
import { LineReader } from './messages.ts';
import { type LinesOptions, linesOptions } from './options.ts';
import { LinesSimulator } from './simulator.ts';

/** Received chunks that may be on their way to the disk; then the session waits, and so does the sender. */
const MAX_COMMITS = 2;
/** An observer cannot hold anybody back, so beyond this it drops what it hears. */
const MAX_OBSERVED_COMMITS = 64;

/** Any controller or reader that prints one line of text for each access. */
export const lines = defineDriver({
  name: 'lines',
  options: linesOptions,
  links: ['tcp', 'tcp-listen', 'serial'],
  isListener: true,
  run,
  observe,
  reread(options) {
    const reader = new LineReader(options);
    return (line, key) => reader.read(line, key).filter(isAccess);
  },
  hints: linesHints,
  simulate: (context) => new LinesSimulator(context),
});

async function run({ link, options, record, log, signal }: TurnstileContext<LinesOptions>): Promise<void> {
  const { ack, encoding } = options;
  const reader = new ChunkReader(options);
  using commits = new Commits(link, ack === undefined ? undefined : Buffer.from(ack, encoding), signal);
  try {
    for (let chunk = await link.read(); chunk instanceof Uint8Array; chunk = await link.read()) {
      const { readings, lines } = reader.read(chunk);
      if (lines > 0) commits.add(record(...readings), lines);
      await commits.fewerThan(MAX_COMMITS);
      if (signal.aborted) return;
    }
    if (reader.unfinishedBytes > 0) {
      // Cut in the middle it could still match, with half a card number.
      log.warn({ bytes: reader.unfinishedBytes }, 'connection ended within a line: the line is dropped');
    }
    await commits.fewerThan(1);
  } catch (error) {
    if (signal.aborted) return;
    // A commit that failed has closed the link: that is the reason, not the closed link.
    commits.throwFailure();
    throw error;
  }
}

function observe({ options, record, log }: ObserverContext<LinesOptions>): Observer {
  const reader = new ChunkReader(options);
  let underWay = 0;
  let dropped = 0;
  return {
    fromDevice(bytes) {
      // Read even when it is dropped, or the line after it would lose its beginning.
      const { readings, lines } = reader.read(bytes);
      if (lines === 0) return;
      if (underWay >= MAX_OBSERVED_COMMITS) {
        if (dropped === 0) log.error({ underWay }, 'journal does not keep up: observed lines are dropped');
        dropped += lines;
        return;
      }
      underWay += 1;
      record(...readings)
        .catch((err: unknown) => log.error({ err, lines }, 'observed lines were not recorded'))
        .finally(() => {
          underWay -= 1;
        });
    },
    fromSoftware() {},
    end() {
      if (dropped > 0) log.error({ dropped }, 'observed lines were dropped in this conversation');
    },
  };
}

/** From received bytes to the readings of all lines that they complete. */
class ChunkReader {
  readonly #decoder: LineDecoder;
  readonly #lines: LineReader;
  #count = 0;

  constructor(options: LinesOptions) {
    this.#decoder = new LineDecoder(options.lineEnding, options.maxLineBytes);
    this.#lines = new LineReader(options);
  }

  get unfinishedBytes(): number {
    return this.#decoder.unfinishedBytes;
  }

  read(chunk: Uint8Array): { readonly readings: Reading[]; readonly lines: number } {
    const decoded = this.#decoder.push(chunk);
    const readings = decoded.flatMap((line): Reading[] => {
      if (line.kind === 'discarded') return [{ kind: 'unrecognised', bytes: line.bytes }];
      this.#count += 1;
      return this.#lines.read(line.bytes, `line-${this.#count}`);
    });
    return { readings, lines: decoded.length };
  }
}

function isAccess(reading: Reading): reading is AccessReading {
  return 'freshness' in reading;
}
