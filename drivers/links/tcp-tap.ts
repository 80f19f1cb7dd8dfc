import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { GiroError } from '../errors.ts';
import { formatAddress, formatPeer, type TcpAddress } from './address.ts';
import { Hearing, type Tap, type TapContext, type TapPlace } from './tap.ts';
import { SOCKET_OPTIONS } from './tcp.ts';
import { listenError, peerOf } from './tcp-listen.ts';

type TcpPlace = Extract<TapPlace, { kind: 'tcp' }>;

/**
 * A tap on TCP: listens for the gym's software, and dials the device for it. Half-closes, resets and back-pressure pass
 * through as the operating system shows them. One conversation at a time, as the device has it.
 */
export class TcpTap implements Tap {
  readonly #place: TcpPlace;
  readonly #context: TapContext;
  #server: Server | undefined;
  #conversation: Conversation | undefined;

  constructor(place: TcpPlace, context: TapContext) {
    this.#place = place;
    this.#context = context;
  }

  get address(): string {
    const { listen } = this.#place;
    const bound = this.#server?.address() as AddressInfo | null | undefined;
    return formatAddress({ ...listen, port: bound?.port ?? listen.port });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const server = await this.#listen();
    this.#context.onReady(this.address);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    this.#conversation?.cut();
    await closed;
  }

  #listen(): Promise<Server> {
    const { host, port } = this.#place.listen;
    const { log } = this.#context;
    // Nothing is read from the software before the device is there to take it.
    const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (socket) =>
      this.#called(socket),
    );
    this.#server = server;
    return new Promise((resolve, reject) => {
      const refuse = (cause: NodeJS.ErrnoException): void =>
        reject(listenError(cause, formatPeer(host, port)));
      server.once('error', refuse);
      server.listen({ host, port }, () => {
        server.off('error', refuse);
        server.on('error', (err) => log.error({ err, tap: this.address }, 'listening socket failed'));
        resolve(server);
      });
    });
  }

  /** Software that calls again at once: its call may be read before its farewell, both in this turn of the loop. */
  #called(software: Socket): void {
    software.on('error', (err) => this.#context.log.debug({ err }, 'connection of the software failed'));
    setImmediate(() => this.#accept(software));
  }

  #accept(software: Socket): void {
    const { log, onConversation } = this.#context;
    if (this.#server?.listening !== true) {
      software.destroy(); // the tap has ended meanwhile
      return;
    }
    const current = this.#conversation;
    if (current !== undefined && !current.isLeft) {
      log.warn(
        { tap: this.address, peer: peerOf(software) },
        'connection refused: the device serves another',
      );
      software.resetAndDestroy();
      return;
    }
    // The software has hung up, and a device that does not hang up in turn must not keep it from calling again.
    current?.cut();
    const conversation = new Conversation(software, this.#place.device, this.#context, (why) => {
      if (this.#conversation !== conversation) return;
      this.#conversation = undefined;
      onConversation('closed', why);
    });
    this.#conversation = conversation;
  }
}

/** One connection of the software, carried on to the device. */
class Conversation {
  readonly #software: Socket;
  readonly #device: Socket;

  constructor(
    software: Socket,
    { host, port }: TcpAddress,
    context: TapContext,
    onEnd: (why: GiroError) => void,
  ) {
    const { keepAlive = true, log, onConversation } = context;
    const peers = { software: peerOf(software), device: formatPeer(host, port) };
    const device = connect({ host, port, ...SOCKET_OPTIONS, keepAlive });
    this.#software = software;
    this.#device = device;
    let hearing: Hearing | undefined;
    let why = new GiroError('LINK_LOST', 'the gym’s software hung up');
    let open = 2;
    const closed = (): void => {
      open -= 1;
      if (open > 0) return;
      hearing?.end();
      onEnd(why);
    };
    device.once('connect', () => {
      const heard = new Hearing(context);
      hearing = heard;
      log.debug(peers, 'tap open');
      onConversation('open');
      // The pipes come first: bytes are passed on before anybody looks at them.
      software.pipe(device);
      device.pipe(software);
      software.on('data', (bytes) => heard.fromSoftware(bytes));
      device.on('data', (bytes) => heard.fromDevice(bytes));
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
}
