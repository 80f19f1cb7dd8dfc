import type { Configuration } from '../../config/configuration.ts';
import type { NewEvent } from '../events/event.ts';
import type { Signals } from '../events/signals.ts';
import type { Journal } from '../journal/journal.ts';
import type { Accept, Accepted, EventOutbox } from '../journal/records.ts';
import type { Dispatcher } from './dispatch.ts';
import { interested } from './targets.ts';

interface OutboxParts {
  /** The one in force: it decides who wants an event. */
  readonly configuration: () => Configuration;
  readonly journal: Pick<Journal, 'accept'>;
  readonly dispatcher: Pick<Dispatcher, 'offer'>;
  readonly signals: Signals;
}

/** The one door for events, whoever makes them: committed first, then offered to the lanes, then told to onlookers. */
export class Outbox implements EventOutbox {
  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  wanting(event: Pick<NewEvent, 'name' | 'unit'>): readonly string[] {
    return interested(this.#parts.configuration(), event);
  }

  async accept(accept: Accept): Promise<Accepted> {
    const { journal, dispatcher, signals } = this.#parts;
    const accepted = await journal.accept(accept);
    dispatcher.offer(accepted.deliveries);
    const news = (accept.events ?? []).filter(({ id }) => !accepted.duplicates.includes(id));
    if (news.length > 0) signals.tell('accepted', news);
    if (accepted.fed.length > 0) signals.tell('fed', accepted.fed);
    return accepted;
  }
}
