import type { Feed } from '../../../config/sections/feed.ts';
import { type Clock, sleep } from '../../../drivers/base/clock.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import { backoffMs } from '../../../drivers/links/backoff.ts';
import { listen } from '../../http/server.ts';
import type { Journal } from '../../journal/journal.ts';
import { ReaderThread } from '../../journal/reader-thread.ts';
import type { FeedNews } from './news.ts';
import { createFeedServer } from './server.ts';

interface FeedParts {
  readonly feed: Feed;
  /** All that are configured: what a unit without a consumer still has in its feed ends as well. */
  readonly units: readonly string[];
  /** The journal's folder. */
  readonly data: string;
  readonly journal: Pick<Journal, 'openFeeds' | 'pruneFeed'>;
  readonly news: FeedNews;
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1); spreads waits. */
  readonly random: () => number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Serves the feed until `signal` aborts: listens, and tries again while the address is taken; ends what is too old. */
export async function serveFeed(parts: FeedParts, signal: AbortSignal): Promise<void> {
  const { feed, data, journal, news, clock, log, random } = parts;
  await journal.openFeeds(feed.consumers.map(({ unit }) => unit));
  const pruning = pruneHourly(parts, signal);
  const reader = new ReaderThread(data);
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const server = await createFeedServer({ feed, reader, news, log, signal });
    try {
      const port = await listen(server, feed.listen);
      log.info({ host: feed.listen.host, port, consumers: feed.consumers.length }, 'feed listens');
      if (!signal.aborted) await aborted(signal);
    } catch (error) {
      log.error({ err: error }, 'the feed cannot listen; it is tried again');
      await sleep(clock, backoffMs(attempt, random), signal).catch(() => {}); // aborted: the loop ends
    } finally {
      await server.close();
    }
  }
  await reader.close();
  await pruning;
}

async function pruneHourly(
  { feed, units, journal, clock, log }: FeedParts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const unit of units) {
        const beforeMs = clock.now() - feed.keepDays * DAY_MS;
        while ((await journal.pruneFeed(unit, beforeMs)) > 0 && !signal.aborted);
      }
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'what is too old for the feed was not taken away');
    }
    await sleep(clock, HOUR_MS, signal).catch(() => {}); // aborted: the loop ends
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
