import type { Turnstile } from '../../../config/sections/turnstiles.ts';
import type { Clock } from '../../../drivers/base/clock.ts';
import type { Driver } from '../../../drivers/contract/driver.ts';
import { createLinkSource } from '../../../drivers/links/open.ts';
import { keepConnected } from '../../turnstiles/turnstile.ts';
import { Wire, type WireEvent, watchable } from '../../turnstiles/wire.ts';

/** Between two attempts to connect. */
const LONGEST_WAIT_MS = 2_000;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

interface OwnSessionOptions {
  readonly turnstile: Turnstile;
  /** IANA zone of its unit. */
  readonly timezone: string;
  readonly clock: Clock;
  readonly onEvent: (event: WireEvent) => void;
}

/**
 * Connects to a turnstile while no gateway runs, until `signal` aborts. What is read is stored nowhere, so it is never
 * confirmed to the device either: what the device keeps, the gateway gets later. Decisions are made as configured,
 * except by callback: then its fallback counts.
 */
export async function ownSession(
  { turnstile, timezone, clock, onEvent }: OwnSessionOptions,
  signal: AbortSignal,
): Promise<void> {
  const wire = new Wire(clock);
  wire.watch(onEvent);
  let isUp = false;
  let lastWhy: string | undefined;
  const unconfirmed = (): Promise<void> =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  await keepConnected(
    {
      turnstile: { ...turnstile, driver: watchable(attended(turnstile.driver), wire) },
      timezone,
      source: createLinkSource(turnstile.address, { ...turnstile.driver.link, clock, log: SILENT }),
      intake: { record: unconfirmed, recordAt: unconfirmed },
      position: undefined,
      clock,
      log: SILENT,
      random: Math.random,
      onState({ state, problem }) {
        // The wire tells of sessions; that none began only the state does.
        const why = isUp || state === 'online' ? undefined : problem?.detail;
        if (why !== undefined && why !== lastWhy) wire.linked('down', { why });
        isUp = state === 'online';
        lastWhy = why;
      },
    },
    signal,
  );
}

/** The driver, while somebody stands there: dialled again soon, and not held back by acknowledgements that never come. */
function attended(driver: Driver): Driver {
  const soon = { ...driver, link: { ...driver.link, longestWaitMs: LONGEST_WAIT_MS } };
  if (!driver.isListener) return soon;
  return {
    ...soon,
    async run({ link, ...context }) {
      const observer = driver.observe({
        ...context,
        record: async (...readings) => {
          context.record(...readings).catch(() => {}); // it is told, and never confirmed
        },
      });
      for (let bytes = await link.read(); bytes instanceof Uint8Array; bytes = await link.read()) {
        observer.fromDevice(bytes);
      }
      observer.end();
    },
  };
}
