import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { listen, type Receiver } from './receivers.ts';

/** What a client asked a proxy for. */
export interface Asked {
  readonly target: string | undefined;
  readonly authorization: string | undefined;
}

export interface Proxy extends Receiver {
  readonly asked: readonly Asked[];
}

/** A small HTTP proxy (CONNECT) on this machine that finds every target on loopback, or answers with `status`; with `tls` it speaks TLS itself. */
export async function startProxy(status = 200, tls?: ServerOptions): Promise<Proxy> {
  const asked: Asked[] = [];
  const onward = new Set<Socket>();
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('connect', ({ url, headers }: IncomingMessage, client: Socket) => {
    asked.push({ target: url, authorization: headers['proxy-authorization'] });
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const target = connect(Number(url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    onward.add(target);
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
  });
  const receiver = await listen(server);
  return {
    port: receiver.port,
    sockets: receiver.sockets,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of onward) socket.destroy();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
