import { Duplex } from 'node:stream';
import type { Clock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type {
  Driver,
  Observer,
  ObserverContext,
  TurnstileContext,
} from '../../../drivers/contract/driver.ts';
import type { Reading } from '../../../drivers/contract/reading.ts';
import { StreamLink } from '../../../drivers/links/stream-link.ts';
import { wallClock } from '../../events/moment.ts';
import { MovingCursor } from '../../turnstiles/cursor.ts';
import type { Capture, CaptureEntry } from './capture.ts';
import { ReplayClock, settled } from './replay-clock.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** One connection of a recording, and the driver's side of it. */
interface Player {
  hear(entry: Extract<CaptureEntry, { kind: 'bytes' }>): void;
  end(): Promise<void>;
}

/** What a replay tells; times are those of the recording. */
export interface ReplayListener {
  /** What is fed to the driver next. */
  readonly onEntry: (entry: CaptureEntry) => void;
  readonly onReading: (reading: Reading, atMs: number) => void;
  /** A connection was given up by the driver. */
  readonly onFailure: (failure: GiroError, atMs: number) => void;
}

/**
 * Feeds a recording to its driver, by a clock that follows the recording's times. A recording that holds the beginning
 * of each connection is heard by a session, whose own requests lead nowhere; one that began in the middle, or behind a
 * tap, by an observer, which needs no beginning. Nothing is stored or sent.
 * @param options as `driver.options` makes them
 */
export async function replay(
  { header, entries }: Capture,
  { driver, options }: { readonly driver: Driver; readonly options: unknown },
  { onEntry, onReading, onFailure }: ReplayListener,
): Promise<void> {
  const clock = new ReplayClock(entries[0]?.atMs ?? 0);
  const cursor = new MovingCursor(undefined);
  const record: Stage['base']['record'] = async (...readings) => {
    for (const reading of readings) onReading(reading, clock.now());
  };
  const context: Stage = {
    driver,
    clock,
    base: {
      id: header.turnstile,
      options,
      clock,
      log: SILENT,
      cursor,
      record,
      recordAt: (position, ...readings) => cursor.moveTo(position, () => record(...readings)),
    },
    localTime: (atMs) => wallClock(atMs, header.timezone),
    onFailure,
  };
  const play = isWhole(entries) ? session : observer;
  let player: Player | undefined;
  for (const entry of entries) {
    await clock.moveTo(entry.atMs);
    onEntry(entry);
    if (entry.kind === 'bytes') {
      player ??= play(context);
      player.hear(entry);
    } else {
      await player?.end();
      player = entry.state === 'up' ? play(context) : undefined;
    }
    await settled();
  }
  await player?.end();
}

interface Stage {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly base: Omit<ObserverContext<unknown>, 'signal'>;
  readonly localTime: TurnstileContext<unknown>['localTime'];
  readonly onFailure: ReplayListener['onFailure'];
}

/** Whether it holds each connection from its beginning, and Giro's own side of it. */
function isWhole(entries: readonly CaptureEntry[]): boolean {
  const first = entries.find((entry) => entry.kind === 'bytes' || entry.state === 'up');
  if (first?.kind !== 'link' || first.ongoing || first.peer === undefined) return false;
  return !entries.some((entry) => entry.kind === 'bytes' && entry.from === 'software');
}

function session({ driver, clock, base, localTime, onFailure }: Stage): Player {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stream = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
  const release = (): void => void stream.destroy();
  const link = new StreamLink(stream, { kind: 'tcp', peer: 'replay', clock, signal, release });
  const ended = driver.run({ ...base, link, signal, localTime }).catch((error: unknown) => {
    if (signal.aborted) return;
    if (!(error instanceof GiroError)) throw error;
    onFailure(error, clock.now());
  });
  ended.catch(() => {}); // `end` throws it
  return {
    hear({ from, bytes }) {
      if (from === 'device') stream.push(bytes);
    },
    async end() {
      stream.push(null);
      await settled();
      stopping.abort();
      await ended;
    },
  };
}

function observer({ driver, base }: Stage): Player {
  const stopping = new AbortController();
  const heard: Observer = driver.observe({ ...base, signal: stopping.signal });
  return {
    hear({ from, bytes }) {
      if (from === 'device') heard.fromDevice(bytes);
      else heard.fromSoftware(bytes);
    },
    async end() {
      heard.end();
      stopping.abort();
    },
  };
}
