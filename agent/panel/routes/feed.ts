import type { HttpServer } from '../../http/server.ts';
import { accessView, justAccepted } from '../access-view.ts';
import type { RouteParts } from '../parts.ts';
import { EventStreams } from '../streams.ts';

/** Accesses as they are accepted, by server-sent events. */
export function feedRoute(server: HttpServer, { configuration, clock, feed }: RouteParts): void {
  const streams = new EventStreams(clock);
  server.addHook('preClose', async () => streams.close());
  server.get(
    '/api/feed',
    {
      schema: {
        summary:
          'Accesses as they come: server-sent events "access", each an object like those of /api/accesses',
        produces: ['text/event-stream'],
      },
    },
    (_request, reply) => {
      const stream = streams.open(reply);
      if (stream === undefined) return;
      const end = feed.listen((event) => {
        const access = accessView(justAccepted(event), configuration);
        if (access !== undefined) stream.send('access', access);
      });
      reply.raw.on('close', end);
    },
  );
}
