import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Clock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { type Item, isNotification, itemOf } from './feed-items.ts';
import type { InboxClient } from './inbox-client.ts';
import { goneOf, refusal, textOf, withQuery } from './pull.ts';

export interface StreamParts {
  readonly client: InboxClient;
  readonly url: URL;
  readonly clock: Clock;
  /** The id of an event that is no notification of a Giro: made of the cloud's own, or fresh. */
  readonly idOf: (originalId: string | undefined) => string;
  /** The stream is open. */
  readonly onOpen: () => void;
  /** Events in their order; nothing more is read until it resolves. */
  readonly onItems: (items: readonly Item[]) => Promise<void>;
}

/** Giro's feed says something every 15 s; after this long without a byte a stream is dead. */
const SILENCE_MS = 45_000;
/** Of one event, with room for what base64 adds. */
const LONGEST_EVENT = 2 * 1024 * 1024;

/**
 * Reads a stream of server-sent events behind a cursor until it ends, whoever ends it. Resolves to where the feed begins
 * when the inbox no longer knows the cursor.
 * @throws {GiroError} RELAY_UNREACHABLE, RELAY_REFUSED, RELAY_ANSWER, ADDRESS_BLOCKED.
 */
export async function readStream(
  parts: StreamParts,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly kind: 'ended' } | { readonly kind: 'gone'; readonly next: string }> {
  const { client, url, clock, onOpen, onItems } = parts;
  const silent = new AbortController();
  let cancel = (): void => {};
  const arm = (): void => {
    cancel();
    cancel = clock.after(SILENCE_MS, () =>
      silent.abort(new GiroError('RELAY_UNREACHABLE', `${url.origin}: the stream is silent`)),
    );
  };
  arm();
  try {
    const answer = await client.get(
      withQuery(url, { content: 'base64' }),
      { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) },
      AbortSignal.any([signal, silent.signal]),
    );
    if (answer.status === 410) return goneOf(await textOf(answer, url), url);
    if (answer.status !== 200) throw refusal(answer, url, clock.now());
    if (!String(answer.headers['content-type']).startsWith('text/event-stream')) {
      throw new GiroError('RELAY_ANSWER', `${url.origin}: no stream of events`);
    }
    onOpen();
    let items: Item[] = [];
    const decoder = new TextDecoder();
    const parser = createParser({
      maxBufferSize: LONGEST_EVENT,
      onEvent: (message) => items.push(itemOfMessage(message, parts)),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded')
          throw new GiroError('RELAY_ANSWER', `${url.origin}: an event is too long`, { cause: error });
      },
    });
    for await (const chunk of answer.body) {
      arm();
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (items.length === 0) continue;
      const came = items;
      items = [];
      cancel(); // a slow disk of ours is no silence of theirs
      await onItems(came);
      arm();
    }
    return { kind: 'ended' };
  } finally {
    cancel();
  }
}

/** A notification of an inbox; what is none is an event of a cloud that streams by itself, its data the body. */
function itemOfMessage({ id, event, data }: EventSourceMessage, { url, idOf }: StreamParts): Item {
  const notification = parsed(data);
  if (isNotification(notification)) {
    const item = itemOf(id ?? '', notification);
    if (item !== undefined) return item;
    throw new GiroError('RELAY_ANSWER', `${url.origin}: a content is not what its hash says`);
  }
  const contentType = notification === undefined ? 'text/plain; charset=utf-8' : 'application/json';
  const original = { bytes: Buffer.from(data), contentType, name: event, originalId: id, cursor: id };
  return { cursor: id ?? '', event: { id: idOf(id), ...original } };
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
