/** Process: the integrator. Keeps the book of everything that came; answers, refuses, waits or goes away as told. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Behaviour, WELL } from './behaviour.ts';
import { Book } from './book.ts';
import { servePart } from './part.ts';
import { Random } from './random.ts';

/** Without a new event for so long, no more is to come: a wait of an endpoint lasts at most 60 s. */
const QUIET_MS = 90_000;

const book = new Book();
let random = new Random(1);
let behaviour = WELL;
let arrived = (): void => {};

const server = createServer((request, response) => {
  take(request, response).catch(() => response.destroy());
});
server.on('connection', (socket) => {
  if (!behaviour.isUp) socket.resetAndDestroy();
});

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  if (behaviour.delayMs > 0) await sleep(behaviour.delayMs);
  if (!behaviour.isUp) {
    request.socket.resetAndDestroy();
    return;
  }
  const isTaken = random.next() >= behaviour.failing;
  note(body, isTaken);
  response.writeHead(isTaken ? 200 : 500).end();
  arrived();
}

/** Giro's own events have no device: they are no access. */
function note(bytes: Buffer, isTaken: boolean): void {
  const { id, dispositivo, acesso } = JSON.parse(bytes.toString('utf8')) as {
    id: string;
    dispositivo?: { id: string };
    acesso?: { registroDispositivo: string };
  };
  if (dispositivo === undefined || acesso === undefined) return;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const record = Number(acesso.registroDispositivo);
  book.note({ turnstile: dispositivo.id, record, id, sha256 }, isTaken);
}

const calls = {
  async listen({ host, port, seed }: { host: string; port: number; seed: number }) {
    random = new Random(seed);
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  behave(told: Behaviour) {
    behaviour = told;
    if (!told.isUp) server.closeAllConnections();
  },
  /** Resolves with how many different events were delivered: once so many were, or nothing new came for long. */
  async delivered({ count }: { count: number }) {
    while (book.delivered < count) {
      const before = book.delivered;
      const timer = new AbortController();
      const came = new Promise<void>((resolve) => {
        arrived = () => {
          if (book.delivered > before) resolve();
        };
      });
      const isQuiet = await Promise.race([
        came.then(() => false),
        sleep(QUIET_MS, true, { signal: timer.signal }),
      ]);
      if (isQuiet) break;
      timer.abort();
    }
    return book.delivered;
  },
  tally({ acknowledged }: { acknowledged: ReadonlyMap<string, number> }) {
    return book.tally(acknowledged);
  },
};
export type Receiver = typeof calls;

servePart(calls);
