import { networkInterfaces } from 'node:os';
import { systemClock } from '../../../drivers/base/clock.ts';
import { formatAddress } from '../../../drivers/links/address.ts';
import type { LinkKind } from '../../../drivers/links/link.ts';
import { listSerialPorts } from '../../../drivers/links/serial-ports.ts';
import { drivers } from '../../../drivers/registry.ts';
import { findDevices } from '../discover/find.ts';
import { networksOf } from '../discover/networks.ts';

/** Something that a turnstile may be behind. */
export interface FoundDevice {
  /** As `connect` says it. */
  readonly connect: string;
  readonly kind: LinkKind;
  /** The driver that it speaks like, where that is known. */
  readonly driver?: string;
  /** What a person knows it by. */
  readonly label: string;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Controllers that answer a broadcast, and serial ports; takes some seconds. What cannot be asked is told to `onFailure`. */
export async function findTurnstiles(onFailure: (why: string) => void): Promise<readonly FoundDevice[]> {
  const controllers = await findDevices({
    drivers,
    networks: networksOf(networkInterfaces()),
    clock: systemClock,
    log: SILENT,
    signal: new AbortController().signal,
    onFailure: ({ message }) => onFailure(message),
  });
  return [
    ...controllers.map(({ driver, address, model, serial }): FoundDevice => {
      const connect = formatAddress(address);
      const label = [connect, driver.name, model, serial].filter((part) => part !== undefined).join('  ');
      return { connect, kind: 'tcp', driver: driver.name, label };
    }),
    ...listSerialPorts().map(({ path, stablePath, vendor }): FoundDevice => {
      const connect = `serial://${stablePath ?? path}?baudRate=9600`;
      return {
        connect,
        kind: 'serial',
        label: [path, vendor].filter((part) => part !== undefined).join('  '),
      };
    }),
  ];
}
