import type { Feed } from '../../../config/sections/feed.ts';
import type { Part } from '../../base/part.ts';
import { Runs } from '../../base/runs.ts';
import type { Installation } from '../../delivery/installation.ts';
import type { FeedNews } from './news.ts';

interface Settings {
  readonly feed: Feed;
  readonly units: readonly string[];
  readonly data: string;
}

/** The feed as a part of the gateway; there is none where it is not configured. */
export function feedPart({ configuration, clock, log, journal }: Installation, news: FeedNews): Part {
  const common = { journal, news, clock, log, random: Math.random };
  return new Runs<Settings>({
    configuration,
    settingsOf: ({ feed, units, agent: { data } }) =>
      new Map(feed === undefined ? [] : [[data, { feed, units: units.map(({ id }) => id), data }] as const]),
    async run(settings, signal) {
      const { serveFeed } = await import('./feed.ts'); // brings an HTTP server that a gym has no use for
      await serveFeed({ ...settings, ...common }, signal).catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error }, 'the feed ended');
      });
    },
  });
}
