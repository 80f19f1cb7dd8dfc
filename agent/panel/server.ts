import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { Panel as PanelAddress } from '../../config/sections/panel.ts';
import { formatPeer } from '../../drivers/links/address.ts';
import { createHttpServer, listen } from '../http/server.ts';
import { guard } from './guard.ts';
import type { RouteParts } from './parts.ts';
import { accessRoutes } from './routes/accesses.ts';
import { actionRoutes } from './routes/actions.ts';
import { feedRoute } from './routes/feed.ts';
import { pageRoutes } from './routes/page.ts';
import { probeRoutes } from './routes/probes.ts';
import { sessionRoutes } from './routes/session.ts';
import { stateRoutes } from './routes/state.ts';
import { watchRoute } from './routes/watch.ts';
import { Sessions } from './sessions.ts';

const LONGEST_BODY_BYTES = 16 * 1024;

/** Where the page can be opened. */
export interface OpenPanel {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, its API and the probes. @throws {GiroError} PORT_BUSY, PORT_DENIED, LINK_FAILED. */
export async function openPanel(
  { host, port, isLocal }: Exclude<PanelAddress, 'off'>,
  parts: RouteParts,
): Promise<OpenPanel> {
  const server = await createHttpServer({
    title: 'Giro, the local API',
    description:
      'What the page of the gateway is made of. Times are Unix ms, texts are in the language of the installation.',
    bodyLimit: LONGEST_BODY_BYTES,
    log: parts.log,
  });
  const sessions = new Sessions(parts.clock);
  let taken = port;
  await server.register(cookie);
  await server.register(rateLimit, { global: false });
  guard(server, {
    sessions,
    data: parts.configuration().agent.data,
    address: () => ({ host, port: taken, isLocal }),
  });
  await pageRoutes(server);
  stateRoutes(server, parts);
  accessRoutes(server, parts);
  feedRoute(server, parts);
  watchRoute(server, parts);
  sessionRoutes(server, { ...parts, sessions, isLocal });
  actionRoutes(server, parts);
  probeRoutes(server, parts);
  taken = await listen(server, { host, port });
  return { url: `http://${formatPeer(host, taken)}/`, close: () => server.close() };
}
