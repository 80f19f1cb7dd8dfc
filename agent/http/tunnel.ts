import type { Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { FaultError, OWN_FAULTS } from './outcome.ts';

const PROXY_WANTS_CREDENTIALS = 407;

/**
 * Connections through an HTTP proxy (CONNECT). The proxy looks the target's name up, so the address guard has no say
 * in it; the proxy itself was chosen by whoever configured it and may be anywhere.
 */
export class Tunnel {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  constructor(proxy: URL, timeoutMs: number) {
    const connect = buildConnector({ timeout: timeoutMs, allowH2: false });
    this.#pool = new Pool(proxy.origin, {
      allowH2: false,
      // undici takes the name from the Host header, which is the target's; without it, the proxy's own is judged.
      connect: ({ servername: _, ...toProxy }, callback) => connect(toProxy, callback),
    });
    this.#headers = credentials(proxy);
    this.#timeoutMs = timeoutMs;
  }

  /** A connection to the target. Rejects with a FaultError. */
  async open(target: buildConnector.Options, signal: AbortSignal): Promise<Socket> {
    const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname;
    const path = `${host}:${portOf(target)}`;
    const { statusCode, socket } = await this.#pool
      .connect({
        path,
        headers: { host: path, ...this.#headers },
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
      })
      .catch((error: unknown) => {
        throw new FaultError(OWN_FAULTS.proxyUnreachable, error);
      });
    if (statusCode >= 200 && statusCode < 300) return socket as Socket;
    socket.on('error', () => {}).destroy();
    throw new FaultError(
      statusCode === PROXY_WANTS_CREDENTIALS ? OWN_FAULTS.proxyCredentials : OWN_FAULTS.proxyRefused,
    );
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The port of a target, also where its URL leaves it out. */
export function portOf({ protocol, port }: Pick<buildConnector.Options, 'protocol' | 'port'>): string {
  return port || (protocol === 'https:' ? '443' : '80');
}
