import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { GiroError } from '../../drivers/base/errors.ts';

const never = new BlockList();
const loopback = new BlockList();

/** An IPv4 range with its NAT64 and 6to4 forms; BlockList itself sees through the mapped form (::ffff:a.b.c.d). */
function block(list: BlockList, address: string, prefix: number): void {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const group = (high: number, low: number): string => ((high << 8) | low).toString(16);
  list.addSubnet(address, prefix, 'ipv4');
  list.addSubnet(`64:ff9b::${address}`, 96 + prefix, 'ipv6');
  list.addSubnet(`64:ff9b:1::${address}`, 96 + prefix, 'ipv6'); // NAT64 of a network's own (RFC 8215)
  list.addSubnet(`2002:${group(a, b)}:${group(c, d)}::`, 16 + prefix, 'ipv6');
}

block(never, '0.0.0.0', 8); // unspecified; on Linux it reaches this machine
block(never, '169.254.0.0', 16); // link-local, the metadata service of clouds
block(never, '224.0.0.0', 4); // multicast
block(never, '255.255.255.255', 32); // broadcast
never.addAddress('::', 'ipv6');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('ff00::', 8, 'ipv6');
never.addAddress('fd00:ec2::254', 'ipv6'); // the metadata service over IPv6
block(loopback, '127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * Whether Giro refuses to send to an address (webhooks.md 1, SSRF guard). Private networks are fine, as receivers on
 * the gym's own network are common; this machine only where the webhook allows it. What is no address is refused.
 */
export function blockedAddress(ip: string, allow: { readonly loopback: boolean }): boolean {
  const address = ip.replace(/%.*$/, ''); // an IPv6 zone
  const version = isIP(address);
  if (version === 0) {
    return true;
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return never.check(address, family) || (!allow.loopback && loopback.check(address, family));
}

/** Looks a name up; `all` is always set. `dns.lookup` is one. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for `net.connect` that leaves out the addresses which are refused, and fails with ADDRESS_BLOCKED when
 * none is left. It is not asked for addresses written in the URL: those are checked before.
 */
export function guardedLookup(
  allow: { readonly loopback: boolean },
  lookup: Lookup = systemLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const allowed = found.filter(({ address }) => !blockedAddress(address, allow));
      const [first] = allowed;
      if (first === undefined) {
        const addresses = found.map(({ address }) => address).join(', ');
        callback(new GiroError('ADDRESS_BLOCKED', `${hostname} leads to ${addresses}`), '');
      } else if (options.all === true) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}
