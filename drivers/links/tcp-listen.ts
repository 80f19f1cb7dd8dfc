import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { GiroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { formatAddress, formatPeer, type TcpListenAddress } from './address.ts';
import type { Link, LinkSource } from './link.ts';
import { StreamLink } from './stream-link.ts';
import { SOCKET_OPTIONS } from './tcp.ts';

interface Connection {
  readonly socket: Socket;
  readonly host: string;
  /** Whether a link was made of it. */
  isTaken: boolean;
}

/** Waits for a device to dial. Listens from the first `open` until `close`, also between the connections. */
export class TcpListenSource implements LinkSource {
  readonly kind = 'tcp-listen';
  readonly #configured: TcpListenAddress;
  readonly #clock: Clock;
  readonly #log: Logger;
  #server: Server | undefined;
  /** The one connection that is served or waits to be. */
  #connection: Connection | undefined;
  #arrived: (() => void) | undefined;

  constructor(address: TcpListenAddress, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#configured = address;
    this.#clock = clock;
    this.#log = log;
  }

  /** With the real port once it listens, where port 0 was configured. */
  get address(): string {
    const bound = this.#server?.address() as AddressInfo | null | undefined;
    return formatAddress({ ...this.#configured, port: bound?.port ?? this.#configured.port });
  }

  async open(signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    if (this.#server === undefined) {
      this.#server = await this.#listen();
      this.#log.info({ address: this.address }, 'listening: the device connects to this address');
    }
    let connection = this.#alive();
    while (connection === undefined || connection.isTaken) {
      await this.#arrival(signal);
      connection = this.#alive();
    }
    connection.isTaken = true;
    const { socket } = connection;
    return new StreamLink(socket, {
      kind: 'tcp-listen',
      peer: peerOf(socket),
      clock: this.#clock,
      signal,
      release: () => void socket.destroy(),
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#connection?.socket.destroy();
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }

  #listen(): Promise<Server> {
    const { host, port } = this.#configured;
    return new Promise((resolve, reject) => {
      const server = createServer(SOCKET_OPTIONS, (socket) => this.#accept(socket));
      const refuse = (cause: NodeJS.ErrnoException): void =>
        reject(listenError(cause, formatPeer(host, port)));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        server.on('error', (err) =>
          this.#log.error({ err, address: this.address }, 'listening socket failed'),
        );
        resolve(server);
      });
    });
  }

  #accept(socket: Socket): void {
    const host = hostOf(socket);
    const log = { address: this.address, peer: peerOf(socket) };
    // A connection that breaks before anybody serves it is simply gone; a link hears the error itself.
    socket.on('error', (err) => this.#log.debug({ ...log, err }, 'device connection failed'));
    const earlier = this.#alive();
    if (earlier !== undefined) {
      if (earlier.host !== host) {
        this.#log.warn({ ...log, served: earlier.host }, 'connection refused: another device is connected');
        socket.destroy();
        return;
      }
      // A controller that lost power left a half-open connection behind, and this is the same one again.
      this.#log.info(log, 'device connected again: its earlier connection is given up');
      earlier.socket.destroy(new GiroError('LINK_LOST', `${log.peer} connected again`));
    }
    this.#connection = { socket, host, isTaken: false };
    this.#arrived?.();
  }

  #alive(): Connection | undefined {
    return this.#connection?.socket.destroyed === false ? this.#connection : undefined;
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#arrived = undefined;
        reject(signal.reason);
      };
      this.#arrived = () => {
        this.#arrived = undefined;
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }
}

/** What a failed `listen` means for a person. */
export function listenError(cause: NodeJS.ErrnoException, at: string): GiroError {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new GiroError('PORT_BUSY', `${at} is in use by another program`, { cause });
    case 'EACCES':
      return new GiroError('PORT_DENIED', `${at} may not be listened on`, {
        cause,
        hint: 'ports below 1024 are reserved',
      });
    case 'EADDRNOTAVAIL':
      return new GiroError('LINK_FAILED', `${at} is no address of this machine`, { cause });
    default:
      return new GiroError('LINK_FAILED', `${at} cannot be listened on: ${cause.message}`, { cause });
  }
}

/** IPv4 devices on a socket that listens on `::` come as `::ffff:192.168.0.200`. */
function hostOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

export function peerOf(socket: Socket): string {
  return formatPeer(hostOf(socket), socket.remotePort ?? 0);
}
