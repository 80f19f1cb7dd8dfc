import type { NetworkInterfaceInfo } from 'node:os';

/** One IPv4 network that this machine is on. */
export interface Network {
  /** Name of the interface, such as eth0. */
  readonly name: string;
  /** This machine's address there. */
  readonly address: string;
  /** Bits of the network part, 0 to 32. */
  readonly prefix: number;
}

/** The networks behind what `os.networkInterfaces()` gives; the machine's own loopback is none. */
export function networksOf(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Network[] {
  return Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, internal, address, cidr }) => {
      const prefix = Number(cidr?.split('/')[1]);
      return family === 'IPv4' && !internal && Number.isInteger(prefix) ? [{ name, address, prefix }] : [];
    }),
  );
}

/** Reads `192.168.0.0/24`; undefined for anything else. The address is one of the network. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const prefix = Number(bits);
  if (bits === '' || prefix > 32 || numberOf(address) === undefined) return undefined;
  return { name: text, address, prefix };
}

/** `eth0 (192.168.0.10/24)`, or as it was typed. */
export function networkText({ name, address, prefix }: Network): string {
  const range = `${address}/${prefix}`;
  return name === range ? range : `${name} (${range})`;
}

/** `192.168.0.255` for a network of 24 bits. */
export function broadcastOf({ address, prefix }: Network): string {
  return textOf((numberOf(address) ?? 0) | hostMask(prefix));
}

/** How many addresses a network has for devices. */
export function hostCount({ prefix }: Network): number {
  return prefix >= 31 ? 2 ** (32 - prefix) : 2 ** (32 - prefix) - 2;
}

/** The addresses of its devices, in order. */
export function* hostsOf(network: Network): Generator<string> {
  const { address, prefix } = network;
  const first = ((numberOf(address) ?? 0) & ~hostMask(prefix)) >>> 0;
  const skipped = prefix >= 31 ? 0 : 1;
  for (let host = 0; host < hostCount(network); host += 1) yield textOf(first + skipped + host);
}

function hostMask(prefix: number): number {
  return prefix === 0 ? 0xffff_ffff : 2 ** (32 - prefix) - 1;
}

/** An IPv4 address as a number; undefined if it is none. */
function numberOf(address: string): number | undefined {
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined;
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join('.');
}
