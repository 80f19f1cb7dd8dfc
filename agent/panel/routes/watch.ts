import { z } from 'zod';
import { type HttpServer, sendProblem } from '../../http/server.ts';
import type { WireEvent } from '../../turnstiles/wire.ts';
import type { RouteParts } from '../parts.ts';
import { EventStreams } from '../streams.ts';

/** What happens at a turnstile, without what was presented and by whom: bytes are only counted. */
interface Seen {
  readonly atMs: number;
  readonly kind: string;
  readonly bytes?: number;
  readonly from?: string;
  readonly means?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly direction?: string;
}

/** The wire of one turnstile while somebody turns its arm, by server-sent events. */
export function watchRoute(server: HttpServer, { configuration, clock, wires }: RouteParts): void {
  const streams = new EventStreams(clock);
  server.addHook('preClose', async () => streams.close());
  server.get(
    '/api/turnstiles/:turnstile/watch',
    {
      schema: {
        summary:
          'A turnstile as it happens: server-sent events "seen", {atMs, kind, bytes?, from?, means?, result?, reason?, direction?}; needs the session',
        params: z.object({ turnstile: z.string().max(64) }),
        produces: ['text/event-stream'],
      },
    },
    ({ params }, reply) => {
      if (!configuration().turnstiles.some(({ id }) => id === params.turnstile)) {
        sendProblem(reply, { status: 404, title: 'Not Found', detail: 'there is no such turnstile' });
        return;
      }
      const stream = streams.open(reply);
      if (stream === undefined) return;
      const end = wires.of(params.turnstile).watch((event) => stream.send('seen', seen(event)));
      reply.raw.on('close', end);
    },
  );
}

function seen(event: WireEvent): Seen {
  const { atMs } = event;
  switch (event.kind) {
    case 'link':
      return { atMs, kind: event.state };
    case 'bytes':
      return { atMs, kind: 'bytes', from: event.from, bytes: event.bytes.length };
    case 'reading': {
      const { reading } = event;
      const isPassage = 'direction' in reading || 'means' in reading;
      return {
        atMs,
        kind: reading.kind,
        ...(isPassage && reading.direction !== undefined && { direction: reading.direction }),
        ...(isPassage && reading.means !== undefined && { means: reading.means }),
        ...(reading.kind === 'decided' && { result: reading.result }),
        ...(reading.kind === 'decided' && reading.reason !== undefined && { reason: reading.reason }),
      };
    }
  }
}
