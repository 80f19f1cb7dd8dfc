import type { Clock } from '../../../drivers/base/clock.ts';
import type { GiroError } from '../../../drivers/base/errors.ts';
import type { Logger } from '../../../drivers/base/log.ts';
import type { DeviceIdentity, Driver, FoundDevice } from '../../../drivers/contract/driver.ts';
import type { TcpAddress } from '../../../drivers/links/address.ts';
import { TcpSource } from '../../../drivers/links/tcp.ts';
import { ask, type Question } from '../../../drivers/links/udp.ts';
import { broadcastOf, type Network } from './networks.ts';

/** How long answers to a broadcast are waited for (toletus-litenet2.md 1.2). */
const ANSWERS_MS = 2_000;
/** How long a device that answered may take to tell its serial number. */
const IDENTITY_MS = 5_000;
const EVERYBODY = '255.255.255.255';

export interface Found extends FoundDevice, DeviceIdentity {
  readonly driver: Driver;
  readonly address: TcpAddress;
}

/** A place that is asked instead of every network: a device's own address, or a broadcast address. */
export interface Target {
  readonly host: string;
  /** Default: that of the driver's discovery. */
  readonly port?: number;
}

export interface FindOptions {
  readonly drivers: readonly Driver[];
  /** Every network of this machine is asked, unless `targets` names others. */
  readonly networks: readonly Network[];
  readonly targets?: readonly Target[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onFailure: (error: GiroError) => void;
}

/**
 * Finds controllers by asking everybody on the networks of this machine, in every way that a driver knows. Only one
 * that says that nobody is connected to it is asked for more: a second connection may cut the first.
 */
export async function findDevices(options: FindOptions): Promise<Found[]> {
  const { drivers, clock, signal, onFailure } = options;
  const found = await Promise.all(
    drivers.map(async (driver) => {
      const { discovery } = driver;
      if (discovery === undefined) return [];
      const questions = questionsOf(discovery, options);
      const answers = await ask(questions, {
        waitMs: ANSWERS_MS,
        clock,
        signal,
        onFailure: (_question, error) => onFailure(error),
      });
      const devices = new Map<string, Found>();
      for (const { question, address: host, bytes } of answers) {
        const device = discovery.read(bytes);
        if (device === undefined) continue;
        const address = { kind: 'tcp', host, port: question.port } as const;
        devices.set(`${host}:${question.port}`, { ...device, driver, address });
      }
      return Promise.all([...devices.values()].map((device) => identified(device, options)));
    }),
  );
  return found.flat().sort((one, other) => byAddress(one.address.host, other.address.host));
}

function questionsOf(
  { port, question: bytes }: { readonly port: number; readonly question: Uint8Array },
  { networks, targets }: FindOptions,
): Question[] {
  if (targets !== undefined) {
    return targets.map((target) => ({ from: '0.0.0.0', to: target.host, port: target.port ?? port, bytes }));
  }
  // To everybody also reaches a device whose address is of another network; some switches pass on only the other.
  return networks.flatMap((network) =>
    [EVERYBODY, broadcastOf(network)].map((to) => ({ from: network.address, to, port, bytes })),
  );
}

async function identified(device: Found, { clock, log, signal }: FindOptions): Promise<Found> {
  const { discovery } = device.driver;
  if (device.session !== 'free' || discovery === undefined) return device;
  const limit = new AbortController();
  const cancel = clock.after(IDENTITY_MS, () => limit.abort());
  const source = new TcpSource(device.address, { clock, ...device.driver.link });
  try {
    const link = await source.open(AbortSignal.any([signal, limit.signal]));
    try {
      return { ...device, ...(await discovery.identify(link)) };
    } finally {
      link.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    log.debug({ err: error, address: source.address }, 'device did not say who it is');
    return device;
  } finally {
    cancel();
  }
}

function byAddress(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
