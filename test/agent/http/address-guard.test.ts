import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { blockedAddress, guardedLookup, type Lookup } from '../../../agent/http/address-guard.ts';
import { GiroError } from '../../../drivers/base/errors.ts';

const LOOPBACK = { loopback: true };
const DEFAULT = { loopback: false };

const blocked = [
  // webhooks.md 2c, blocked even on-prem (Convoy's tests)
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
  // multicast, unspecified, broadcast, link-local of the strict list (Svix' tests)
  '0.1.2.3',
  '0.0.0.0',
  '169.254.45.1',
  '255.255.255.255',
  '224.1.2.3',
  '233.252.0.16',
  '::',
  '::ffff:0.0.0.1',
  'fe80::dead:beef',
  'fe80::1%eth0',
  'febf:ffff::dead:beef',
  // unparseable
  '',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  ':::1',
];

const allowed = [
  // webhooks.md 2c, must stay allowed on-prem
  '10.0.0.5',
  '192.168.1.10',
  '172.16.0.1',
  'fd12:3456::1',
  '1.1.1.1',
  '64:ff9b::808:808',
  '2002:808:808::1',
  '8.8.8.8',
  '::ffff:8.8.8.8',
  '2001:4860:4860::8888',
];

const loopback = [
  '127.0.0.1',
  '127.254.254.254',
  '::1',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::1',
];

test('blocked addresses, with and without leave for loopback', () => {
  for (const ip of blocked) {
    assert.equal(blockedAddress(ip, DEFAULT), true, ip);
    assert.equal(blockedAddress(ip, LOOPBACK), true, ip);
  }
});

test('allowed addresses', () => {
  for (const ip of allowed) assert.equal(blockedAddress(ip, DEFAULT), false, ip);
});

test('loopback needs leave', () => {
  for (const ip of loopback) {
    assert.equal(blockedAddress(ip, DEFAULT), true, ip);
    assert.equal(blockedAddress(ip, LOOPBACK), false, ip);
  }
});

test('spellings that the URL parser turns into loopback are blocked in their canonical form', () => {
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
    const { hostname } = new URL(`http://${host}/`);
    assert.equal(blockedAddress(hostname.replace(/^\[|\]$/g, ''), DEFAULT), true, host);
  }
});

function resolving(addresses: readonly string[]): Lookup {
  return (_hostname, _options, callback) => {
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function look(addresses: readonly string[], all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    guardedLookup(DEFAULT, resolving(addresses))('crm.example', { all }, (error, address) => {
      if (error === null) resolve(address);
      else reject(error);
    });
  });
}

test('resolved addresses: the blocked ones are left out, in both forms of lookup', async () => {
  const addresses = ['fe80::1', '192.168.0.9'];
  assert.deepEqual(await look(addresses, true), [{ address: '192.168.0.9', family: 4 }]);
  assert.equal(await look(addresses, false), '192.168.0.9');
});

test('a name that leads only to blocked addresses fails', async () => {
  for (const all of [true, false]) {
    await assert.rejects(
      look(['169.254.169.254', '::1'], all),
      (error) => error instanceof GiroError && error.code === 'ADDRESS_BLOCKED',
    );
  }
});
