import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { GiroError } from '../base/errors.ts';
import { formatAddress, formatPeer, type TcpAddress } from './address.ts';
import type { Link, LinkSource, LinkWishes } from './link.ts';
import { StreamLink } from './stream-link.ts';

/** A controller on the same network answers in milliseconds; the operating system would wait two minutes. */
const CONNECT_TIMEOUT_MS = 5_000;

/** What every socket to a device is set to: a cable that was pulled shows within half a minute. */
export const SOCKET_OPTIONS = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 20_000,
  allowHalfOpen: true,
} as const;

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection: nothing listens there, or it serves another client',
  EHOSTUNREACH: 'is unreachable',
  ENETUNREACH: 'is unreachable: no route to its network',
  EHOSTDOWN: 'is unreachable',
  ETIMEDOUT: 'timed out',
  ENOTFOUND: 'is unknown: no such name',
  EAI_AGAIN: 'is unknown: the name server does not answer',
};

/** Dials a device. */
export class TcpSource implements LinkSource {
  readonly kind = 'tcp';
  readonly address: string;
  readonly #host: string;
  readonly #port: number;
  readonly #clock: Clock;
  readonly #keepAlive: boolean;
  readonly #dropUnsent: boolean;

  constructor(
    address: TcpAddress,
    { clock, keepAlive = true, dropUnsent = false }: { readonly clock: Clock } & LinkWishes,
  ) {
    this.address = formatAddress(address);
    this.#host = address.host;
    this.#port = address.port;
    this.#clock = clock;
    this.#keepAlive = keepAlive;
    this.#dropUnsent = dropUnsent;
  }

  async open(signal: AbortSignal): Promise<Link> {
    signal.throwIfAborted();
    const peer = formatPeer(this.#host, this.#port);
    const options = { ...SOCKET_OPTIONS, keepAlive: this.#keepAlive };
    const socket = connect({ host: this.#host, port: this.#port, ...options });
    await this.#connected(socket, peer, signal);
    // A plain close leaves unacknowledged bytes with the system, which goes on trying for minutes.
    const release = (): void => void (this.#dropUnsent ? socket.resetAndDestroy() : socket.destroy());
    return new StreamLink(socket, { kind: 'tcp', peer, clock: this.#clock, signal, release });
  }

  /** Nothing outlives a connection. */
  async close(): Promise<void> {}

  #connected(socket: Socket, peer: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: unknown): void => {
        stop();
        socket.destroy();
        reject(reason);
      };
      const onAbort = (): void => fail(signal.reason);
      const onError = (cause: NodeJS.ErrnoException): void =>
        fail(new GiroError('LINK_FAILED', `${peer} ${CAUSES[cause.code ?? ''] ?? cause.message}`, { cause }));
      const onConnect = (): void => {
        stop();
        resolve();
      };
      const cancel = this.#clock.after(CONNECT_TIMEOUT_MS, () =>
        fail(
          new GiroError('LINK_FAILED', `${peer} timed out: no answer within ${CONNECT_TIMEOUT_MS / 1_000} s`),
        ),
      );
      const stop = (): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        socket.off('error', onError);
        socket.off('connect', onConnect);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('error', onError);
      socket.on('connect', onConnect);
    });
  }
}
