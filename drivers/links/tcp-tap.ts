import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { GiroError } from '../base/errors.ts';
import { formatAddress, formatPeer, type TcpAddress } from './address.ts';
import { Hearing, type Tap, type TapContext, type TcpTapPlace } from './tap.ts';
import { SOCKET_OPTIONS } from './tcp.ts';
import { listenError, peerOf } from './tcp-listen.ts';

/** Time for the farewell of software that calls again: a lost packet comes after 200 ms (RFC 6298, Linux's minimum). */
const FAREWELL_MS = 300;

/**
 * A tap on TCP: listens for the gym's software, and dials the device for it. Half-closes, resets and back-pressure pass
 * through as the operating system shows them. One conversation at a time, as the device has it.
 */
export class TcpTap implements Tap {
  readonly #place: TcpTapPlace;
  readonly #context: TapContext;
  #server: Server | undefined;
  #conversation: Conversation | undefined;

  constructor(place: TcpTapPlace, context: TapContext) {
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

  /** Software that calls again at once: its farewell may be read, and where a packet was lost arrive, after its call. */
  #called(software: Socket): void {
    const { clock, log } = this.#context;
    software.on('error', (err) => log.debug({ err }, 'connection of the software failed'));
    const current = this.#conversation;
    const serve = (): void => {
      cancel();
      current?.farewell.delete(serve);
      this.#accept(software);
    };
    const cancel = clock.after(FAREWELL_MS, serve);
    if (current === undefined || current.isLeft) serve();
    else current.farewell.add(serve);
  }

  #accept(software: Socket): void {
    const { log, onConversation } = this.#context;
    if (this.#server?.listening !== true) {
      software.destroy(); // the tap has ended meanwhile
      return;
    }
    const current = this.#conversation;
    if (current?.isThrough && !current.isLeft) {
      log.warn(
        { tap: this.address, peer: peerOf(software) },
        'connection refused: the device serves another',
      );
      software.resetAndDestroy();
      return;
    }
    // A device that does not answer, or does not hang up in turn, must not keep the software from calling again.
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
  /** Called once the software has hung up. */
  readonly farewell = new Set<() => void>();
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
    const left = (): void => {
      for (const task of this.farewell) task();
    };
    software.on('end', left).on('close', left).on('close', closed);
    device.on('close', closed);
  }

  /** The device has answered the call. */
  get isThrough(): boolean {
    return !this.#device.connecting;
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
