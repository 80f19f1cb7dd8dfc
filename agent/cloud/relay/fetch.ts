import { schedule } from 'node-cron';
import type { Unit } from '../../../config/configuration.ts';
import type { FetchSource } from '../../../config/sections/relay.ts';
import { sleep } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import { backoffMs } from '../../../drivers/links/backoff.ts';
import { relayedEvent } from './event.ts';
import type { Item } from './feed-items.ts';
import { InboxClient } from './inbox-client.ts';
import type { RelayParts } from './parts.ts';
import { InboxError, pullPage } from './pull.ts';
import { RelayReport } from './report.ts';
import { readStream } from './stream.ts';

/**
 * Keeps the events of one inbox coming: by its stream, by asking, or by asking while the stream cannot be had. Where it
 * stands is stored in the commit of the events, so that nothing is left out and what comes again is known.
 */
export class Fetching {
  readonly #source: FetchSource;
  readonly #parts: RelayParts;
  readonly #unit: Unit;
  readonly #client: InboxClient;
  readonly #report: RelayReport;
  /** What a position belongs to. */
  readonly #origin: string;
  /** The cursor behind the last event that was committed. */
  #after: string | undefined;
  #etag: string | undefined;
  #failures = 0;

  constructor(source: FetchSource, unit: Unit, parts: RelayParts) {
    this.#source = source;
    this.#parts = parts;
    this.#unit = unit;
    this.#client = new InboxClient(source);
    this.#report = new RelayReport({ relay: source.id, ...parts });
    this.#origin = (source.stream ?? source.pull)?.origin ?? '';
    this.#after = parts.journal.state.relays.find(
      ({ relay, source: origin }) => relay === source.id && origin === this.#origin,
    )?.position;
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { stream, pull } = this.#source;
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        if (stream !== undefined) {
          waitMs = await this.#stream(stream, signal);
          // A proxy may end every stream before anything comes through it.
          if (pull !== undefined && this.#failures > 1) await this.#fallBack(pull, signal);
        } else if (pull !== undefined) await this.#pullAll(pull, signal);
      } catch (error) {
        if (signal.aborted) break;
        waitMs = this.#failed(error);
        if (stream !== undefined && pull !== undefined) await this.#fallBack(pull, signal);
      }
      try {
        if (this.#failures > 0 || stream !== undefined) await sleep(this.#parts.clock, waitMs, signal);
        else await this.#nextTurn(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
    this.#client.close();
  }

  /** Answers how long to wait before the next try: not at all after a stream that had worked. */
  async #stream(url: URL, signal: AbortSignal): Promise<number> {
    const { clock, random, identity } = this.#parts;
    const ended = await readStream(
      {
        client: this.#client,
        url,
        clock,
        idOf: (originalId) => identity.eventId(this.#source.id, originalId),
        onOpen: () => this.#report.online(),
        onItems: async (items) => {
          // An event without an id leaves the place where the one before it put it.
          await this.#commit(items, 'sse', items.findLast(({ cursor }) => cursor !== '')?.cursor);
          this.#failures = 0;
        },
      },
      this.#after,
      signal,
    );
    if (ended.kind === 'gone') this.#begin(ended.next);
    // A stream that always ends at once must not be opened for ever as fast as it goes.
    this.#failures += 1;
    return backoffMs(this.#failures - 1, random);
  }

  async #pullAll(url: URL, signal: AbortSignal): Promise<void> {
    for (let more = true; more && !signal.aborted; ) {
      const asked = { after: this.#after, etag: this.#etag, nowMs: this.#parts.clock.now() };
      const pulled = await pullPage(this.#client, url, asked, signal);
      this.#report.online();
      this.#failures = 0;
      if (pulled.kind === 'unchanged') return;
      if (pulled.kind === 'gone') {
        if (pulled.next === this.#after)
          throw new GiroError('RELAY_ANSWER', `${url.origin}: it refuses the cursor that it gives`);
        this.#begin(pulled.next);
        continue;
      }
      if (pulled.items.length > 0) await this.#commit(pulled.items, 'consulta', pulled.next);
      if (pulled.more && pulled.next === asked.after) {
        throw new GiroError(
          'RELAY_ANSWER',
          `${url.origin}: it says that there is more, and stays where it is`,
        );
      }
      this.#after = pulled.next;
      this.#etag = pulled.items.length === 0 ? pulled.etag : undefined;
      more = pulled.more;
    }
  }

  /** The stream cannot be had: what came meanwhile is asked for. */
  async #fallBack(url: URL, signal: AbortSignal): Promise<void> {
    const failures = this.#failures;
    try {
      await this.#pullAll(url, signal);
      this.#failures = failures; // of the stream, which still is not there
    } catch (error) {
      if (!signal.aborted) this.#report.offline(error);
    }
  }

  /** Commits events and position together; resolves after the full sync. */
  async #commit(
    items: readonly Item[],
    channel: 'sse' | 'consulta',
    position: string | undefined,
  ): Promise<void> {
    const { agent, clock, log, outbox } = this.#parts;
    const { id: relay, provider } = this.#source;
    const receivedAtMs = clock.now();
    const events = items.flatMap(({ event }) => {
      if (event === undefined) return [];
      const made = relayedEvent(
        { ...event, channel, receivedAtMs },
        { relay, provider, agent, unit: this.#unit },
      );
      return [{ ...made, webhooks: outbox.wanting(made) }];
    });
    const { duplicates } = await outbox.accept({
      events,
      ...(position && { relay: { relay, source: this.#origin, position } }),
    });
    if (position) this.#after = position;
    for (const { id, name, unit } of events) {
      if (duplicates.includes(id)) log.debug({ id, name }, 'already known');
      else log.info({ id, name, unit }, 'cloud event');
    }
  }

  /** The inbox began anew, or no longer keeps what comes next: its oldest event is the next. */
  #begin(next: string): void {
    if (this.#after !== undefined) {
      this.#parts.log.error(
        { relay: this.#source.id },
        'the inbox no longer knows how far it was read; it is read again from its oldest event',
      );
    }
    this.#after = next;
    this.#etag = undefined;
  }

  #failed(error: unknown): number {
    this.#report.offline(error);
    const waitMs = backoffMs(this.#failures, this.#parts.random);
    this.#failures += 1;
    const askedMs = error instanceof InboxError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(waitMs, askedMs);
  }

  #nextTurn(signal: AbortSignal): Promise<void> {
    const { every } = this.#source;
    if (typeof every === 'number') return sleep(this.#parts.clock, every, signal);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        signal.removeEventListener('abort', onAbort);
        Promise.resolve(task.destroy()).then(settle, reject);
      };
      const onAbort = end(() => reject(signal.reason));
      const task = schedule(every, end(resolve), { timezone: this.#unit.timezone });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
