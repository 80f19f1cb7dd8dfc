import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  broadcastOf,
  hostCount,
  hostsOf,
  networksOf,
  parseNetwork,
} from '../../../../agent/commands/discover/networks.ts';

function network(text: string) {
  const parsed = parseNetwork(text);
  assert.ok(parsed, text);
  return parsed;
}

test('the networks of a machine: IPv4, without its own loopback', () => {
  const at = (address: string, cidr: string | null, family: 'IPv4' | 'IPv6', internal = false) =>
    ({ address, cidr, family, internal, netmask: '', mac: '', scopeid: 0 }) as never;
  const networks = networksOf({
    lo: [at('127.0.0.1', '127.0.0.1/8', 'IPv4', true)],
    eth0: [at('192.168.0.10', '192.168.0.10/24', 'IPv4'), at('fe80::1', 'fe80::1/64', 'IPv6')],
    eth1: [at('10.0.0.5', null, 'IPv4')],
    wlan0: undefined as never,
  });
  assert.deepEqual(networks, [{ name: 'eth0', address: '192.168.0.10', prefix: 24 }]);
});

const ranges = [
  {
    text: '192.168.0.10/24',
    broadcast: '192.168.0.255',
    count: 254,
    first: '192.168.0.1',
    last: '192.168.0.254',
  },
  { text: '10.1.3.7/22', broadcast: '10.1.3.255', count: 1022, first: '10.1.0.1', last: '10.1.3.254' },
  { text: '200.7.8.9/30', broadcast: '200.7.8.11', count: 2, first: '200.7.8.9', last: '200.7.8.10' },
  { text: '10.0.0.1/31', broadcast: '10.0.0.1', count: 2, first: '10.0.0.0', last: '10.0.0.1' },
  { text: '10.0.0.1/32', broadcast: '10.0.0.1', count: 1, first: '10.0.0.1', last: '10.0.0.1' },
];
for (const { text, broadcast, count, first, last } of ranges) {
  test(`the addresses of ${text}`, () => {
    const hosts = [...hostsOf(network(text))];
    assert.equal(broadcastOf(network(text)), broadcast);
    assert.equal(hostCount(network(text)), count);
    assert.deepEqual([hosts.length, hosts[0], hosts.at(-1)], [count, first, last]);
  });
}

test('the whole of IPv4 has a count and a broadcast address', () => {
  assert.equal(hostCount(network('0.0.0.0/0')), 2 ** 32 - 2);
  assert.equal(broadcastOf(network('10.0.0.1/0')), '255.255.255.255');
});

for (const text of ['192.168.0.0', '192.168.0/24', '192.168.0.256/24', '192.168.0.0/33', 'a.b.c.d/24', '']) {
  test(`no network: "${text}"`, () => assert.equal(parseNetwork(text), undefined));
}
