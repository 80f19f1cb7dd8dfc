import type { TestContext } from 'node:test';
import { serveFeed } from '../../../../agent/cloud/feed/feed.ts';
import { FeedNews } from '../../../../agent/cloud/feed/news.ts';
import { RelayHealth } from '../../../../agent/cloud/relay/health.ts';
import type { RelayParts } from '../../../../agent/cloud/relay/parts.ts';
import { Receiving } from '../../../../agent/cloud/relay/receive.ts';
import { UnitsInForce } from '../../../../agent/cloud/relay/units.ts';
import { FEED } from '../../../../agent/events/event.ts';
import { Identity } from '../../../../agent/events/identity.ts';
import { Journal } from '../../../../agent/journal/journal.ts';
import type { Unit } from '../../../../config/configuration.ts';
import type { Feed, FeedConsumer } from '../../../../config/sections/feed.ts';
import type { FetchSource } from '../../../../config/sections/relay.ts';
import type { ReceiveSource } from '../../../../config/sections/relay-receive.ts';
import { type Clock, systemClock } from '../../../../drivers/base/clock.ts';
import { makeFolder, recordingLog } from '../../journal/journals.ts';

export const PATH = '/Zk3mQ9vT1xLs8RnB4wHcE7';
export const UNITS: readonly Unit[] = [
  { id: 'centro', company: 1, timezone: 'America/Sao_Paulo', key: 'a'.repeat(32) },
  { id: 'sul', company: 2, timezone: 'America/Fortaleza', key: 'b'.repeat(32) },
];

/** A journal with what its events go to: the webhook crm, and the feed of each unit. */
export async function openNode(
  t: TestContext,
  { folder = makeFolder(t), clock = systemClock as Clock, units = UNITS } = {},
) {
  const { log, lines, line } = recordingLog();
  const news = new FeedNews(clock);
  const journal = await Journal.open(folder, { log, clock });
  const stopping = new AbortController();
  const running: Promise<void>[] = [];
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(running);
    await journal.close();
  };
  t.after(close);
  const parts: RelayParts = {
    agent: 'teste',
    units: new UnitsInForce(() => units),
    identity: new Identity('6f1c7b52-1f0e-5c1e-9a37-0f6c0f6f2a11', Buffer.alloc(32)),
    clock,
    log,
    journal,
    outbox: {
      wanting: () => [FEED, 'crm'],
      async accept(accept) {
        const accepted = await journal.accept(accept);
        news.tell(accepted.fed);
        return accepted;
      },
    },
    health: new RelayHealth(),
    random: () => 0.5,
  };
  return { folder, journal, news, log, lines, line, parts, running, close, signal: stopping.signal };
}

export type Node = Awaited<ReturnType<typeof openNode>>;

/** Starts an endpoint; resolves with what a URL of it begins with. */
export async function receive(node: Node, source: Partial<ReceiveSource> = {}): Promise<string> {
  const receiving = new Receiving(
    {
      kind: 'receive',
      id: 'pacto',
      provider: 'pacto',
      unit: undefined,
      listen: { host: '127.0.0.1', port: 0 },
      path: PATH,
      tls: undefined,
      bearer: undefined,
      hmac: undefined,
      from: undefined,
      proxies: [],
      headers: [],
      members: {
        event: ['evento'],
        key: ['chave'],
        company: ['empresa'],
        id: ['dados.id'],
        time: ['dados.quando'],
      },
      ...source,
    },
    node.parts,
  );
  node.running.push(receiving.run(node.signal));
  const { data } = await node.line(/relay endpoint listens/);
  return `${source.tls === undefined ? 'http' : 'https'}://127.0.0.1:${data.port}`;
}

/** Serves the feed; resolves with what a URL of it begins with. */
export async function feed(
  node: Node,
  consumers: readonly FeedConsumer[],
  { tls }: Partial<Pick<Feed, 'tls'>> = {},
): Promise<string> {
  const { folder: data, journal, news, log, parts, signal } = node;
  node.running.push(
    serveFeed(
      {
        feed: { listen: { host: '127.0.0.1', port: 0 }, tls, keepDays: 30, consumers },
        units: UNITS.map(({ id }) => id),
        ...{ data, journal, news, log, clock: parts.clock, random: parts.random },
      },
      signal,
    ),
  );
  const { data: said } = await node.line(/feed listens/);
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${said.port}`;
}

export function fetchSource(source: Partial<FetchSource>): FetchSource {
  return {
    kind: 'fetch',
    id: 'pacto',
    provider: 'pacto',
    unit: 'centro',
    pull: undefined,
    stream: undefined,
    every: 1_000,
    token: undefined,
    ca: undefined,
    proxy: undefined,
    allow: ['http', 'loopback'],
    ...source,
  };
}
