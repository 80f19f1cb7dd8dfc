import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { TLSSocket } from 'node:tls';
import { buildConnector, Client, type Dispatcher } from 'undici';
import type { TlsSettings } from '../../config/sections/webhook-tls.ts';
import type { TlsFacts } from '../events/attempt.ts';
import type { guardedLookup } from './address-guard.ts';
import { FaultError, OWN_FAULTS } from './outcome.ts';
import { portOf, type Tunnel } from './tunnel.ts';

type Connect = buildConnector.connector;
type Lookup = ReturnType<typeof guardedLookup>;

/** What opening a connection took, ms; null: it did not come to that, or there was no such thing. */
export class Opening {
  dnsMs: number | null = null;
  connectMs: number | null = null;
  tlsMs: number | null = null;
  remoteAddress: string | undefined;
  tls: TlsFacts | undefined;
}

/** A request that wants to know how its connection was opened. */
export interface ConnectionAware {
  /** Called before the request goes to a connection; what `latest` then opens is opened for it. */
  onConnection(connection: Connection): void;
}

/** What all connections of a pool have in common. */
export interface ConnectionOptions {
  readonly connectMs: number;
  readonly lookup: Lookup;
  /** Leads to the target instead of a direct connection. */
  readonly tunnel: Tunnel | undefined;
  /** Upgrades an open socket. */
  readonly secure: Connect;
  readonly pins: TlsSettings['pins'];
  /** Gives up what is being opened. */
  readonly signal: AbortSignal;
}

/** One connection of a pool, opened again whenever it was closed. */
export class Connection extends Client {
  /** The last time that it was opened, successfully or not. */
  latest: Opening | undefined;

  constructor(origin: URL, clientOptions: Client.Options, options: ConnectionOptions) {
    super(origin, {
      ...clientOptions,
      connect: (target, callback) => {
        const opening = new Opening();
        this.latest = opening;
        open(target, opening, options).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
  }

  override dispatch(
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Partial<ConnectionAware>,
  ): boolean {
    handler.onConnection?.(this);
    return super.dispatch(request, handler);
  }
}

async function open(
  target: buildConnector.Options,
  opening: Opening,
  options: ConnectionOptions,
): Promise<Socket> {
  const startedAt = performance.now();
  const socket = await (options.tunnel?.open(target, options.signal) ?? direct(target, opening, options));
  const connectedAt = performance.now();
  opening.connectMs = connectedAt - startedAt - (opening.dnsMs ?? 0);
  opening.remoteAddress = socket.remoteAddress;
  if (target.protocol !== 'https:') return socket;
  const secured = await connected(options.secure, { ...target, httpSocket: socket }, options.signal);
  opening.tlsMs = performance.now() - connectedAt;
  opening.tls = tlsFacts(secured);
  if (options.pins !== undefined) requirePin(secured, options.pins);
  return secured;
}

function direct(
  target: buildConnector.Options,
  opening: Opening,
  { connectMs, lookup, signal }: ConnectionOptions,
): Promise<Socket> {
  const connect = buildConnector({ timeout: connectMs, lookup: measured(lookup, opening) });
  // Plain, on the port that TLS follows on.
  return connected(connect, { ...target, protocol: 'http:', port: portOf(target) }, signal);
}

function measured(lookup: Lookup, opening: Opening): Lookup {
  return (hostname, options, callback) => {
    const startedAt = performance.now();
    lookup(hostname, options, (...found) => {
      opening.dnsMs = performance.now() - startedAt;
      callback(...found);
    });
  };
}

function connected(connect: Connect, target: buildConnector.Options, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // undici's own connectors give back the socket at once, which their types leave out.
    const socket: unknown = connect(target, (error, open) => {
      signal.removeEventListener('abort', onAbort);
      if (error === null) resolve(open);
      else reject(error);
    });
    function onAbort(): void {
      if (socket instanceof Socket) socket.destroy(new FaultError(OWN_FAULTS.aborted));
    }
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function tlsFacts(socket: Socket): TlsFacts | undefined {
  const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null;
  if (!(socket instanceof TLSSocket) || protocol === null) return undefined;
  return { protocol, cipher: socket.getCipher().name };
}

/** The pin is asked for besides a valid certificate, which the handshake has judged. */
function requirePin(socket: Socket, pins: readonly string[]): void {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  const spki = certificate?.publicKey.export({ type: 'spki', format: 'der' });
  if (spki !== undefined && pins.includes(createHash('sha256').update(spki).digest('base64'))) return;
  socket.destroy();
  throw new FaultError(OWN_FAULTS.wrongPin);
}
