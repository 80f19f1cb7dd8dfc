import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The one way from the gym to the internet: a proxy (CONNECT) that can be taken away and put back. */
export class Street {
  readonly port: number;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  /** Closed at first. `port` is one that nobody uses. */
  constructor(port: number) {
    this.port = port;
  }

  async open(): Promise<void> {
    const server = createServer((client) => this.#serve(client));
    this.#server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  #serve(client: Socket): void {
    this.#keep(client);
    client.once('data', (head) => {
      const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) /.exec(head.toString('latin1')) ?? [];
      const receiver = connect(Number(port), host);
      this.#keep(receiver);
      receiver.once('connect', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.pipe(receiver).pipe(client);
      });
      receiver.on('close', () => client.destroy());
      client.on('close', () => receiver.destroy());
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** A turnstile that prints a line for each access, and waits until each is acknowledged. */
export class PrintingTurnstile {
  readonly #server = createServer();
  #gateway: Socket | undefined;
  #record = 0;

  async listen(): Promise<number> {
    this.#server.on('connection', (socket) => {
      this.#gateway = socket;
      socket.on('error', () => {});
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    return address.port;
  }

  /** Resolves once Giro has committed them all. */
  async pass(
    ...accesses: readonly { atMs: number; person: number; denied?: boolean; exit?: boolean }[]
  ): Promise<void> {
    const socket = this.#gateway;
    if (socket === undefined) throw new Error('the gateway did not connect');
    const lines = accesses.map(({ atMs, person, denied, exit }) => {
      this.#record += 1;
      const [direction, result] = [exit ? 'out' : 'in', denied ? 'denied' : 'granted'];
      return `${new Date(atMs).toISOString()};${this.#record};${direction};${result};${person}\n`;
    });
    const acknowledged = new Promise<void>((resolve, reject) => {
      let bytes = 0;
      const onData = (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes < accesses.length * 'OK\n'.length) return;
        socket.off('data', onData);
        resolve();
      };
      socket.on('data', onData).once('close', () => reject(new Error('the gateway went away')));
    });
    socket.write(lines.join(''));
    await acknowledged;
  }

  close(): void {
    this.#gateway?.destroy();
    this.#server.close();
  }
}
