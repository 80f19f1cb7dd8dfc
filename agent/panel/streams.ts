import type { FastifyReply } from 'fastify';
import type { Clock } from '../../drivers/base/clock.ts';
import { sendProblem } from '../http/server.ts';

/** Each holds a connection open. */
const MOST = 50;
/** A stream that says nothing for longer looks dead to what stands between. */
const BEAT_MS = 20_000;
/** Who reads so slowly that this much waits for it is let go; its page asks again. */
const MOST_UNREAD_BYTES = 256 * 1024;

interface EventStream {
  send(event: string, data: unknown): void;
}

/** The open streams of server-sent events. */
export class EventStreams {
  readonly #clock: Clock;
  readonly #open = new Set<FastifyReply['raw']>();
  #cancelBeat: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a reply over; undefined when there are too many, which is then answered. */
  open(reply: FastifyReply): EventStream | undefined {
    if (this.#open.size >= MOST) {
      sendProblem(reply, { status: 503, title: 'Service Unavailable', detail: 'too many open streams' });
      return undefined;
    }
    const { raw } = reply;
    reply.hijack();
    raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream' } as Record<
      string,
      string
    >);
    raw.write(': open\n\n');
    if (this.#open.size === 0) this.#beat();
    this.#open.add(raw);
    raw.on('close', () => {
      this.#open.delete(raw);
      if (this.#open.size === 0) this.#cancelBeat();
    });
    return {
      send: (event, data) => {
        if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy();
        else raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      },
    };
  }

  close(): void {
    for (const raw of this.#open) raw.end();
  }

  #beat(): void {
    this.#cancelBeat = this.#clock.after(BEAT_MS, () => {
      for (const raw of this.#open) raw.write(': beat\n\n');
      this.#beat();
    });
  }
}
