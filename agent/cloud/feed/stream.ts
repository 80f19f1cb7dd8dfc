import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FeedItem } from '../../journal/feed.ts';
import { cursorOf, type FeedPlace } from './cursor.ts';
import type { FeedNews } from './news.ts';
import type { FeedReading } from './reading.ts';

/** A comment goes out this often while nothing happens: consumers and proxies tell a live stream by it. */
export const HEARTBEAT_MS = 15_000;
/** Events read at a time. */
const PAGE = 100;

interface StreamOptions {
  readonly unit: string;
  readonly reading: Pick<FeedReading, 'page'>;
  readonly news: FeedNews;
  readonly base64: boolean;
}

/**
 * Writes a feed as server-sent events from a place on, until the consumer leaves or `signal` aborts. Reads no further
 * than the consumer takes. @throws {GiroError} JOURNAL_FAILED, with the stream cut.
 */
export async function writeStream(
  response: ServerResponse,
  from: FeedPlace,
  { unit, reading, news, base64 }: StreamOptions,
  signal: AbortSignal,
): Promise<void> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  response.once('close', leave);
  // Not AbortSignal.any: it forgets an abort once the source is collected (nodejs/node#65995).
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const ended = left.signal;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // nginx would hold events back
  });
  response.write(': giro\n\n');
  let place = from;
  try {
    while (!ended.aborted) {
      const version = news.version(unit);
      const { items } = await reading.page(place, PAGE, base64);
      for (const item of items) {
        place = { ...place, sequence: item.sequence };
        await write(response, eventText(item, place), ended);
      }
      if (items.length > 0) continue;
      await news.wait(unit, version, HEARTBEAT_MS, ended);
      if (news.version(unit) === version) await write(response, ':\n\n', ended);
    }
  } finally {
    signal.removeEventListener('abort', leave);
    response.end();
  }
}

/** Line ends inside JSON are blanks: each begins a line of data, and the value stays the same. */
function eventText({ body, name }: FeedItem, place: FeedPlace): string {
  const data = body
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('');
  return `id: ${cursorOf(place)}\nevent: ${name}\n${data}\n`;
}

async function write(response: ServerResponse, text: string, ended: AbortSignal): Promise<void> {
  if (ended.aborted || response.write(text)) return;
  await once(response, 'drain', { signal: ended }).catch((error: unknown) => {
    if (!ended.aborted) throw error;
  });
}
