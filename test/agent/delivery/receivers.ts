import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** A server on loopback, with everything that it holds freed at the end of its scope. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
}

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<Receiver> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // resets are what these tests are about
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** An HTTP receiver. */
export function receive(onRequest: RequestListener): Promise<Receiver> {
  return listen(createServer(onRequest));
}

/** A receiver below HTTP: `onRequest` is called with the first bytes of each connection. */
export function receiveRaw(onRequest: (socket: Socket) => void): Promise<Receiver> {
  return listen(
    createTcpServer({ allowHalfOpen: true }, (socket) => socket.once('data', () => onRequest(socket))),
  );
}

/** A request as the receiver saw it. */
export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP receiver that keeps every request and answers it with `status`. */
export async function receiveAll(
  seen: Seen[],
  answer: (seen: Seen) => { status: number; headers?: Record<string, string> },
): Promise<Receiver> {
  return receive((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(one);
      const { status, headers: more } = answer(one);
      response.writeHead(status, more).end('seen');
    });
  });
}
