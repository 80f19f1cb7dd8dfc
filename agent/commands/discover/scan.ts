import type { Clock } from '../../../drivers/base/clock.ts';
import { GiroError } from '../../../drivers/base/errors.ts';
import type { Driver } from '../../../drivers/contract/driver.ts';
import type { TcpAddress } from '../../../drivers/links/address.ts';
import { TcpSource } from '../../../drivers/links/tcp.ts';
import { hostCount, hostsOf, type Network, networkText } from './networks.ts';

/** The largest network that is scanned: 1,022 addresses. */
const SHORTEST_PREFIX = 22;
const AT_ONCE = 64;
/** A controller on the same network answers in milliseconds. */
const CONNECT_MS = 1_000;

/** A place where something takes connections on the port of a driver; whether it is such a controller is not known. */
export interface Suspected {
  readonly driver: Driver;
  readonly address: TcpAddress;
}

export interface ScanOptions {
  readonly drivers: readonly Driver[];
  readonly network: Network;
  /** Not connected to: what was found already, and this machine. */
  readonly except: ReadonlySet<string>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

export function isTooLarge({ prefix }: Network): boolean {
  return prefix < SHORTEST_PREFIX;
}

/** @throws {GiroError} USAGE for a network of more than 1,022 addresses. */
export function checkSize(network: Network): void {
  if (!isTooLarge(network)) return;
  throw new GiroError(
    'USAGE',
    `${networkText(network)} has ${hostCount(network)} addresses, more than a /${SHORTEST_PREFIX}`,
  );
}

/** How many connections a scan of a network tries. */
export function scanSize({ drivers, network }: Pick<ScanOptions, 'drivers' | 'network'>): number {
  return hostCount(network) * drivers.filter(({ defaultPort }) => defaultPort !== undefined).length;
}

/**
 * Tries to connect to the default port of each driver at every address of a network (`checkSize` has allowed it), 64 at a
 * time, and hangs up at once.
 */
export async function scan(options: ScanOptions): Promise<Suspected[]> {
  const { drivers, network, except, signal, onProgress } = options;
  const found: Suspected[] = [];
  const places = placesOf(drivers, hostsOf(network));
  let done = 0;
  const work = async (): Promise<void> => {
    for (const place of places) {
      signal.throwIfAborted();
      if (!except.has(place.address.host) && (await answers(place.address, options))) found.push(place);
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work)); // they share one iterator
  return found;
}

function* placesOf(drivers: readonly Driver[], hosts: Iterable<string>): Generator<Suspected> {
  for (const host of hosts) {
    for (const driver of drivers) {
      const { defaultPort: port } = driver;
      if (port !== undefined) yield { driver, address: { kind: 'tcp', host, port } };
    }
  }
}

/** Whether something takes a connection there. */
async function answers(address: TcpAddress, { clock, signal }: ScanOptions): Promise<boolean> {
  const limit = new AbortController();
  const cancel = clock.after(CONNECT_MS, () => limit.abort());
  try {
    const source = new TcpSource(address, { clock, dropUnsent: true });
    const link = await source.open(AbortSignal.any([signal, limit.signal]));
    link.close();
    return true;
  } catch {
    signal.throwIfAborted();
    return false; // nothing is there, or nothing that speaks TCP
  } finally {
    cancel();
  }
}
