import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Observer } from '../driver.ts';
import { GiroError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { formatAddress, formatPeer, type TcpAddress, type TcpListenAddress } from './address.ts';
import { SOCKET_OPTIONS } from './tcp.ts';
import { listenError, peerOf } from './tcp-listen.ts';

export interface TapOptions {
  /** Where the gym's software connects, as if it were the device. */
  readonly listen: TcpListenAddress;
  readonly device: TcpAddress;
  /** Towards the device; see `LinkWishes`. */
  readonly keepAlive?: boolean;
  readonly log: Logger;
  /** Hears one conversation. */
  readonly observe: () => Observer;
  /** The software is through to the device, or no longer; `why` says what ended it or kept it from beginning. */
  readonly onConversation: (state: 'open' | 'closed', why?: GiroError) => void;
}

/**
 * Sits between the gym's software and a device: passes the bytes of both on, unchanged and at once, and lets an
 * observer hear them afterwards. Half-closes, resets and back-pressure pass through as the operating system shows
 * them. One conversation at a time, as the device has it. Nothing that the observer does reaches the flow.
 */
export class TcpTap {
  readonly #options: TapOptions;
  #server: Server | undefined;
  #conversation: Conversation | undefined;

  constructor(options: TapOptions) {
    this.#options = options;
  }

  /** Where it listens: with the real port, where port 0 was configured. */
  get address(): string {
    const { listen } = this.#options;
    const bound = this.#server?.address() as AddressInfo | null | undefined;
    return formatAddress({ ...listen, port: bound?.port ?? listen.port });
  }

  /** Begins to listen. Throws PORT_BUSY, PORT_DENIED or LINK_FAILED. */
  listen(): Promise<void> {
    const { host, port } = this.#options.listen;
    const { log } = this.#options;
    // Nothing is read from the software before the device is there to take it.
    const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (socket) =>
      this.#accept(socket),
    );
    this.#server = server;
    return new Promise((resolve, reject) => {
      const refuse = (cause: NodeJS.ErrnoException): void =>
        reject(listenError(cause, formatPeer(host, port)));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        server.on('error', (err) => log.error({ err, tap: this.address }, 'listening socket failed'));
        resolve();
      });
    });
  }

  /** Stops to listen and ends the conversation, if there is one. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#conversation?.cut();
    if (server?.listening !== true) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }

  #accept(software: Socket): void {
    const { log } = this.#options;
    const current = this.#conversation;
    if (current !== undefined && !current.isLeft) {
      software.on('error', (err) => log.debug({ err }, 'refused connection failed'));
      log.warn(
        { tap: this.address, peer: peerOf(software) },
        'connection refused: the device serves another',
      );
      software.resetAndDestroy();
      return;
    }
    // The software has hung up, and a device that does not hang up in turn must not keep it from calling again.
    current?.cut();
    const conversation = new Conversation(software, this.#options, (why) => {
      if (this.#conversation !== conversation) return;
      this.#conversation = undefined;
      this.#options.onConversation('closed', why);
    });
    this.#conversation = conversation;
  }
}

/** One connection of the software, carried on to the device. */
class Conversation {
  readonly #software: Socket;
  readonly #device: Socket;
  readonly #options: TapOptions;
  #observer: Observer | undefined;

  constructor(software: Socket, options: TapOptions, onEnd: (why: GiroError) => void) {
    const { keepAlive = true } = options;
    const { host, port } = options.device;
    const peers = { software: peerOf(software), device: formatPeer(host, port) };
    const device = connect({ host, port, ...SOCKET_OPTIONS, keepAlive });
    this.#software = software;
    this.#device = device;
    this.#options = options;
    let why = new GiroError('LINK_LOST', 'the gym’s software hung up');
    let open = 2;
    const closed = (): void => {
      open -= 1;
      if (open > 0) return;
      this.#observer?.end();
      onEnd(why);
    };
    device.once('connect', () => {
      this.#observer = this.#heard(() => options.observe());
      options.log.debug(peers, 'tap open');
      options.onConversation('open');
      // The pipes come first: bytes are passed on before anybody looks at them.
      software.pipe(device);
      device.pipe(software);
      software.on('data', (bytes) => this.#heard(() => this.#observer?.fromSoftware(bytes)));
      device.on('data', (bytes) => this.#heard(() => this.#observer?.fromDevice(bytes)));
    });
    device.on('error', (cause) => {
      why = new GiroError('LINK_FAILED', `${peers.device}: ${cause.message}`, { cause });
      software.resetAndDestroy();
    });
    software.on('error', (cause) => {
      why = new GiroError('LINK_LOST', `the gym’s software, ${peers.software}: ${cause.message}`, { cause });
      device.resetAndDestroy();
    });
    software.on('close', closed);
    device.on('close', closed);
  }

  /** The software has hung up; only the device still speaks. */
  get isLeft(): boolean {
    return this.#software.readableEnded || this.#software.destroyed;
  }

  cut(): void {
    this.#software.destroy();
    this.#device.destroy();
  }

  /** A fault of the observer ends what it hears, never what flows. */
  #heard<Value>(hear: () => Value): Value | undefined {
    try {
      return hear();
    } catch (error) {
      this.#observer = undefined;
      this.#options.log.error({ err: error }, 'observer failed: this conversation is passed on unheard');
      return undefined;
    }
  }
}
