import type { ReceiveSource } from '../../../config/sections/relay-receive.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { NewEvent } from '../../events/event.ts';
import type { Accept } from '../../journal/records.ts';
import { readBody, unitOf } from './cloud-body.ts';
import { relayedEvent } from './event.ts';
import type { RelayParts } from './parts.ts';

/** What was posted. */
export interface Post {
  /** Visible ASCII, at most 120 characters. */
  readonly contentType: string;
  /** Those that are passed on; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unix ms. */
  readonly receivedAtMs: number;
  readonly bytes: Uint8Array;
}

/** What became of a post; without an event it is kept until a unit fits. */
export interface Taken {
  readonly event?: NewEvent | undefined;
}

/** A disk that does not take a post within this refuses it: the sender may still come again. */
const COMMIT_MS = 10_000;
/** Posts that wait for the disk at once; more are refused. */
const MOST_WAITING = 256;
/** Kept posts that are read at a time. */
const PAGE = 50;
const NEWLINE = 0x0a;

/** Makes notifications of the posts of one source and has them committed. */
export class Posts {
  readonly #source: ReceiveSource;
  readonly #parts: RelayParts;
  /** Under which the journal keeps what fits no unit; no turnstile can have this id. */
  readonly #keptAs: string;
  readonly #storing = new Set<Promise<void>>();
  /** Kept posts are older: what is posted while they are taken comes after them. */
  #keptTaken: Promise<void> = Promise.resolve();

  constructor(source: ReceiveSource, parts: RelayParts) {
    this.#source = source;
    this.#parts = parts;
    this.#keptAs = `${source.id}/*`;
  }

  /** Resolves after the commit with a full sync; undefined when the disk does not take it now, or not in time. */
  async take(post: Post): Promise<Taken | undefined> {
    const { journal, log, clock } = this.#parts;
    if (journal.health.refusingSinceMs !== undefined || this.#storing.size >= MOST_WAITING) return undefined;
    const event = this.#event(post);
    const accept = event === undefined ? this.#kept(post) : { events: [event] };
    const stored = this.#keptTaken
      .then(() => this.#store(accept))
      .finally(() => this.#storing.delete(stored));
    this.#storing.add(stored);
    let cancel = (): void => {};
    const late = new Promise<'late'>((resolve) => {
      cancel = clock.after(COMMIT_MS, () => resolve('late'));
    });
    try {
      if ((await Promise.race([stored, late])) === 'late') {
        log.warn({}, 'a post waits for the disk; its sender was asked to come again');
        return undefined;
      }
    } catch (error) {
      if (!(error instanceof GiroError)) throw error;
      log.error({ err: error }, 'a post was not stored');
      return undefined;
    } finally {
      cancel();
    }
    if (event === undefined) log.warn({}, 'no unit fits a post; it is kept until one does');
    else log.info({ id: event.id, name: event.name, unit: event.unit }, 'cloud event');
    return { event };
  }

  /** Makes notifications of kept posts that a unit of the configuration in force fits. */
  takeKept(signal: AbortSignal): Promise<void> {
    const storing = [this.#keptTaken, ...this.#storing];
    const taken = Promise.allSettled(storing).then(() => this.#takeKept(signal));
    this.#keptTaken = taken.catch(() => {}); // the caller is told
    return taken;
  }

  async #takeKept(signal: AbortSignal): Promise<void> {
    const { journal, log } = this.#parts;
    let taken = 0;
    for (let place = { atMs: 0, number: 0 }; !signal.aborted; ) {
      const page = await journal.keptLines(this.#keptAs, place, PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      place = last;
      for (const { number, bytes } of page) {
        const event = this.#event(readKept(bytes));
        if (event === undefined) continue;
        await this.#store({ events: [event], recognised: [number] });
        taken += 1;
      }
    }
    if (taken > 0) log.info({ posts: taken }, 'a unit fits posts that were kept');
  }

  async #store(accept: Accept): Promise<void> {
    await this.#parts.outbox.accept(accept);
  }

  #kept({ bytes, ...said }: Post): Accept {
    const line = Buffer.concat([Buffer.from(`${JSON.stringify(said)}\n`), bytes]);
    return { unrecognised: [{ turnstile: this.#keptAs, atMs: said.receivedAtMs, bytes: line }] };
  }

  /** Undefined when no unit fits. */
  #event({ bytes, contentType, headers, receivedAtMs }: Post): NewEvent | undefined {
    const { agent, identity, units, outbox } = this.#parts;
    const { id: relay, provider, members } = this.#source;
    const said = readBody(bytes, contentType, members);
    const unit = unitOf(said, units.now) ?? units.now.find(({ id }) => id === this.#source.unit);
    if (unit === undefined) return undefined;
    const event = relayedEvent(
      {
        // Two databases may count their events alike.
        id: identity.eventId(relay, said.id && `${unit.id}\n${said.id}`),
        channel: 'http',
        bytes,
        contentType,
        name: said.event,
        originalId: said.id,
        headers,
        receivedAtMs,
        occurredAtMs: said.timeMs,
      },
      { relay, provider, agent, unit },
    );
    return { ...event, webhooks: outbox.wanting(event) };
  }
}

/** The other half of `#kept`. */
function readKept(line: Uint8Array): Post {
  const end = line.indexOf(NEWLINE);
  const said = JSON.parse(Buffer.from(line.subarray(0, end)).toString('utf8')) as Omit<Post, 'bytes'>;
  return { ...said, bytes: line.subarray(end + 1) };
}
